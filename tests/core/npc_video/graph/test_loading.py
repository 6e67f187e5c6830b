import json
import subprocess
import sys
from typing import Any

import pytest
from npc_video.errors import GraphError, InvalidDataError
from npc_video.graph import load_metadata
from npc_video.graph.loading import MAX_BYTES, MAX_NODES
from npc_video.graph.nodes import NODE_TYPES

from tests.core.npc_video.graph.graphs import Data, metadata

OUTPUT: dict[str, tuple[str, Data]] = {"out": ("video.output", {})}


def problems(source: Any) -> set[tuple[str, str]]:
    with pytest.raises(GraphError) as caught:
        load_metadata(source)
    return {(problem.node, problem.field) for problem in caught.value.problems}


def one(kind: str, **data: Any) -> Data:
    return metadata({"n": (kind, data), **OUTPUT})


def needed(kind: str, **data: Any) -> Data:
    return metadata({"n": (kind, data), **OUTPUT}, "n.value > out.intensity")


def test_text_bytes_and_dictionary_are_the_same() -> None:
    data = metadata(OUTPUT, npc={"id": "ember", "avatarUrl": "e.png"})
    for source in (data, json.dumps(data), json.dumps(data).encode()):
        assert load_metadata(source).npc.avatar_url == "e.png"


def test_loaded_metadata_is_handed_back() -> None:
    loaded = load_metadata(metadata(OUTPUT))
    assert load_metadata(loaded) is loaded


def test_loaded_metadata_cannot_be_changed() -> None:
    loaded = load_metadata({})
    with pytest.raises(AttributeError):
        loaded.npc = None  # type: ignore[misc, assignment]
    with pytest.raises(AttributeError):
        loaded.npc.id = "x"  # type: ignore[misc]


def test_what_other_tools_add_is_left_alone() -> None:
    data = metadata(OUTPUT, comment={"by": "a tool"})
    data["responseGraph"]["nodes"][0] |= {"position": {"x": 1}, "label": "…", "colour": [1, 2]}
    data["responseGraph"]["viewport"] = None
    load_metadata(data)


def test_null_counts_as_absent() -> None:
    data = one("math.clamp", min=None, max=2)
    data |= {"npc": None, "videoGen": {"style": {"loras": None}}}
    load_metadata(data)


