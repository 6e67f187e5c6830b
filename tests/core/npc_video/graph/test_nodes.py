"""Each node type by its row in the table of the format."""

import logging
from typing import Any

import pytest
from npc_video.graph.nodes import NODE_TYPES
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.records import ToolInteraction

from tests.core.npc_video.graph.graphs import Data, Probe, metadata, touch


@pytest.mark.parametrize(
    ("kind", "port", "expected"),
    [
        ("input.tool", "tool", "feather_1"),
        ("input.tool", "toolType", "feather"),
        ("input.pressure", "value", 0.25),
        ("input.speed", "value", 0.75),
        ("input.duration", "value", 1500.0),
        ("input.pattern", "pattern", "tap"),
        ("input.zone", "zone", "nose"),
    ],
)
def test_inputs(kind: str, port: str, expected: object) -> None:
    interaction = ToolInteraction("feather_1", "feather", 0.25, 0.75, "tap", "nose", 1.5)
    assert Probe(kind, {}, port)(interaction=interaction) == expected


def test_inputs_that_the_game_does_not_give() -> None:
    assert Probe("input.pattern", {}, "pattern")() == "none"
    assert Probe("input.zone", {}, "zone")() == "unknown"


def test_pressure_that_is_no_number_is_harmless() -> None:
    wild = ToolInteraction("a", "a", pressure=float("nan"), speed=5.0)
    assert Probe("input.pressure", {}, "value")(interaction=wild) == 0.0
    assert Probe("input.speed", {}, "value")(interaction=wild) == 1.0


def test_history_keeps_twenty_and_counts_all() -> None:
    history, count = Probe("input.history", {}, "history"), Probe("input.history", {}, "count")
    for number in range(30):
        seen: Any = history(now=float(number), interaction=touch(f"t{number}", duration=2.0))
        assert count(now=float(number)) == number + 1
    assert [one["tool"]["id"] for one in seen] == [f"t{n}" for n in range(10, 30)]
    assert seen[-1]["duration"] == 2000.0


def test_preference() -> None:
    data = {"values": {"feather": 0.5, "hand_2": -1, "belly": 0}}
    by_tool = Probe("input.preference", data, "value")
    assert by_tool(interaction=touch("feather")) == 0.5
    assert by_tool(interaction=ToolInteraction("hand_2", "feather")) == -1.0
    assert by_tool(interaction=ToolInteraction("f_2", "feather")) == 0.5
    assert by_tool(interaction=touch("rope")) is None
    assert Probe("input.preference", data, "value", ("key",))(key="belly") == 0.0


