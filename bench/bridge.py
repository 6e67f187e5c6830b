"""Measures a call between Python and the engine.

Prints a table, and its main figures once more as one line of JSON, in microseconds.
"""

import json
import shutil
import tempfile
from pathlib import Path

from npc_video.shipping.console import RUN_PY, Failure
from npc_video.shipping.godot import run_project

from tools import bridge
from tools.engine import find
from tools.paths import ROOT

_SECONDS = 120.0
_INSIDE = Path(__file__).with_name("inside") / "bridge_calls.py"
_EXTENSION = ROOT / "tests" / "bridge" / "project" / "pythonscript.gdextension"
_PROJECT = 'config_version=5\n[application]\nrun/main_scene="res://main.tscn"\n'
_SCENE = '[gd_scene format=3]\n[node name="Main" type="BridgeCalls"]\n'
_KEYS = {
    "ptrcall_us": "method, no arguments (ptrcall)",
    "variant_call_us": "method, returns text (Variant)",
    "variant_call_text_us": "method, takes text (Variant)",
    "property_us": "property, read",
    "process_us": "_process of a node",
}


def main() -> None:
    engine = find()
    if engine is None:
        raise Failure(f"Godot was not found: `{RUN_PY} engine` gets one.")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / ".godot").mkdir()
        (project / ".godot" / "extension_list.cfg").write_text(
            "res://pythonscript.gdextension\n", "utf-8"
        )
        (project / "project.godot").write_text(_PROJECT, "utf-8")
        (project / "main.tscn").write_text(_SCENE, "utf-8")
        shutil.copy2(_EXTENSION, project)
        shutil.copy2(_INSIDE, project)
        bridge.install(bridge.compile_all(), project / "bin", _INSIDE.stem)
        run = run_project(engine, project, "--headless", seconds=_SECONDS)
    line = next((line for line in run.log.splitlines() if line.startswith("{")), None)
    if line is None or not run.ok:
        raise Failure(f"The measurement failed:\n{run.log}")
    figures: dict[str, float] = json.loads(line)
    for label, value in figures.items():
        print(f"{label:<40}{value:>8.2f} µs")
    print(json.dumps({key: round(figures[label], 3) for key, label in _KEYS.items()}))


if __name__ == "__main__":
    main()
