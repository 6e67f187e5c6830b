"""How long the graph takes: loading, answering one interaction, copying the state.

Prints a table, and its figures once more as one line of JSON. Each figure is the best of several
rounds, because everything else that a machine does only ever adds to it.
"""

import json
import timeit
from collections.abc import Callable
from typing import Any

from npc_video.evaluator import NpcResponseEvaluator
from npc_video.graph import load_metadata
from npc_video.records import ToolInteraction
from npc_video.templates import TEMPLATES, read_template

_ROUNDS = 60
_CALLS = 400

_EIGHT: dict[str, Any] = {
    "responseGraph": {
        "nodes": [
            {"id": "pressure", "type": "input.pressure"},
            {"id": "tool", "type": "input.tool"},
            {"id": "liking", "type": "logic.switch", "data": {"cases": {"feather": 0.5}}},
            {"id": "change", "type": "math.multiply"},
            {"id": "meter", "type": "state.accumulator", "data": {"decayRate": 0.05}},
            {
                "id": "mood",
                "type": "state.machine",
                "data": {
                    "states": [
                        {"id": "calm"},
                        {"id": "glad", "expression": "happy", "animation": "nod"},
                    ],
                    "transitions": [
                        {"from": "calm", "to": "glad", "threshold": 0.5},
                        {"from": "glad", "to": "calm", "threshold": 0.3, "below": True},
                    ],
                },
            },
            {"id": "prompt", "type": "video.prompt", "data": {"template": "{expression} face"}},
            {"id": "output", "type": "video.output"},
        ],
        "connections": [
            {"from": source, "fromPort": from_port, "to": target, "toPort": to_port}
            for source, from_port, target, to_port in (
                ("tool", "toolType", "liking", "selector"),
                ("pressure", "value", "change", "a"),
                ("liking", "value", "change", "b"),
                ("change", "result", "meter", "input"),
                ("meter", "value", "mood", "intensity"),
                ("mood", "expression", "output", "expression"),
                ("mood", "animation", "output", "animation"),
                ("meter", "value", "output", "intensity"),
                ("prompt", "prompt", "output", "prompt"),
            )
        ],
    },
    "interaction": {"responseCooldown": 0},
}


def main() -> None:
    eight = NpcResponseEvaluator(_EIGHT)
    figures = {"us_8_nodes": _answering(eight)}
    rows = [("8 nodes", 8, figures["us_8_nodes"], _microseconds(eight.copy))]
    for name in TEMPLATES:
        template = read_template(name)
        template["interaction"]["responseCooldown"] = 0
        evaluator = NpcResponseEvaluator(template)
        size = len(template["responseGraph"]["nodes"])
        rows.append((name, size, _answering(evaluator), _microseconds(evaluator.copy)))
    figures["us_copy"] = max(copying for _, _, _, copying in rows)
    figures["ms_load"] = _microseconds(lambda: load_metadata(_EIGHT), calls=20) / 1000.0
    print(f"{'graph':<14}{'nodes':>6}{'answer µs':>12}{'copy µs':>10}")
    for name, size, answering, copying in rows:
        print(f"{name:<14}{size:>6}{answering:>12.2f}{copying:>10.2f}")
    print(f"loading 8 nodes: {figures['ms_load']:.2f} ms")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def _answering(evaluator: NpcResponseEvaluator) -> float:
    feather = ToolInteraction("feather", "feather", pressure=0.4, zone="belly", pattern="stroke")
    return _microseconds(lambda: evaluator.evaluate(feather))


def _microseconds(call: Callable[[], object], calls: int = _CALLS) -> float:
    return min(timeit.repeat(call, number=calls, repeat=_ROUNDS)) / calls * 1e6


if __name__ == "__main__":
    main()
