import typing

import msgspec
import pytest
from npc_video.graph.document.describing import NODE_DESCRIPTIONS, FieldKind, PortKind
from npc_video.graph.nodes import NODE_TYPES
from npc_video.graph.nodes.base import ANY_PORT
from npc_video.graph.result import RESULT_PORTS

from tests.core.npc_video.graph.graphs import Probe
from tests.core.npc_video.graph.test_table import DATA

TYPES = sorted(NODE_TYPES)
KINDS = {"number": (int, float), "text": str, "truth": bool, "list": (list, tuple)}
OUTPUTS = [
    (name, port.names[0], port.kinds)
    for name, described in NODE_DESCRIPTIONS.items()
    for port in described.outputs
]
VALUES = [None, 0, 0.5, -3, True, False, "", "word", "0.4", ["a", 1]]


def described_ports(name):
    described = NODE_DESCRIPTIONS[name]
    others = filter(None, (described.any_input, described.any_output))
    return [*described.inputs, *described.outputs, *others]


def all_fields(name):
    for field in NODE_DESCRIPTIONS[name].fields:
        yield field
        yield from (column for column in field.columns if column.name)


def test_all_types_are_described_in_their_order():
    assert list(NODE_DESCRIPTIONS) == list(NODE_TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_each_type_port_and_field_has_a_sentence(name):
    helps = [NODE_DESCRIPTIONS[name].help]
    helps += [each.help for each in (*described_ports(name), *all_fields(name))]
    for sentence in helps:
        assert sentence[0].isupper() or not sentence[0].isalpha()
        assert sentence.endswith(".")
        assert "`" not in sentence


@pytest.mark.parametrize("name", TYPES)
def test_ports_and_fields_are_those_of_the_type(name):
    described, kind = NODE_DESCRIPTIONS[name], NODE_TYPES[name]
    assert described.family == name.partition(".")[0]
    if ANY_PORT not in kind.inputs:
        assert ["|".join(port.names) for port in described.inputs] == list(kind.inputs)
    assert (described.any_input is not None) == (ANY_PORT in kind.inputs)
    assert (described.any_output is not None) == (ANY_PORT in kind.outputs)
    assert [field.name for field in described.fields] == [
        field.encode_name for field in msgspec.structs.fields(kind)
    ]
    for port in described_ports(name):
        assert port.kinds
        assert set(port.kinds) <= set(typing.get_args(PortKind))
    for field in all_fields(name):
        assert field.kind in typing.get_args(FieldKind)
        assert field.kind != "choice" or len(field.options) > 1
        assert (field.kind in ("table", "rows")) <= bool(field.columns)


@pytest.mark.parametrize("name", TYPES)
def test_nothing_is_described_that_is_not_there(name):
    """A docstring that names a port or field wrongly leaves another one without its sentence."""
    doc = NODE_TYPES[name].__doc__
    named = {
        line.split(" (")[0].split(":")[0].strip() for line in doc.split("\n")[1:] if ": " in line
    }
    known = {one for port in described_ports(name) for one in port.names}
    assert {each for each in named if " " not in each} <= known | {f.name for f in all_fields(name)}


@pytest.mark.parametrize(("name", "port", "kinds"), OUTPUTS)
def test_outputs_have_values_of_the_kinds_that_are_described(name, port, kinds):
    if "any" in kinds:
        return
    inputs = tuple(port.names[0] for port in NODE_DESCRIPTIONS[name].inputs)
    probe = Probe(name, DATA, port, inputs)
    for second, value in enumerate(VALUES):
        found = probe(float(second), **dict.fromkeys(inputs, value))
        allowed = tuple(KINDS[kind] for kind in kinds)
        assert found is None or any(isinstance(found, each) for each in allowed)
        assert not isinstance(found, bool) or "truth" in kinds


@pytest.mark.parametrize("name", TYPES)
def test_defaults_are_values_of_the_field(name):
    required = {
        field.name: DATA[field.name]
        for field in NODE_DESCRIPTIONS[name].fields
        if field.is_required
    }
    shown = {
        field.name: field.default
        for field in NODE_DESCRIPTIONS[name].fields
        if not field.is_required
    }
    kind = NODE_TYPES[name]
    assert msgspec.convert(required | shown, kind) == msgspec.convert(required, kind)


def field(name, setting):
    (found,) = (each for each in NODE_DESCRIPTIONS[name].fields if each.name == setting)
    return found


@pytest.mark.parametrize(
    ("name", "setting", "kind"),
    [
        ("math.add", "value", "number"),
        ("video.style", "seed", "whole"),
        ("video.prompt", "template", "template"),
        ("logic.compare", "operator", "choice"),
        ("video.style", "quality", "choice"),
        ("util.ease", "curve", "choice"),
        ("logic.compare", "threshold", "value"),
        ("logic.gate", "default", "value"),
        ("util.random", "choices", "values"),
        ("util.merge", "order", "words"),
        ("logic.switch", "cases", "table"),
        ("state.machine", "states", "rows"),
        ("state.memory", "initial", "value"),
        ("state.memory", "key", "text"),
    ],
)
def test_kinds_of_fields(name, setting, kind):
    assert field(name, setting).kind == kind


def test_ranges_units_and_choices():
    time = field("math.smooth", "timeMs")
    assert (time.low, time.high, time.unit, time.is_required) == (0, None, "ms", True)
    assert field("state.combo", "windowMs").unit == "ms"
    assert field("state.accumulator", "decayRate").unit == "/s"
    assert field("logic.compare", "operator").options == (">", "<", ">=", "<=", "==", "!=")
    assert "smoothstep" in field("util.ease", "curve").options


def test_columns_of_tables():
    states, transitions = NODE_DESCRIPTIONS["state.machine"].fields
    assert [column.name for column in states.columns] == [
        "id",
        "expression",
        "animation",
        "emotion",
    ]
    assert [(column.name, column.kind, column.ids_of) for column in transitions.columns] == [
        ("from", "text", "states"),
        ("to", "text", "states"),
        ("threshold", "number", ""),
        ("below", "truth", ""),
    ]
    assert [c.kind for c in field("response.expression", "thresholds").columns] == [
        "number",
        "text",
    ]
    assert [c.kind for c in field("input.preference", "values").columns] == ["text", "value"]
    assert [c.kind for c in field("video.lora", "loras").columns] == ["text", "words"]
    assert field("state.combo", "sequences").columns[0].kind == "words"


def test_the_output_lists_the_parameters_of_a_clip():
    ports = [port.names[0] for port in NODE_DESCRIPTIONS["video.output"].inputs]
    assert ports == [name for name, _ in RESULT_PORTS]
    assert len(ports) == 12


def test_defaults_of_ports():
    a, b = NODE_DESCRIPTIONS["math.add"].inputs
    assert (a.names, a.default, a.default_field) == (("a", "input"), 0.0, "")
    assert (b.names, b.default, b.default_field) == (("b",), None, "value")