@pytest.mark.parametrize(
    ("kind", "data", "inputs", "expected"),
    [
        ("math.add", {"value": 5}, {"a": 1, "b": 2}, 3.0),
        ("math.add", {"value": 5}, {"a": 1}, 6.0),
        ("math.add", {"value": 5}, {"a": 1, "b": 0}, 1.0),  # 0 is a value
        ("math.add", {"value": 5}, {"a": 1, "b": False}, 1.0),  # and so is false
        ("math.add", {"value": 5}, {"a": 1, "b": None}, 6.0),  # null is none
        ("math.add", {"value": 5}, {"input": 1}, 6.0),
        ("math.add", {}, {"a": 1}, 1.0),
        ("math.multiply", {"value": 5}, {"a": 2, "b": 3, "c": 4}, 24.0),
        ("math.multiply", {"value": 5}, {"a": 2}, 10.0),
        ("math.multiply", {"value": 5}, {"a": 2, "b": 0}, 0.0),
        ("math.multiply", {}, {"c": 4}, 4.0),
        ("math.multiply", {"value": 0}, {"a": 2}, 0.0),
        ("math.multiply", {}, {"a": 1e100, "b": 1e100, "c": 1e100}, 1e100),
        ("math.clamp", {}, {"value": 2}, 1.0),
        ("math.clamp", {}, {"input": -2}, 0.0),
        ("math.clamp", {"min": -3, "max": -1}, {"value": -2}, -2.0),
        ("math.remap", {"inMin": 0, "inMax": 10, "outMin": 1, "outMax": -1}, {"value": 5}, 0.0),
        ("math.remap", {"inMin": 0, "inMax": 1, "outMin": 0, "outMax": 10}, {"input": 2}, 20.0),
        ("logic.compare", {"threshold": 0.5}, {"a": 0.6}, 1.0),
        ("logic.compare", {"threshold": 0.5}, {"value": 0.5}, 0.0),
        ("logic.compare", {"threshold": 0.5, "operator": ">="}, {"a": 0.5}, 1.0),
        ("logic.compare", {"threshold": 0.5, "operator": "<"}, {"a": 0}, 1.0),
        ("logic.compare", {"threshold": 0.5, "operator": "<="}, {"a": 0.6}, 0.0),
        ("logic.compare", {"threshold": 0.5, "operator": "<"}, {"a": 0.3, "b": 0}, 0.0),
        ("logic.compare", {"threshold": "hand", "operator": "=="}, {"a": "hand"}, 1.0),
        ("logic.compare", {"threshold": "hand", "operator": "!="}, {"a": "hand"}, 0.0),
        ("logic.compare", {"threshold": "", "operator": "=="}, {"a": ""}, 1.0),
        ("logic.and", {}, {"a": 1, "b": "x"}, 1.0),
        ("logic.and", {}, {"a": 1, "b": ""}, 0.0),
        ("logic.and", {}, {"a": 1}, 0.0),
        ("logic.or", {}, {"a": 0, "b": 0.1}, 1.0),
        ("logic.or", {}, {"a": 0, "b": False}, 0.0),
        ("logic.not", {}, {"a": 0}, 1.0),
        ("logic.not", {}, {"a": "false"}, 0.0),
        ("logic.gate", {"default": 9}, {"value": 0, "enabled": 1}, 0),
        ("logic.gate", {"default": 9}, {"value": 5, "enabled": 0}, 9.0),
        ("logic.gate", {"default": 9}, {"value": 5}, 5),
        ("logic.gate", {}, {"value": 5, "enabled": ""}, None),
        ("logic.switch", {"cases": {"a": 1, "b": 0}, "default": 7}, {"selector": "b"}, 0.0),
        ("logic.switch", {"cases": {"a": 1}, "default": 7}, {"selector": "c"}, 7.0),
        ("logic.switch", {"cases": {"a": 1}}, {"selector": "c"}, None),
        ("logic.switch", {"cases": {"true": "y"}}, {"selector": True}, "y"),
        ("logic.switch", {"cases": {"1": "one", "0.5": "half"}}, {"selector": 1.0}, "one"),
        ("logic.switch", {"cases": {"1": "one", "0.5": "half"}}, {"selector": 0.5}, "half"),
        ("logic.switch", {"cases": {"": "empty"}, "default": "d"}, {"selector": ""}, "empty"),
        ("logic.switch", {"cases": {"": "empty"}, "default": "d"}, {"selector": None}, "d"),
        ("response.intensity", {}, {"value": 0}, 0.0),
        ("response.intensity", {"multiplier": 3}, {"input": 0.5}, 1.0),
        ("response.intensity", {}, {}, 0.5),
        ("util.ease", {"curve": "linear"}, {"value": 0.25}, 0.25),
        ("util.ease", {"curve": "easeIn"}, {"value": 0.5}, 0.25),
        ("util.ease", {"curve": "ease-out"}, {"value": 0.5}, 0.75),
        ("util.ease", {"curve": "easeInOutCubic"}, {"value": 0.5}, 0.5),
        ("util.ease", {"curve": "smoothstep"}, {"value": 3}, 1.0),
    ],
)
def test_pure_nodes(kind: str, data: Data, inputs: dict[str, object], expected: object) -> None:
    port = "intensity" if kind == "response.intensity" else "value"
    assert Probe(kind, data, port, tuple(inputs))(**inputs) == expected


