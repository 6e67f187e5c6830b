import json

import pytest
from hypothesis import given
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.ports import shown_ports

from tests.core.npc_video.graph.document.texts import GRAPH_TEXTS
from tests.core.npc_video.graph.graphs import metadata


def ports_of(kind, data, *wires):
    nodes = {"p": ("input.pressure", {}), "n": (kind, data), "out": ("video.output", {})}
    return shown_ports(GraphDocument.read(json.dumps(metadata(nodes, *wires))))["n"]


def names(ports):
    return [port.name for port in ports]


@given(GRAPH_TEXTS)
def test_each_wire_is_at_one_port_at_either_end(text):
    document = GraphDocument.read(text)
    shown = shown_ports(document)
    assert shown.keys() == document.nodes.keys()
    for side, end in (("inputs", "target"), ("outputs", "source")):
        found = [
            (key, wire)
            for key, ports in shown.items()
            for port in getattr(ports, side)
            for wire in port.wires
        ]
        assert sorted(found) == sorted(
            (getattr(wire, end), wire.key)
            for wire in document.wires.values()
            if getattr(wire, end) in document.nodes
        )


def test_a_wire_is_at_its_port_by_any_name():
    ports = ports_of("math.add", {}, "p.value > n.input", "p.value > n.odd", "n.gone > out.seed")
    assert [(port.name, port.about is None, port.wires) for port in ports.inputs] == [
        ("a", False, ("c0",)),
        ("b", False, ()),
        ("odd", True, ("c1",)),
    ]
    assert [(port.name, port.about is None) for port in ports.outputs] == [
        ("result", False),
        ("value", False),
        ("gone", True),
    ]


def test_templates_have_a_port_for_each_word():
    template = "{mood} and {expression}, {state} {mood} {emotion}"
    ports = ports_of("video.prompt", {"template": template}, "p.value > n.emotion", "p.value > n.x")
    assert [(port.name, port.is_of_result) for port in ports.inputs] == [
        ("mood", False),
        ("expression", True),
        ("state", True),
        ("emotion", False),
        ("x", False),
    ]
    assert names(ports_of("video.negative", {}).inputs) == ["expression"]
    assert names(ports_of("video.negative", {"template": 5}).inputs) == ["expression"]


@pytest.mark.parametrize("kind", ["util.merge", "util.split"])
def test_the_order_names_ports(kind):
    ports = ports_of(kind, {"order": ["b", "a", 3]}, "p.value > n.c", "p.value > n.a")
    assert names(ports.inputs) == ["b", "a", "c"]


def test_ports_of_any_name_are_those_of_wires():
    ports = ports_of("util.split", {}, "p.value > n.value", "n.left > out.seed", "n.right > out.x")
    assert (names(ports.inputs), names(ports.outputs)) == (["value"], ["left", "right"])


def test_the_output_shows_its_twelve_and_more():
    ports = ports_of("video.output", {}, "p.value > n.intensity", "p.value > n.mine")
    assert len(ports.inputs) == 13
    assert ports.inputs[-1].name == "mine"
    assert ports.outputs == ()


def test_an_unknown_type_has_the_ports_of_its_wires():
    ports = ports_of("no.such", {}, "p.value > n.x", "n.y > out.seed")
    assert (names(ports.inputs), names(ports.outputs)) == (["x"], ["y"])
