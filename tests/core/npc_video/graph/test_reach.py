import pytest
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.templates import TEMPLATES, read_template

from tests.core.npc_video.graph.graphs import Data, metadata, touch

Looks = set[tuple[str, str, str]]


def looks(data: Data) -> Looks:
    states = NpcResponseEvaluator(data).reachable_states()
    assert len(states) == len(set(states))
    return {(state.expression, state.animation, state.emotion) for state in states}


def test_an_empty_graph_is_neutral() -> None:
    assert looks(metadata({"out": ("video.output", {})})) == {("neutral", "idle", "neutral")}


def test_words_of_one_machine_stay_together_and_states_without_a_way_in_are_left_out() -> None:
    machine = {
        "states": [
            {"id": "a", "expression": "sad", "animation": "idle", "emotion": "sad"},
            {"id": "b", "expression": "happy", "animation": "nod", "emotion": "pleased"},
            {"id": "c", "expression": "angry"},
        ],
        "transitions": [{"from": "a", "to": "b", "threshold": 1}],
    }
    data = metadata(
        {"m": ("state.machine", machine), "out": ("video.output", {})},
        *(f"m.{port} > out.{port}" for port in ("expression", "animation", "emotion")),
    )
    assert looks(data) == {("sad", "idle", "sad"), ("happy", "nod", "pleased")}


def test_levels_of_one_number_stay_together() -> None:
    nodes = {
        "p": ("input.pressure", {}),
        "e": ("response.expression", {"thresholds": {"0": "calm", "0.5": "happy"}}),
        "m": ("response.emotion", {"emotions": {"0": "calm", "0.7": "pleased"}}),
        "out": ("video.output", {}),
    }
    data = metadata(
        nodes,
        "p.value > e.intensity",
        "p.value > m.intensity",
        "e.expression > out.expression",
        "m.emotion > out.emotion",
    )
    assert looks(data) == {
        ("neutral", "idle", "neutral"),
        ("calm", "idle", "calm"),
        ("happy", "idle", "calm"),
        ("happy", "idle", "pleased"),
    }


def test_what_is_only_known_at_run_time_is_left_out() -> None:
    nodes = {"z": ("input.zone", {}), "out": ("video.output", {})}
    assert looks(metadata(nodes, "z.zone > out.expression")) == {("neutral", "idle", "neutral")}


def test_choices_gates_delays_and_memory_are_followed() -> None:
    nodes: dict[str, tuple[str, Data]] = {
        "r": ("util.random", {"choices": ["happy", "sad"]}),
        "d": ("util.delay", {"ms": 5}),
        "g": ("logic.gate", {"default": "nod"}),
        "s": ("logic.switch", {"cases": {"tap": "startle"}}),
        "w": ("state.memory", {"key": "k", "initial": "calm"}),
        "x": ("util.split", {}),
        "out": ("video.output", {}),
    }
    data = metadata(
        nodes,
        "r.value > d.value",
        "d.value > out.expression",
        "s.value > g.value",
        "g.value > out.animation",
        "r.value > w.write",
        "w.value > x.value",
        "x.anything > out.emotion",
    )
    found = looks(data)
    assert {one[0] for one in found} == {"happy", "sad", "neutral"}
    assert {one[1] for one in found} == {"startle", "nod", "idle"}
    assert {one[2] for one in found} == {"happy", "sad", "calm"}


def test_a_state_without_an_animation_is_one_itself() -> None:
    nodes: dict[str, tuple[str, Data]] = {
        "r": ("util.random", {"choices": ["happy", "sad"]}),
        "z": ("input.zone", {}),
        "known": ("response.animation", {"animations": {"sad": "cry"}}),
        "unfed": ("response.animation", {"animations": {"idle": "breathe"}}),
        "touched": ("response.animation", {"animations": {"nose": "sneeze"}}),
        "out": ("video.output", {}),
    }
    wires = ["r.value > known.state", "z.zone > touched.state"]
    for node, expected in (
        ("known", {"happy", "cry"}),
        ("unfed", {"breathe"}),
        ("touched", {"sneeze", "idle"}),
    ):
        found = looks(metadata(nodes, *wires, f"{node}.animation > out.animation"))
        assert {one[1] for one in found} == expected


def test_a_map_that_a_memory_begins_with_is_followed() -> None:
    nodes: dict[str, tuple[str, Data]] = {
        "r": ("util.random", {"choices": ["a", "b", "c"]}),
        "z": ("input.zone", {}),
        "known": ("state.memory", {"initial": {"a": "happy", "b": "sad", "d": "angry"}}),
        "fixed": ("state.memory", {"initial": {"a": "happy"}, "key": "a"}),
        "touched": ("state.memory", {"initial": {"a": "happy", "b": None}}),
        "out": ("video.output", {}),
    }
    wires = ["r.value > known.key", "z.zone > touched.key"]
    for node, expected in (
        ("known", {"happy", "sad", "neutral"}),
        ("fixed", {"happy"}),
        ("touched", {"happy", "neutral"}),
    ):
        found = looks(metadata(nodes, *wires, f"{node}.value > out.expression"))
        assert {one[0] for one in found} == expected


def test_endless_combinations_are_cut() -> None:
    nodes: dict[str, tuple[str, Data]] = {
        port: ("util.random", {"choices": [f"{port}{i}" for i in range(300)]})
        for port in ("expression", "animation", "emotion")
    }
    wires = [f"{port}.value > out.{port}" for port in nodes]
    assert 0 < len(looks(metadata({**nodes, "out": ("video.output", {})}, *wires))) <= 256


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_player_never_sees_anything_else(name: str) -> None:
    evaluator = NpcResponseEvaluator(read_template(name), clock=lambda: 0.0)
    known = looks(read_template(name))
    tools = ("gift", "hand", "feather", "stick", "song", "treat", "coins", "insult", "lockpick")
    now = 0.0
    for turn in range(3000):
        # Runs of one tool, so that the ends are reached as well.
        tool = tools[turn // 17 * 7 % len(tools)]
        pattern = ("tap", "hold", "zigzag")[turn // 40 % 3]
        now += (1.0, 3.0, 30.0)[turn // 100 % 3]
        pressure = (turn % 11) / 10.0
        answer = evaluator.evaluate_at(touch(tool, pressure=pressure, pattern=pattern), now)
        assert answer is not None
        assert (answer.expression, answer.animation, answer.emotion) in known