@pytest.mark.parametrize("wrong", [[], "[]", b"null", "", "{", b"\xff", '{"a": NaN}', 3, None])
def test_what_is_no_object_is_refused(wrong: Any) -> None:
    assert problems(wrong) == {("", "file")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty; start from a template, or from {}"),
        (" \n", "is empty; start from a template, or from {}"),
        ('{\n"npc": {', "cannot be read as JSON: it ends too early, in line 2"),
        ('{\n"npc" {}}', "cannot be read as JSON: expected ':' in line 2, column 7"),
        ("x", "cannot be read as JSON: invalid character in line 1, column 1"),
        (b'{"npc": "\xe9"}', "is not UTF-8 text; save it as such"),
        ("\ud800", "is not UTF-8 text; save it as such"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str | bytes, told: str) -> None:
    with pytest.raises(GraphError) as caught:
        load_metadata(text)
    (problem,) = caught.value.problems
    assert str(problem) == f"file: {told}"


def test_size_is_limited_before_parsing() -> None:
    assert problems(" " * MAX_BYTES + "{}") == {("", "file")}
    assert problems({"text": "x" * MAX_BYTES}) == {("", "file")}


def test_number_of_nodes_is_limited() -> None:
    nodes: dict[str, tuple[str, Data]] = {f"n{i}": ("input.pressure", {}) for i in range(MAX_NODES)}
    assert problems(metadata(nodes | OUTPUT)) == {("", "nodes")}


def test_deep_nesting_is_refused() -> None:
    assert problems("[" * 100_000) == {("", "file")}
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert problems({"extra": deep}) == {("", "file")}
    while deep:  # taken apart from outside, as Python 3.11 does it on the C stack
        deep = deep.pop()


def test_a_dictionary_that_contains_itself_is_refused() -> None:
    data: Data = {}
    data["self"] = data
    assert problems(data) == {("", "file")}


def test_a_dictionary_that_is_huge_only_when_written_is_refused() -> None:
    shared: Any = [0]
    for _ in range(60):
        shared = [shared, shared]
    assert problems({"extra": shared}) == {("", "file")}


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", {3: 4}])
def test_what_has_no_place_in_json_is_refused(value: object) -> None:
    assert problems({"extra": value}) == {("", "file")}


def test_no_output() -> None:
    assert problems(metadata({"a": ("input.tool", {})})) == {("", "nodes")}


def test_two_outputs() -> None:
    assert problems(metadata({**OUTPUT, "o2": ("video.output", {})})) == {("o2", "type")}


def test_a_cycle_is_shown() -> None:
    add = ("math.add", {})
    data = metadata(
        {"a": add, "b": add, "c": add, **OUTPUT},
        "a.result > b.a",
        "b.result > c.a",
        "c.result > a.a",
        "c.result > out.intensity",
    )
    with pytest.raises(GraphError, match=r"a → b → c → a|b → c → a → b|c → a → b → c"):
        load_metadata(data)


def test_every_cycle_is_told() -> None:
    add = ("math.add", {})
    data = metadata({"a": add, "b": add, **OUTPUT}, "a.result > a.a", "b.result > b.a")
    assert problems(data) == {("a", "connections"), ("b", "connections")}


def test_an_unknown_type() -> None:
    assert problems(one("math.sqrt")) == {("n", "type")}


def test_a_connection_to_a_node_or_port_that_does_not_exist() -> None:
    data = metadata(
        {"a": ("math.add", {}), **OUTPUT},
        "a.sum > out.intensity",
        "a.result > a.c",
        "ghost.value > a.b",
        "a.result > void.value",
    )
    assert problems(data) == {("a", "sum"), ("a", "c"), ("a", "connections")}


@pytest.mark.parametrize("second", ["a", "input"])  # two names of one port
def test_two_connections_into_one_port(second: str) -> None:
    nodes = {"p": ("input.pressure", {}), "n": ("math.add", {}), **OUTPUT}
    assert problems(metadata(nodes, "p.value > n.a", f"p.value > n.{second}")) == {("n", second)}


def test_an_id_twice() -> None:
    data = metadata(OUTPUT)
    data["responseGraph"]["nodes"] *= 2
    assert problems(data) == {("out", "id")}


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("math.clamp", {"min": "0"}, "min"),
        ("math.clamp", {"min": True}, "min"),
        ("math.clamp", {"min": 2, "max": 1}, "min"),
        ("math.clamp", {"max": float("nan")}, "max"),
        ("math.clamp", {"max": float("inf")}, "max"),
        ("math.clamp", {"max": 10**400}, "max"),
        ("math.remap", {"inMin": 1, "inMax": 1}, "inMax"),
        ("math.smooth", {}, "timeMs"),
        ("math.smooth", {"timeMs": -1}, "timeMs"),
        ("input.preference", {}, "values"),
        ("input.preference", {"values": {"a": []}}, "values['a']"),
        ("logic.compare", {"threshold": 0, "operator": "≥"}, "operator"),
        ("logic.switch", {"cases": []}, "cases"),
        ("logic.switch", {"cases": {"a": {"b": 1}}}, "cases['a']"),
        ("state.accumulator", {"min": 2}, "min"),
        ("state.accumulator", {"initialValue": 2}, "initialValue"),
        ("state.accumulator", {"decayRate": -1}, "decayRate"),
        ("state.machine", {}, "states"),
        ("state.machine", {"states": []}, "states"),
        ("state.machine", {"states": [{"id": "a"}, {"expression": "x"}]}, "states[1].id"),
        ("state.machine", {"states": [{"id": "a"}, {"id": "a"}]}, "states[1].id"),
        (
            "state.machine",
            {"states": [{"id": "a"}], "transitions": [{"from": "a", "to": "b", "threshold": 1}]},
            "transitions[0].to",
        ),
        (
            "state.machine",
            {"states": [{"id": "a"}], "transitions": [{"from": "a", "to": "a"}]},
            "transitions[0].threshold",
        ),
        ("state.memory", {"initial": {"a": {"b": 1}}}, "initial['a']"),
        ("state.memory", {"initial": {"a": float("inf")}}, "initial.a"),
        ("state.threshold", {}, "threshold"),
        ("state.threshold", {"threshold": 1, "behavior": "often"}, "behavior"),
        ("state.combo", {}, "sequences"),
        ("state.combo", {"sequences": [{"pattern": []}]}, "sequences[0].pattern"),
        ("state.mood", {}, "timeMs"),
        ("response.expression", {"thresholds": {}}, "thresholds"),
        ("response.expression", {"thresholds": {"high": "glad"}}, "thresholds['high']"),
        ("response.expression", {"thresholds": {"nan": "glad"}}, "thresholds['nan']"),
        ("response.emotion", {"emotions": {"0": 3}}, "emotions['0']"),
        ("response.animation", {"animations": {"a": 3}}, "animations['a']"),
        ("response.sound", {}, "sounds"),
        ("video.prompt", {"template": ["a"]}, "template"),
        ("video.negative", {"template": 3}, "template"),
        ("video.style", {"seed": 0.5}, "seed"),
        ("video.lora", {}, "loras"),
        ("video.lora", {"loras": {"a": "b"}}, "loras['a']"),
        ("util.delay", {}, "ms"),
        ("util.ease", {"curve": "wobble"}, "curve"),
        ("util.random", {"choices": []}, "choices"),
        ("util.random", {"min": 2, "max": 1}, "min"),
    ],
)
def test_wrong_or_missing_data_is_named(kind: str, data: Data, field: str) -> None:
    assert problems(one(kind, **data)) == {("n", field)}


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("logic.compare", {}, "threshold"),
        ("state.memory", {}, "key"),
        ("state.memory", {"initial": {"a": 1}}, "key"),
    ],
)
def test_only_a_node_that_is_needed_must_have_its_connections(
    kind: str, data: Data, field: str
) -> None:
    assert problems(needed(kind, **data)) == {("n", field)}
    load_metadata(one(kind, **data))