@pytest.mark.parametrize("kind", sorted(NODE_TYPES))
@pytest.mark.parametrize("odd", ["word", True, [1, "a"], {"a": 1}, 1e300, float("inf"), -(10**400)])
def test_no_value_at_any_port_crashes_a_node(kind: str, odd: object) -> None:
    if kind == "video.output":
        return
    data = {
        "values": {}, "timeMs": 10, "threshold": 0.5, "cases": {}, "states": [{"id": "a"}],
        "key": "k", "sequences": [{"pattern": "a,b"}], "thresholds": {"0": "x"},
        "emotions": {"0": "x"}, "animations": {}, "sounds": {}, "template": "{any} {state}",
        "loras": {}, "ms": 5, "curve": "linear",
    }  # fmt: skip
    ports = tuple("any" if p == "*" else p.split("|")[0] for p in NODE_TYPES[kind].inputs)
    output = NODE_TYPES[kind].outputs[0]
    probe = Probe(kind, data, "any" if output == "*" else output, ports)
    for now in (0.0, 1.0):
        probe(now, **dict.fromkeys(ports, odd))


def test_smooth_is_exponential_in_elapsed_time() -> None:
    smooth = Probe("math.smooth", {"timeMs": 1000}, "value", ("value",))
    assert smooth(0.0, value=2.0) == 2.0
    assert smooth(1.0, value=0.0) == pytest.approx(2.0 * 0.367879, rel=1e-5)
    assert smooth(3.0, value=0.0) == pytest.approx(2.0 * 0.049787, rel=1e-4)
    assert smooth(3.0, value=5.0) == pytest.approx(2.0 * 0.049787, rel=1e-4)


def test_accumulator_decays_then_adds_then_clamps() -> None:
    data = {"initialValue": 0.5, "decayRate": 0.1}
    meter = Probe("state.accumulator", data, "value", ("input",))
    assert meter(10.0, input=0.25) == 0.75
    assert meter(12.0, input=0.1) == pytest.approx(0.65)
    assert meter(13.0, input=9) == 1.0
    assert meter(1e9, input=0) == 0.0
    assert meter(1e9, input=-9) == 0.0


def test_accumulator_below_zero_decays_upwards() -> None:
    meter = Probe("state.accumulator", {"min": -1, "decayRate": 0.1}, "value", ("value",))
    assert meter(0.0, value=-0.5) == -0.5
    assert meter(2.0, value=0) == pytest.approx(-0.3)
    assert meter(20.0, value=0) == 0.0


MACHINE = {
    "states": [
        {"id": "calm"},
        {"id": "glad", "expression": "happy", "animation": "nod", "emotion": "pleased"},
        {"id": "wild", "expression": "ecstatic"},
    ],
    "transitions": [
        {"from": "calm", "to": "glad", "threshold": 0.3},
        {"from": "glad", "to": "wild", "threshold": 0.8},
        {"from": "wild", "to": "glad", "threshold": 0.6, "below": True},
        {"from": "glad", "to": "calm", "threshold": 0.2, "below": True},
    ],
}


def test_machine_begins_in_the_first_state_and_cascades() -> None:
    state = Probe("state.machine", MACHINE, "state", ("intensity",))
    levels = [0.0, 0.29, 0.3, 0.25, 0.8, 0.6, 0.59, 0.2, 0.19, 1.0, 0.0]
    states = ["calm"] * 2 + ["glad"] * 2 + ["wild"] * 2 + ["glad"] * 2 + ["calm", "wild", "calm"]
    assert [state(intensity=level) for level in levels] == states


def test_machine_shows_its_state() -> None:
    for port, expected in (("expression", "happy"), ("animation", "nod"), ("emotion", "pleased")):
        assert Probe("state.machine", MACHINE, port, ("intensity",))(intensity=0.5) == expected


def test_transitions_that_contradict_each_other_do_not_run_for_ever() -> None:
    data = {
        "states": [{"id": "a"}, {"id": "b"}],
        "transitions": [
            {"from": "a", "to": "b", "threshold": 0},
            {"from": "b", "to": "a", "threshold": 0},
        ],
    }
    state = Probe("state.machine", data, "state", ("intensity",))
    assert [state(intensity=1), state(intensity=1)] == ["b", "a"]


