"""The table of node types: what the format says, and that the nodes do as their table says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields
from npc_video.graph.nodes import NODE_TYPES
from npc_video.graph.nodes.base import DataField

from tests.core.npc_video.graph.graphs import Probe

# The description of the format: inputs, data, outputs. This package may take more.
FORMAT = """
input.tool || | tool toolType
input.pressure || | value
input.speed || | value
input.duration || | value
input.pattern || | pattern
input.zone || | zone
input.history || | history count
input.preference | key | values | value
math.add | a input b | value | result value
math.multiply | a b c | value | result value
math.clamp | value input | min max | value
math.remap | value input | inMin inMax outMin outMax | value
math.smooth | value | timeMs | value
logic.compare | a value b | threshold operator | result value
logic.and | a b || result value
logic.or | a b || result value
logic.not | a b || result value
logic.gate | value enabled | default | value
logic.switch | selector | cases default | value
state.accumulator | input value | initialValue decayRate min max | value
state.machine | intensity | states transitions | state expression animation emotion
state.memory | key write | key initial | value
state.timer | running reset || elapsed value
state.threshold | value | threshold behavior | triggered value
state.combo | action input | sequences windowMs | bonus label active
state.mood | value | timeMs baseline | value
response.expression | intensity | thresholds | expression
response.emotion | intensity | emotions | emotion
response.animation | state | animations | animation
response.sound | state | sounds | sound
response.intensity | value input | multiplier | intensity
video.prompt | * | template | prompt
video.negative | * | template | negativePrompt
video.style || artStyle quality seed | style seed
video.lora | state | loras | loras
video.output | * || *
util.merge | * | order | value
util.split | * | order | *
util.delay | value | ms | value
util.ease | value | curve | value
util.random || min max choices | value
util.debug | * || *
"""
ROWS = {
    name.strip(): [set(cell.split()) for cell in cells]
    for name, *cells in (line.split("|") for line in FORMAT.strip().splitlines())
}
DEFAULTS = {
    ("response.expression", "thresholds"): {
        "0": "neutral",
        "0.3": "interested",
        "0.6": "pleased",
        "0.8": "ecstatic",
    },
    ("response.emotion", "emotions"): {"0": "neutral", "0.5": "pleasure", "0.8": "bliss"},
    ("response.animation", "animations"): {"idle": "idle"},
    ("response.intensity", "multiplier"): 1.0,
    ("video.prompt", "template"): "{expression}",
    ("math.clamp", "min"): 0.0,
    ("math.clamp", "max"): 1.0,
}
ABSENT = {
    ("math.add", "b"): DataField("value"),
    ("math.multiply", "a"): 1.0,
    ("math.multiply", "b"): DataField("value"),
    ("math.multiply", "c"): 1.0,
    ("logic.compare", "b"): DataField("threshold"),
    ("state.memory", "key"): DataField("key"),
    ("response.animation", "state"): "idle",
    ("response.sound", "state"): "idle",
    ("video.lora", "state"): "neutral",
}


def test_the_format_and_this_package_have_the_same_types() -> None:
    assert set(NODE_TYPES) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_ports_and_settings_have_the_names_of_the_format(name: str) -> None:
    kind, (inputs, data, outputs) = NODE_TYPES[name], ROWS[name]
    assert inputs <= {one for names in kind.inputs for one in names.split("|")}
    assert data == {field.encode_name for field in fields(kind)}
    assert outputs == set(kind.outputs)


@pytest.mark.parametrize(("name", "setting"), DEFAULTS)
def test_settings_that_are_left_out(name: str, setting: str) -> None:
    (field,) = (one for one in fields(NODE_TYPES[name]) if one.encode_name == setting)
    default: Any = field.default_factory
    value = default() if callable(default) else field.default
    assert value == DEFAULTS[name, setting]


@pytest.mark.parametrize(("name", "port"), ABSENT)
def test_inputs_that_are_left_out(name: str, port: str) -> None:
    found, expected = NODE_TYPES[name].absent[port], ABSENT[name, port]
    assert (type(found), found) == (type(expected), expected)


DATA: dict[str, Any] = {
    "values": {}, "timeMs": 10, "threshold": 0.5, "cases": {"idle": 1}, "value": 7, "default": 9,
    "states": [{"id": "a"}, {"id": "b"}], "transitions": [{"from": "a", "to": "b", "threshold": 0}],
    "key": "k", "initial": {"k": 3, "word": 4}, "sequences": [], "baseline": 0.25,
    "sounds": {"idle": "hum"}, "loras": {"neutral": ["plain"], "word": ["bold"]}, "ms": 5,
    "curve": "easeIn",
}  # fmt: skip
PORTS = [(name, port) for name, kind in NODE_TYPES.items() for port in kind.absent]
values = st.sampled_from([None, 0, 0.5, 1, True, False, "", "word", "k"])


@pytest.mark.parametrize(("name", "port"), PORTS)
@given(data=st.data())
@settings(max_examples=10)
def test_an_input_without_a_value_is_as_its_table_says(
    name: str, port: str, data: st.DataObject
) -> None:
    kind = NODE_TYPES[name]
    ports = [names.partition("|")[0] for names in kind.inputs]
    others = {one: data.draw(values, one) for one in ports if one != port}
    stated = kind.absent[port]
    value = DATA[stated] if isinstance(stated, DataField) else stated
    for output in kind.outputs:
        without = Probe(name, DATA, output, tuple(others))
        null = Probe(name, DATA, output, (port, *others))
        filled = Probe(name, DATA, output, (port, *others))
        for now in (0.0, 1.0):
            found = filled(now, **others, **{port: value})
            assert without(now, **others) == found
            assert null(now, **others, **{port: None}) == found