@pytest.mark.parametrize("kind", sorted(NODE_TYPES))
def test_a_node_that_nothing_is_connected_to_is_no_mistake(kind: str) -> None:
    data = {
        "values": {}, "timeMs": 10, "threshold": 0, "cases": {}, "states": [{"id": "a"}],
        "sequences": [], "sounds": {}, "loras": {}, "ms": 1, "curve": "linear",
    }  # fmt: skip
    if kind != "video.output":
        load_metadata(one(kind, **data))


def test_mistakes_of_a_node_that_is_not_needed_are_told() -> None:
    data = metadata({"n": ("util.delay", {}), "m": ("math.add", {}), **OUTPUT}, "m.sum > n.value")
    assert problems(data) == {("n", "ms"), ("m", "sum")}


@pytest.mark.parametrize("number", [8, 8.0])
def test_a_whole_number_may_be_written_with_a_point(number: float) -> None:
    data = one("video.style", seed=number) | {"videoGen": {"technical": {"steps": number}}}
    assert load_metadata(json.dumps(data)).video_gen.technical.steps == 8


def test_data_must_be_an_object() -> None:
    data = metadata(OUTPUT)
    data["responseGraph"]["nodes"][0]["data"] = [1]
    assert problems(data) == {("out", "data")}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    data = one("math.clamp", min="low", max=float("nan"))
    data |= {"npc": {"id": 3}, "videoGen": {"technical": {"fps": -1, "steps": "many"}}}
    data["responseGraph"]["nodes"] += ["text", {"id": "q", "type": "nothing"}, {"type": 3}]
    data["responseGraph"]["connections"] += [{"from": "n"}, None]
    assert problems(data) == {
        ("n", "min"),
        ("n", "max"),
        ("", "npc.id"),
        ("", "videoGen.technical.fps"),
        ("", "videoGen.technical.steps"),
        ("nodes[2]", "id"),
        ("nodes[2]", "type"),
        ("q", "type"),
        ("nodes[4]", "id"),
        ("nodes[4]", "type"),
        ("", "connections[0].fromPort"),
        ("", "connections[0].to"),
        ("", "connections[0].toPort"),
        ("", "connections[1]"),
    }


def test_the_message_tells_where_and_what() -> None:
    with pytest.raises(InvalidDataError, match=r"node 'n', min: must be `float`, not `str`\."):
        load_metadata(one("math.clamp", min="low"))


def test_a_long_message_is_cut_but_the_problems_are_not() -> None:
    nodes = {f"n{i}": ("nothing", {}) for i in range(100)}
    with pytest.raises(GraphError, match=r"and 80 more") as caught:
        load_metadata(metadata(nodes | OUTPUT))
    assert len(caught.value.problems) == 100


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ({"interaction": {"responseCooldown": -1}}, "interaction.responseCooldown"),
        ({"interaction": {"maxSessionDuration": 1e999}}, "interaction.maxSessionDuration"),
        ({"interaction": {"enabledTools": [3]}}, "interaction.enabledTools[0]"),
        ({"interaction": 3}, "interaction"),
        ({"interaction": {"zones": [{"name": "Back"}]}}, "interaction.zones[0].id"),
        ({"videoGen": {"provider": 3}}, "videoGen.provider"),
        ({"videoGen": {"style": {"loras": [3]}}}, "videoGen.style.loras[0]"),
        ({"videoGen": {"technical": {"steps": 8.5}}}, "videoGen.technical.steps"),
        ({"videoGen": {"technical": {"resolution": "big"}}}, "videoGen.technical.resolution"),
        ({"videoGen": {"realtime": {"cacheSize": 0}}}, "videoGen.realtime.cacheSize"),
        ({"debug": {"logEvaluations": "yes"}}, "debug.logEvaluations"),
        ({"debug": {"showGraph": 1}}, "debug.showGraph"),
        ({"debug": {"simulatedInput": {"pressure": 7}}}, "debug.simulatedInput.pressure"),
        ({"debug": {"simulatedInput": {"tool": {"id": "a"}}}}, "debug.simulatedInput.tool"),
    ],
)
def test_sections_are_checked(section: Data, field: str) -> None:
    assert problems(section) == {("", field)}


def test_the_package_loads_msgspec_only_for_graphs() -> None:
    code = (
        "import sys, npc_video, npc_video.records, npc_video.errors, npc_video.templates\n"
        "assert 'msgspec' not in sys.modules\n"
        "npc_video.NpcResponseEvaluator\n"
        "assert 'msgspec' in sys.modules\n"
        "assert not {'av', 'httpx', 'cffi', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