def test_memory_is_shared_by_its_key() -> None:
    nodes = {
        "write": ("state.memory", {"key": "k"}),
        "read": ("state.memory", {"key": "k", "initial": "none yet"}),
        "zone": ("input.zone", {}),
        "out": ("video.output", {}),
    }
    data = metadata(
        nodes, "zone.zone > write.write", "write.value > out.emotion", "read.value > out.expression"
    )
    evaluator = NpcResponseEvaluator(data, clock=lambda: 0.0)
    evaluator.evaluate(touch(zone="nose"))
    answer = evaluator.evaluate(touch(zone="nose"))
    assert answer is not None
    assert (answer.emotion, answer.expression) == ("nose", "nose")


@pytest.mark.parametrize(
    ("key", "expected"),
    [("ribs", 0.9), ("feet", 0.0), ("neck", False), ("nose", None), ("knee", None), ("", "")],
)
def test_memory_begins_with_a_map(key: str, expected: object) -> None:
    initial = {"ribs": 0.9, "feet": 0, "neck": False, "nose": None, "": ""}
    memory = Probe("state.memory", {"initial": initial}, "value", ("key", "write"))
    assert memory(key=key) == expected
    assert memory(key=key, write="new") == "new"
    assert memory(key=key, write=None) == "new"
    assert memory(key="ribs", write=None) == ("new" if key == "ribs" else 0.9)
    fixed = Probe("state.memory", {"initial": initial, "key": key}, "value", ())
    assert fixed() == expected


def test_what_a_memory_does_not_know_multiplies_by_one() -> None:
    nodes = {
        "zone": ("input.zone", {}),
        "memory": ("state.memory", {"initial": {"ribs": 0.5, "feet": 0}}),
        "product": ("math.multiply", {}),
        "out": ("video.output", {}),
    }
    wires = [
        "zone.zone > memory.key",
        "memory.value > product.a",
        "product.result > out.intensity",
    ]
    evaluator = NpcResponseEvaluator(metadata(nodes, *wires), clock=lambda: 0.0)
    for zone, expected in (("ribs", 0.5), ("feet", 0.0), ("nose", 1.0)):
        answer = evaluator.evaluate(touch(zone=zone))
        assert answer is not None
        assert answer.intensity == expected


def test_memory_keeps_falsy_values_and_has_a_limit() -> None:
    memory = Probe("state.memory", {"initial": 5}, "value", ("key", "write"))
    assert memory(key="a") == 5.0
    assert memory(key="a", write=0) == 0
    assert memory(key="a", write=None) == 0
    for index in range(1000):
        memory(key=f"k{index}", write=index)
    assert len(memory.evaluator.state.memory) < 300  # the probe's own inputs are in there too
    assert memory(key="k999", write=None) == 999


def test_timer() -> None:
    timer = Probe("state.timer", {}, "elapsed", ("running", "reset"))
    assert timer(0.0, running=True) == 0.0
    assert timer(2.0, running=True) == 2000.0
    assert timer(3.0, running=False) == 3000.0
    assert timer(9.0, running=True) == 3000.0
    assert timer(10.0, running=True) == 4000.0
    assert timer(11.0, reset=True) == 0.0
    assert timer(11.5, reset=False) == 500.0


def test_threshold() -> None:
    levels = [0.4, 0.5, 0.9, 0.1, 0.6]
    trigger = Probe("state.threshold", {"threshold": 0.5}, "triggered", ("value",))
    assert [trigger(value=level) for level in levels] == [False, True, False, False, True]
    data = {"threshold": 0.5, "behavior": "continuous"}
    continuous = Probe("state.threshold", data, "value", ("value",))
    assert [continuous(value=level) for level in levels] == [0.0, 1.0, 1.0, 0.0, 1.0]


COMBO = {
    "sequences": [
        {"pattern": ["tap", "tap"], "bonus": 2, "label": "double"},
        {"pattern": "tap, tap, hold", "bonus": 3, "label": "finish"},
    ],
    "windowMs": 1000,
}


