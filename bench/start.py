"""Measures what the addon adds to the engine's start, from the shell to the game's end.

Two projects that differ in the addon alone are started in turn. Prints a table, and its figures
once more as one line of JSON: `added_ms` is the median of the differences within each turn.
"""

import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from npc_video.shipping import addon
from npc_video.shipping.console import RUN_PY, Failure
from npc_video.shipping.engine import Engine

from tools.engine import find
from tools.paths import ADDON

_TURNS = 15
_LIST = ".godot/extension_list.cfg"
_QUIT = "extends SceneTree\n\n\nfunc _initialize() -> void:\n\tquit(0)\n"


def main() -> None:
    engine = find()
    if engine is None:
        raise Failure(f"Godot was not found: `{RUN_PY} engine` gets one.")
    with tempfile.TemporaryDirectory() as folder:
        without, with_addon = Path(folder, "without"), Path(folder, "with")
        for project in (without, with_addon):
            _make(project)
        addon.link(with_addon, ADDON)
        (with_addon / _LIST).write_text(
            f"res://addons/{ADDON.name}/{ADDON.name}.gdextension\n", "utf-8"
        )
        for project in (without, with_addon):
            _seconds(engine, project)  # fills the caches of the disk
        turns = [(_seconds(engine, without), _seconds(engine, with_addon)) for _ in range(_TURNS)]
    print(f"{'ms':<16}{'median':>8}{'best':>8}")
    for label, times in zip(("without addon", "with addon"), zip(*turns, strict=True), strict=True):
        print(f"{label:<16}{statistics.median(times) * 1e3:>8.0f}{min(times) * 1e3:>8.0f}")
    added = statistics.median(b - a for a, b in turns)
    print(json.dumps({"added_ms": round(added * 1e3, 1), "turns": _TURNS}))


def _make(project: Path) -> None:
    (project / _LIST).parent.mkdir(parents=True)
    (project / "project.godot").write_text(
        'config_version=5\n[application]\nconfig/name="start"\n', "utf-8"
    )
    (project / "quit.gd").write_text(_QUIT, "utf-8")


def _seconds(engine: Engine, project: Path) -> float:
    command: list[str | Path] = [engine.path, *engine.args, "--headless", "--path", project]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--script", "res://quit.gd"],
        env={**os.environ, **engine.env},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode or "ERROR" in done.stdout + done.stderr:
        raise Failure(f"The engine did not start well:\n{done.stdout}{done.stderr}")
    return seconds


if __name__ == "__main__":
    main()
