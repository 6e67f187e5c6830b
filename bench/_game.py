"""Makes a game for a benchmark: a project with the addon, whose one scene measures itself."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from npc_video.shipping import addon
from npc_video.shipping.console import RUN_PY, Failure
from npc_video.shipping.godot import run_project

from tools.engine import find
from tools.paths import ADDON
from tools.screen import screen

_INSIDE = Path(__file__).with_name("inside")
# Headless, Godot has a window of 64², and nodes outside of it do not play, so it is stretched.
_PROJECT = """config_version=5
[application]
run/main_scene="res://main.tscn"
run/max_fps=60
[display]
window/size/viewport_width=512
window/size/viewport_height=512
window/stretch/mode="canvas_items"
window/vsync/vsync_mode=0
[pythonscript]
modules=["{module}"]
[rendering]
renderer/rendering_method="gl_compatibility"
"""
_SCENE = '[gd_scene format=3]\n[node name="Main" type="{node}"]\n'


def play(
    module: str,
    node: str,
    files: Mapping[str, bytes],
    options: Mapping[str, Any],
    *,
    window: bool = False,
    seconds: float,
) -> dict[str, Any]:
    """Runs the scene `node` of bench/inside/`module`.py and returns the JSON that it prints.

    Args:
        files: contents by name, for the folder of the project.
        options: for the scene, which gets them as JSON on its command line.
        window: true to draw into a window, without waiting for the screen.
        seconds: time limit.

    Raises:
        Failure: there is no engine or no screen, or the run failed.
    """
    engine = find()
    if engine is None:
        raise Failure(f"Godot was not found: `{RUN_PY} engine` gets one.")
    with ExitStack() as stack:
        project = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _make(project, module, node, files)
        env = stack.enter_context(screen()) if window else {}
        if env is None:
            raise Failure("The measurement needs a screen: install Xvfb.")
        arguments = [*([] if window else ["--headless"]), "--", json.dumps(options)]
        run = run_project(engine, project, *arguments, seconds=seconds, env=env)
    line = next((line for line in run.log.splitlines() if line.startswith("{")), None)
    if line is None or not run.ok:
        raise Failure(f"The measurement failed:\n{run.log}\n{'; '.join(run.faults)}")
    result: dict[str, Any] = json.loads(line)
    return result


def _make(project: Path, module: str, node: str, files: Mapping[str, bytes]) -> None:
    addon.link(project, ADDON)
    extension = f"res://addons/{ADDON.name}/{ADDON.name}.gdextension\n"
    (project / ".godot").mkdir()
    (project / ".godot" / "extension_list.cfg").write_text(extension, "utf-8")
    (project / "project.godot").write_text(_PROJECT.format(module=module), "utf-8")
    (project / "main.tscn").write_text(_SCENE.format(node=node), "utf-8")
    for file in (*_INSIDE.glob(f"{module}*.py"), _INSIDE / "measurement.py"):
        shutil.copy2(file, project)
    for name, data in files.items():
        (project / name).write_bytes(data)
