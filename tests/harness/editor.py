"""The real editor on a project that exists for one test, driven by a script inside it.

The script extends `res://addons/probe/probe.gd`, which has what such scripts need, or `hands.gd`
beside it, which has mouse and keyboard, too, or `graph_hands.gd`, which uses the graph editor. It
overrides `visit`; what it puts into `seen` comes back.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npc_video.shipping import addon
from npc_video.shipping.godot import EngineRun, run_project

from tools.engine import find
from tools.paths import ADDON

_INSIDE = Path(__file__).with_name("inside")
_WINDOW = ("--single-window", "--windowed", "--resolution", "1920x1080", "--position", "0,0")
_SECONDS = 120.0
_FILES = {
    "project.godot": (
        "config_version=5\n[editor_plugins]\n"
        'enabled=PackedStringArray("res://addons/probe/plugin.cfg")\n'
        '[rendering]\nrenderer/rendering_method="gl_compatibility"\n'
    ),
    ".godot/extension_list.cfg": "res://addons/npc_video_player/npc_video_player.gdextension\n",
    "addons/probe/plugin.cfg": (
        '[plugin]\nname="Probe"\ndescription=""\nauthor=""\nversion="1"\nscript="visit.gd"\n'
    ),
    **{
        f"addons/probe/{name}": (_INSIDE / name).read_text("utf-8")
        for name in ("probe.gd", "hands.gd", "graph_hands.gd")
    },
}


@dataclass(frozen=True, slots=True)
class Visit:
    """The results of one session of the editor."""

    run: EngineRun
    seen: Mapping[str, Any]


def make_project(folder: Path, script: str, files: Mapping[str, str] | None = None) -> Path:
    """A project in `folder` with the addon, the script of the visit and these `files`."""
    for name, text in {**_FILES, "addons/probe/visit.gd": script, **(files or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="")
    addon.link(folder, ADDON)
    return folder


def import_assets(project: Path) -> EngineRun:
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    return run_project(engine, project, "--headless", "--import", seconds=_SECONDS)


def visit(project: Path, env: Mapping[str, str] | None = None) -> Visit:
    """Opens the project in the editor until its script has come to its end.

    Args:
        project: One whose assets are imported.
        env: What leads to a screen; without it there is none.
    """
    engine = find()
    assert engine is not None
    window = ("--headless",) if env is None else _WINDOW
    run = run_project(engine, project, "--editor", *window, seconds=_SECONDS, env=env)
    line = next((line for line in run.log.splitlines() if line.startswith("@seen ")), None)
    assert line is not None, run.log
    return Visit(run, json.loads(line.removeprefix("@seen ")))
