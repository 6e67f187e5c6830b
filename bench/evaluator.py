"""Measures the graph: loading, answering one interaction, copying the state.

Prints a table, and its figures once more as one line of JSON. Each figure is the best of many
rounds, because everything else that a machine does only ever adds to it. The rounds take turns, so
that a disturbance does not spoil all rounds of one figure.
"""

import json
import timeit
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from npc_video.graph import load_metadata
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.records import ToolInteraction
from npc_video.templates import TEMPLATES, read_template

_ROUNDS = 100

_FEATHER = ToolInteraction("feather", "feather", pressure=0.4, zone="belly", pattern="stroke")

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
    graphs = {"8 nodes": _EIGHT, **{name: read_template(name) for name in TEMPLATES}}
    calls: dict[str, Callable[[], object]] = {}
    for name, graph in graphs.items():
        graph["interaction"]["responseCooldown"] = 0
        evaluator = NpcResponseEvaluator(graph)
        calls[f"{name}, answer"] = partial(evaluator.evaluate, _FEATHER)
        calls[f"{name}, copy"] = evaluator.copy
    best = _microseconds(calls, each=200)
    loading = _microseconds({"load": partial(load_metadata, _EIGHT)}, each=5)["load"] / 1000.0
    print(f"{'graph':<14}{'nodes':>6}{'answer µs':>12}{'copy µs':>10}")
    for name, graph in graphs.items():
        size = len(graph["responseGraph"]["nodes"])
        answering, copying = best[f"{name}, answer"], best[f"{name}, copy"]
        print(f"{name:<14}{size:>6}{answering:>12.2f}{copying:>10.2f}")
    figures = {
        "us_8_nodes": best["8 nodes, answer"],
        "us_copy": max(best[f"{name}, copy"] for name in graphs),
        "ms_load": loading,
    }
    print(f"loading 8 nodes: {loading:.2f} ms")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


def _microseconds(calls: Mapping[str, Callable[[], object]], each: int) -> dict[str, float]:
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(_ROUNDS):
        for name, call in calls.items():
            best[name] = min(best[name], timeit.timeit(call, number=each) / each * 1e6)
    return best


if __name__ == "__main__":
    main()
