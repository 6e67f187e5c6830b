"""Saves pictures of the addon in Godot's editor, which a script in a copy of the demo drives."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.console import say
from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, run_project

from tools.demo_copies import demo_copy
from tools.paths import ADDON

# One window with all dialogs in it, so that its picture shows the whole editor.
_WINDOW = ("--single-window", "--windowed", "--resolution", "1920x1080", "--position", "0,0")
_SECONDS = 240.0
_PLUGIN = "addons/shots"
_PLUGIN_CFG = (
    '[plugin]\nname="Shots"\ndescription=""\nauthor=""\nversion="1"\nscript="editor_shots.gd"\n'
)
_ENABLED = 'enabled=PackedStringArray("res://addons/npc_video_player/plugin.cfg"'
_PLAYING = (
    '[editor]\n\nrun/main_run_args="--audio-driver Dummy -- --seconds=60"\n\n[editor_plugins]\n'
)
# Otherwise the editor opens it at an unpredictable moment.
_MAIN_SCENE = 'run/main_scene="res://main.tscn"\n'


def take(engine: Engine, folder: Path, env: Mapping[str, str]) -> EngineRun:
    """Saves the pictures, 1920×1080, as `editor_….png` in `folder`.

    Args:
        engine: The Godot to use.
        folder: An existing folder.
        env: Variables that lead to a screen.

    Returns:
        The run; a picture that could not be taken is a fault.
    """
    with demo_copy("editor_shots") as project:
        _prepare(project)
        return run_project(
            engine,
            project,
            "--editor",
            *_WINDOW,
            "--",
            f"--shots={folder.resolve()}",
            seconds=_SECONDS,
            env=env,
            on_line=say,
        )


def _prepare(project: Path) -> None:
    """Makes the editor take the pictures when it opens this copy of the demo."""
    addon.link(project, ADDON)
    plugin = project / _PLUGIN
    plugin.mkdir()
    (plugin / "plugin.cfg").write_text(_PLUGIN_CFG, "utf-8")
    shutil.copy(Path(__file__).with_suffix(".gd"), plugin)
    settings = (project / "project.godot").read_text("utf-8")
    settings = settings.replace(_ENABLED, f'{_ENABLED}, "res://{_PLUGIN}/plugin.cfg"')
    settings = settings.replace("[editor_plugins]\n", _PLAYING).replace(_MAIN_SCENE, "")
    (project / "project.godot").write_text(settings, "utf-8")