@pytest.mark.parametrize("port", ["action", "input"])
def test_combo(port: str) -> None:
    label = Probe("state.combo", COMBO, "label", (port,))
    bonus = Probe("state.combo", COMBO, "bonus", (port,))
    active = Probe("state.combo", COMBO, "active", (port,))
    for now, pattern, expected in (
        (0.0, "tap", ("", 1.0, False)),
        (0.5, "tap", ("double", 2.0, True)),
        (1.0, "hold", ("finish", 3.0, True)),
        (1.1, "tap", ("", 1.0, False)),
        (2.2, "tap", ("", 1.0, False)),
        (2.3, None, ("", 1.0, False)),
        (3.2, "tap", ("double", 2.0, True)),
    ):
        given = {"now": now, port: pattern}
        assert (label(**given), bonus(**given), active(**given)) == expected  # type: ignore[arg-type]


def test_mood_is_a_long_average() -> None:
    mood = Probe("state.mood", {"timeMs": 10_000, "baseline": 0.5}, "value", ("value",))
    assert mood(0.0, value=1) == 0.5
    assert mood(1.0, value=1) == pytest.approx(0.547581, abs=1e-5)
    assert mood(100.0, value=1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("level", "expected"), [(-0.1, "neutral"), (0, "bored"), (0.49, "bored"), (0.5, "glad")]
)
def test_levels(level: float, expected: str) -> None:
    table = {"0.5": "glad", "0": "bored"}  # in any order
    for kind, field in (("expression", "thresholds"), ("emotion", "emotions")):
        probe = Probe(f"response.{kind}", {field: table}, kind, ("intensity",))
        assert probe(intensity=level) == expected


@pytest.mark.parametrize(
    ("table", "state", "expected"),
    [
        ({"a": "nod"}, "a", "nod"),
        ({"a": "nod"}, "b", "b"),
        ({"a": ""}, "a", ""),
        ({}, "", ""),
        ({"1": "one"}, 1.0, "one"),
        ({}, False, "false"),
        ({}, None, "idle"),
        ({"idle": "breathe"}, None, "breathe"),
    ],
)
def test_a_state_has_its_animation_or_stands_for_itself(
    table: dict[str, str], state: object, expected: str
) -> None:
    animation = Probe("response.animation", {"animations": table}, "animation", ("state",))
    assert animation(state=state) == expected
    assert Probe("response.sound", {"sounds": table}, "sound", ("state",))(state=state) == expected


def test_add_ons_of_a_state() -> None:
    data = {"loras": {"a": ["x", "y"], "neutral": ["z"], "": []}}
    lora = Probe("video.lora", data, "loras", ("state",))
    assert lora(state="a") == ("x", "y")
    assert lora(state="b") is None
    assert lora(state="") == ()
    assert lora(state=None) == Probe("video.lora", data, "loras")() == ("z",)


def test_tables_that_are_left_out() -> None:
    levels = [-1, 0, 0.29, 0.3, 0.5, 0.6, 0.79, 0.8, 1]
    expression = Probe("response.expression", {}, "expression", ("intensity",))
    words = ["neutral"] * 3 + ["interested"] * 2 + ["pleased"] * 2 + ["ecstatic"] * 2
    assert [expression(intensity=level) for level in levels] == words
    emotion = Probe("response.emotion", {}, "emotion", ("intensity",))
    words = ["neutral"] * 4 + ["pleasure"] * 3 + ["bliss"] * 2
    assert [emotion(intensity=level) for level in levels] == words
    assert Probe("response.animation", {}, "animation")() == "idle"
    assert Probe("video.prompt", {}, "prompt", ("expression",))(expression="sad") == "sad"


def test_prompt_is_the_base_prompt_and_the_filled_template() -> None:
    nodes = {
        "zone": ("input.zone", {}),
        "level": ("math.add", {"value": 0.25}),
        "mood": ("state.machine", MACHINE),
        "prompt": (
            "video.prompt",
            {"template": "{expression}/{emotion}/{animation}/{state} {where} {level} {x|y} 100%"},
        ),
        "negative": ("video.negative", {"template": "no {where}"}),
        "out": ("video.output", {}),
    }
    wires = [
        "zone.zone > prompt.where",
        "zone.zone > negative.where",
        "level.value > prompt.level",
        "mood.expression > out.expression",
        "prompt.prompt > out.prompt",
        "negative.negativePrompt > out.negativePrompt",
    ]
    data = metadata(nodes, *wires, videoGen={"basePrompt": "a dragon"})
    answer = NpcResponseEvaluator(data).evaluate(touch(zone="nose"))
    assert answer is not None
    assert answer.prompt == "a dragon, neutral/neutral/idle/calm nose 0.25 {x|y} 100%"
    assert answer.negative_prompt == "no nose"


