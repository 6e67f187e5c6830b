"""Measures the graph editor with 300 nodes: `python3 run.py bench graph`.

An editor without a window opens a large graph, builds the same controls in GDScript, and pans with
the map of the canvas and without any. The main thread's processor time counts. The last line
printed is JSON: `build_ratio` is Python's time ÷ GDScript's, `pan_ratio` that of a frame with the
map ÷ one without, `open_ms` the time from the text to nodes on the canvas.
"""

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from npc_video.shipping.console import Failure
from npc_video.templates import template_text

from tests.harness import editor

_INSIDE = Path(__file__).with_name("inside")
_NODES, _COLUMNS = 300, 5
_WIDTH, _HEIGHT = 1800, 700


def main() -> None:
    files = {
        "large.npcgraph.json": large_graph(),
        "graph_clock.py": (_INSIDE / "graph_clock.py").read_text("utf-8"),
    }
    with tempfile.TemporaryDirectory() as folder:
        script = (_INSIDE / "graph_visit.gd").read_text("utf-8")
        project = editor.make_project(Path(folder), script, files)
        settings = project / "project.godot"
        modules = '[pythonscript]\nmodules=["graph_clock"]\n'
        settings.write_text(settings.read_text("utf-8") + modules, "utf-8")
        editor.import_assets(project)
        visit = editor.visit(project)
    if not visit.run.ok:
        raise Failure(f"The measurement failed: {'; '.join(visit.run.faults)}")
    seen = visit.seen
    rows = {name: statistics.median(seen[name]) for name in ("open", "python", "gdscript")}
    rows |= {name: statistics.median(seen[name]) for name in ("pan with map", "pan without")}
    print(f"{seen['nodes']} nodes, {seen['wires']} wires\n\n{'ms':<16}{'median':>8}{'best':>8}")
    for name, median in rows.items():
        print(f"{name:<16}{median:>8.2f}{min(seen[name]):>8.2f}")
    figures = {
        "build_ratio": rows["python"] / rows["gdscript"],
        "pan_ratio": rows["pan with map"] / rows["pan without"],
        "open_ms": rows["open"],
    }
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def large_graph() -> str:
    """A template again and again, side by side and below each other."""
    document = json.loads(template_text("tickle_game"))
    graph: dict[str, Any] = document["responseGraph"]
    nodes, wires = graph["nodes"], graph["connections"]
    graph["nodes"], graph["connections"] = [], []
    for copy in range(-(-_NODES // len(nodes))):
        left, top = _WIDTH * (copy % _COLUMNS), _HEIGHT * (copy // _COLUMNS)
        for node in nodes:
            x, y = node["position"]["x"] + left, node["position"]["y"] + top
            place = {"position": {"x": x, "y": y}}
            graph["nodes"].append({**node, "id": f"{node['id']}_{copy}", **place})
        for wire in wires:
            ends = {end: f"{wire[end]}_{copy}" for end in ("from", "to")}
            graph["connections"].append({**wire, "id": f"{wire.get('id', 'c')}_{copy}", **ends})
    return json.dumps(document, indent=1)


if __name__ == "__main__":
    main()
