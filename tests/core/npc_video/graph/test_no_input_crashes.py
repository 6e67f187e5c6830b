"""Whatever a file holds, it is read or refused with `GraphError`; what is read can be run."""

import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from npc_video.errors import GraphError
from npc_video.graph import load_metadata
from npc_video.graph.nodes import NODE_TYPES
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.records import ToolInteraction, VideoParams
from npc_video.templates import TEMPLATES, read_template

from tests.core.npc_video.graph.originals import ORIGINALS, original

numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, 1, -1, 1e308, -1e308, 5e-324, 10**400, 1e100, math.nan, math.inf, True]),
)
leaves = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=8))
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)
interactions = st.builds(
    ToolInteraction,
    st.sampled_from(["hand", "gift", "stick", ""]),
    st.sampled_from(["hand", "gift", "stick", ""]),
    pressure=st.floats(0.0, 1.0),
    speed=st.floats(0.0, 1.0),
    pattern=st.sampled_from(["none", "tap", "circular"]),
    zone=st.sampled_from(["unknown", "belly"]),
    duration=st.floats(0.0, 1e12),
)


def play(source: Any, touches: list[tuple[float, ToolInteraction]]) -> None:
    """Reads and plays it, and looks at everything that comes out."""
    try:
        evaluator = NpcResponseEvaluator(load_metadata(source), clock=lambda: 0.0)
    except GraphError:
        return
    now = 0.0
    for later, touch in touches:
        now += later
        params = evaluator.evaluate_at(touch, now)
        if params is not None:
            check(params)
    evaluator.reachable_states()
    evaluator.from_dict(json.loads(json.dumps(evaluator.to_dict(), allow_nan=False)))


def check(params: VideoParams) -> None:
    assert 0.0 <= params.intensity <= 1.0
    assert isinstance(params.seed, int)
    assert all(isinstance(name, str) for name in params.loras)
    for field in ("prompt", "negative_prompt", "expression", "animation", "emotion", "style"):
        assert isinstance(getattr(params, field), str)
    params.cache_key()


touches = st.lists(st.tuples(st.floats(0.0, 1e9), interactions), max_size=6)


@given(anything, touches)
def test_any_json(value: Any, steps: list[tuple[float, ToolInteraction]]) -> None:
    play(value, steps)
    play(json.dumps(value), steps)
    play({"responseGraph": value, "npc": value, "interaction": value}, steps)
    play({"responseGraph": {"nodes": value, "connections": value}}, steps)


@given(st.text(max_size=100) | st.binary(max_size=100))
def test_any_text(text: str | bytes) -> None:
    play(text, [])


@given(st.data(), touches)
@settings(max_examples=300)
def test_files_with_anything_in_the_place_of_anything(
    data: st.DataObject, steps: list[tuple[float, ToolInteraction]]
) -> None:
    name = data.draw(st.sampled_from(TEMPLATES + ORIGINALS))
    template = original(name) if name in ORIGINALS else read_template(name)
    for _ in range(data.draw(st.integers(1, 3))):
        where: Any = template
        while True:
            keys = list(where) if isinstance(where, dict) else list(range(len(where)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(where[key], dict | list) and data.draw(st.integers(0, 5)):
                where = where[key]
            else:
                where[key] = data.draw(anything)
                break
    play(template, steps)


SETTINGS: dict[str, Any] = {
    "values": {"hand": 1e100, "gift": "warm", "stick": False},
    "threshold": 0.5,
    "timeMs": 5e-324,
    "cases": {"hand": 1e100, "true": "yes", "gift": ["a", None]},
    "states": [{"id": "a"}, {"id": "hand", "expression": "happy"}],
    "transitions": [
        {"from": "a", "to": "hand", "threshold": 0},
        {"from": "hand", "to": "a", "threshold": 1e100, "below": True},
    ],
    "key": "k",
    "initial": {"hand": 1e100, "k": "old", "": ["a", None]},
    "sequences": [{"pattern": ["hand"], "bonus": -1e100}],
    "thresholds": {"-1e100": "sad", "0": "glad"},
    "emotions": {"0": "glad"},
    "animations": {"hand": "nod"},
    "sounds": {"hand": "hum"},
    "template": "{a}{expression}{state}{value}%s {x",
    "loras": {"hand": ["l"]},
    "ms": 10,
    "curve": "easeInOut",
}
ODD = {"min": -1e100, "max": 1e100, "decayRate": 1e100, "inMin": 0, "inMax": 5e-324}


@given(st.data(), touches)
@settings(max_examples=300)
def test_any_nodes_connected_in_any_way(
    data: st.DataObject, steps: list[tuple[float, ToolInteraction]]
) -> None:
    kinds = sorted(set(NODE_TYPES) - {"video.output"})
    chosen = data.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=12))
    extra = data.draw(st.sampled_from([{}, ODD]))
    nodes = [
        {"id": f"n{i}", "type": kind, "data": SETTINGS | extra} for i, kind in enumerate(chosen)
    ]
    nodes.append({"id": "out", "type": "video.output", "data": {}})
    connections = []
    for index, node in enumerate(nodes[1:], 1):
        kind = NODE_TYPES[node["type"]]
        for port in kind.inputs:
            names = ["a", "b", "expression", "intensity", "seed", "loras", "value"]
            name = data.draw(st.sampled_from(names)) if port == "*" else port.split("|")[0]
            source = data.draw(st.integers(0, index - 1))
            out = data.draw(st.sampled_from(NODE_TYPES[chosen[source]].outputs))
            connections.append(
                {
                    "from": f"n{source}",
                    "fromPort": "any" if out == "*" else out,
                    "to": node["id"],
                    "toPort": name,
                }
            )
    graph = {"nodes": nodes, "connections": connections}
    play({"responseGraph": graph, "interaction": {"responseCooldown": 0}}, steps)


def test_a_thousand_nodes_in_a_row_are_no_trouble() -> None:
    nodes = [{"id": f"n{i}", "type": "math.add", "data": {"value": 1e99}} for i in range(998)]
    nodes.append({"id": "out", "type": "video.output"})
    connections = [
        {"from": f"n{i}", "fromPort": "result", "to": f"n{i + 1}", "toPort": "a"}
        for i in range(997)
    ]
    connections.append({"from": "n997", "fromPort": "value", "to": "out", "toPort": "intensity"})
    evaluator = NpcResponseEvaluator(
        {"responseGraph": {"nodes": nodes, "connections": connections}}
    )
    params = evaluator.evaluate(ToolInteraction("hand", "hand"))
    assert params is not None
    assert params.intensity == 1.0