def test_a_template_that_the_expression_depends_on_does_not_know_it() -> None:
    nodes = {
        "prompt": ("video.prompt", {"template": "{expression}"}),
        "choice": ("logic.switch", {"cases": {"neutral": "happy"}}),
        "out": ("video.output", {}),
    }
    data = metadata(nodes, "prompt.prompt > choice.selector", "choice.value > out.expression")
    answer = NpcResponseEvaluator(data).evaluate(touch())
    assert answer is not None
    assert answer.expression == "happy"


def test_a_prompt_made_from_itself_stops_growing() -> None:
    nodes = {
        "old": ("state.memory", {"key": "k", "initial": "xxxxxxxxxx"}),
        "prompt": ("video.prompt", {"template": "{a}{a}{a}{a}"}),
        "new": ("state.memory", {"key": "k"}),
        "out": ("video.output", {}),
    }
    wires = ["old.value > prompt.a", "prompt.prompt > new.write", "new.value > out.prompt"]
    evaluator = NpcResponseEvaluator(metadata(nodes, *wires), clock=lambda: 0.0)
    for _ in range(50):
        answer = evaluator.evaluate(touch())
    assert answer is not None
    assert len(answer.prompt) == 10_000


def test_style() -> None:
    assert Probe("video.style", {"artStyle": "ink", "seed": 7}, "style")() == "ink"
    assert Probe("video.style", {"artStyle": "", "seed": 7}, "style")() == ""
    assert Probe("video.style", {"seed": 0}, "seed")() == 0


def test_merge_takes_the_first_present_value_in_order() -> None:
    merge = Probe("util.merge", {"order": ["b", "ghost"]}, "value", ("a", "b", "c"))
    assert merge(a=1, b=2, c=3) == 2
    assert merge(b=None) == 1
    assert merge(a=None) == 3
    assert merge(c="") == ""
    assert merge(c=None) is None


def test_split_hands_on_at_every_port() -> None:
    assert Probe("util.split", {}, "left", ("value",))(value=3) == 3
    assert Probe("util.split", {}, "b", ("a", "b"))(a=1, b=2) == 2


def test_debug_passes_through_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "npc_video.graph")
    debug = Probe("util.debug", {}, "value", ("value",))
    assert debug(value=0) == 0
    assert caplog.messages == ["node: {'value': 0}"]
    debug.evaluator.copy().evaluate_at(touch(), 0.0)
    assert len(caplog.messages) == 1


def test_delay() -> None:
    delay = Probe("util.delay", {"ms": 1000}, "value", ("value",))
    steps = [(0.0, "a", None), (0.5, "b", None), (1.0, "c", "a"), (1.2, "d", "a"), (9.0, "e", "d")]
    for now, value, expected in steps:
        assert delay(now, value=value) == expected


def test_random_depends_on_the_seed_and_the_node_alone() -> None:
    def drawn(seed: int, node_id: str) -> list[float]:
        data = metadata(
            {node_id: ("util.random", {"min": 0.2, "max": 0.4}), "out": ("video.output", {})},
            f"{node_id}.value > out.intensity",
        )
        evaluator = NpcResponseEvaluator(data, clock=lambda: 0.0, seed=seed)
        answers = [evaluator.evaluate(touch()) for _ in range(50)]
        return [answer.intensity for answer in answers if answer is not None]

    first = drawn(1, "r")
    assert first == drawn(1, "r")
    assert len({*first, *drawn(2, "r"), *drawn(1, "other")}) == 150
    assert min(first) >= 0.2
    assert max(first) <= 0.4
    assert sum(first) / 50 == pytest.approx(0.3, abs=0.03)


def test_random_choices_all_come() -> None:
    choice = Probe("util.random", {"choices": ["a", "b", 3]}, "value")
    assert {choice() for _ in range(60)} == {"a", "b", 3.0}
