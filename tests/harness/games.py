"""Small games of one GDScript file that use the addon, for tests of how they end."""

from collections.abc import Collection
from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.godot import EngineRun, run_project

from tools.engine import find
from tools.paths import ADDON
from tools.screen import screen

_SECONDS = 30.0
# Of the addon's own threads; a thread that waits for the main thread would be named.
_LEFT = "these threads did not end"
_LEAKED = "ObjectDB instances leaked"


def play(
    folder: Path,
    script: str,
    *,
    settings: str = "",
    may_leak: bool = False,
    windowed: bool = False,
    verbose: bool = False,
    errors: Collection[str] = (),
) -> EngineRun:
    """Runs a game whose main loop is `script`, a SceneTree, in `folder`.

    It must print "@end" and end by itself, with nothing wrong and nothing left.

    Args:
        settings: more lines for its project.godot.
        may_leak: whether a thread may be stopped so late that what it holds cannot be given back.
        verbose: whether the engine tells all that is left, down to the names of classes; it leaves
            some itself where a function of GDScript awaits.
        errors: how the errors begin that it is to log.
    """
    files = {
        "project.godot": f"config_version=5\n{settings}",
        ".godot/extension_list.cfg": (
            "res://addons/npc_video_player/npc_video_player.gdextension\n"
        ),
        "main.gd": script,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    addon.link(folder, ADDON)
    engine = find()
    assert engine is not None, "`python3 run.py engine` gets a Godot"
    with screen() as env:
        assert env is not None, "a window needs a screen: install Xvfb"
        look = ("--rendering-driver", "opengl3") if windowed else ("--headless",)
        told = ("--verbose",) if verbose else ()
        arguments = (*look, *told, "--script", "res://main.gd")
        run = run_project(engine, folder, *arguments, seconds=_SECONDS, env=env)
    assert "@end" in run.log, run.log
    logged = tuple(f"ERROR: {error}" for error in errors)
    faults = [each for each in run.faults if not (may_leak and _LEAKED in each)]
    faults = [each for each in faults if not each.startswith(logged)]
    assert faults == [], run.log
    assert _LEFT not in run.log
    assert run.exit_code == 0
    return run
