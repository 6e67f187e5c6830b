"""Exports the demo here with Windows' Python, and plays it as players have it."""

import json
import shutil
from pathlib import Path

from npc_video.shipping import project_files
from npc_video.shipping.engine import Engine
from npc_video.shipping.export import export
from npc_video.shipping.godot import run_program

from tools.paths import ADDON, DEMO
from tools.screen import screen
from tools.windows import results
from tools.windows.place import Place
from tools.windows.results import Result
from tools.windows.wine import windows_path

_PRESET = "[preset.1.options]\n"  # the name of the Windows preset in the demo's own file
_OPTIONS = """custom_template/debug="{template}"
custom_template/release="{template}"
application/modify_resources=false
python/runtime="{runtime}"
"""
# An engine that may lack WebP reads what is imported here.
_AS_PNG = "\n[rendering]\n\ntextures/lossless_compression/force_png=true\n"
_PLAYED_S, _LIMIT_S = 20, 300.0


def finished_game(
    here: Engine, there: Engine, template: Path, runtime: Path, place: Place
) -> Result:
    """Exports the demo and plays it for some seconds, with pictures if there is a screen.

    Args:
        here: the engine of this machine, which exports.
        there: the engine for Windows.
        template: the future program of the game.
        runtime: the folder of a runtime pack.
        place: the checkout with the loader to include.

    Raises:
        Failure: the export fails.
    """
    project, game = place.checkout / "to export", place.checkout / "finished game" / "Ember.exe"
    for folder in (project, game.parent):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(place.inside(DEMO), project, ignore=shutil.ignore_patterns("addons"))
    addon = project / "addons" / ADDON.name
    shutil.copytree(ADDON, addon)
    shutil.copy2(place.loader, addon / "bin")
    project_files.list_extension(project, project_files.extension_of(ADDON.name))
    presets = project / "export_presets.cfg"
    options = _PRESET + _OPTIONS.format(template=template, runtime=runtime)
    presets.write_text(presets.read_text("utf-8").replace(_PRESET, options), "utf-8")
    settings = project / "project.godot"
    settings.write_text(settings.read_text("utf-8") + _AS_PNG, "utf-8")
    export(here, project, "Windows", game)
    return _play(there, game)


def _play(engine: Engine, game: Path) -> Result:
    shots = game.parent / "shots"
    shots.mkdir()
    program = Engine(engine.path, engine.version, "", engine.env, (str(game), *engine.args[1:]))
    with screen() as env:
        run = run_program(
            program,
            *([] if env else ["--headless"]),
            *("--", f"--seconds={_PLAYED_S}", f"--shots={windows_path(shots)}"),
            folder=game.parent,
            seconds=_LIMIT_S,
            env=env,
        )
    last = next((line for line in run.log.splitlines() if line.startswith("{")), "{}")
    told = json.loads(last).get("queue", {})
    pictures = len(list(shots.glob("*_clip.png")))
    problems = [*run.faults]
    if not told.get("generated") or told.get("failed"):
        problems.append(f"clips that were made and failed: {last}; {run.log[-1000:]}")
    if env and not pictures:
        problems.append("no clip came on screen")
    size = sum(each.stat().st_size for each in game.parent.rglob("*") if each.is_file())
    words = (
        f"{told.get('generated')} clips made, {pictures} pictures in {shots}, {size / 1e6:.0f} MB"
    )
    return results.of_checks("the demo, exported", problems, words)
