import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph.checking import check
from npc_video.graph.document.describing import NODE_DESCRIPTIONS
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.offering import (
    fitting_inputs,
    fitting_outputs,
    fitting_sources,
    fitting_wires,
    free_port,
    matching,
    new_node,
    through,
)
from npc_video.graph.document.operations import Batch, Connect

from tests.core.npc_video.graph.document.texts import GRAPH_TEXTS
from tests.core.npc_video.graph.graphs import metadata

TYPES = sorted(NODE_DESCRIPTIONS)
START = json.dumps(metadata({"in": ("input.pressure", {}), "out": ("video.output", {})}))


def found(words):
    return [described.type for described in matching(words)]


@pytest.mark.parametrize("name", sorted(set(TYPES) - {"video.output"}))
def test_a_new_node_is_no_mistake(name):
    document = GraphDocument.read(START)
    described = NODE_DESCRIPTIONS[name]
    add = new_node(document, name, (10.0, 20.0))
    wires = [Connect("in", "value", add.id, port.names[0]) for port in described.inputs]
    if described.any_input:
        wires.append(Connect("in", "value", add.id, "value"))
    output = described.outputs[0].names[0] if described.outputs else "value"
    edit = Batch((add, *wires, Connect(add.id, output, "out", "seen")))
    assert not check(edit.apply(document).text.encode()).errors


@given(GRAPH_TEXTS, st.sampled_from(TYPES))
def test_a_new_node_has_an_id_of_its_own(text, name):
    document = GraphDocument.read(text)
    add = new_node(document, name, (0.0, 0.0))
    assert add.id.startswith(name.rpartition(".")[2])
    assert add.apply(document).nodes[add.id].type == name


def test_all_types_match_no_words_in_their_order():
    assert found("") == list(NODE_DESCRIPTIONS)


def test_types_match_by_their_own_name_before_their_family_and_help():
    assert found("mood")[0] == "state.mood"
    assert found("STATE m")[:3] == ["state.machine", "state.memory", "state.mood"]
    assert found("random number")[0] == "util.random"
    assert found("no such thing") == []


def test_a_wire_is_offered_the_types_with_a_port_for_it():
    inputs = {each.type: each.port for each in fitting_inputs("math.add", "result")}
    assert inputs["math.add"] == "a"
    assert inputs["util.merge"] == "value"
    assert "response.animation" not in inputs
    outputs = {each.type: each.port for each in fitting_outputs("response.animation", "state")}
    assert outputs["state.machine"] == "state"
    assert "input.pressure" not in outputs


def test_a_port_of_an_unknown_kind_fits_everywhere():
    assert {each.type for each in fitting_inputs("no.such", "x")} == {
        name
        for name in TYPES
        if NODE_DESCRIPTIONS[name].inputs or NODE_DESCRIPTIONS[name].any_input
    }


def test_further_ports_are_numbered():
    assert free_port(()) == "value"
    assert free_port({"value", "value2"}) == "value3"


def test_a_node_on_a_wire_has_an_input_and_an_output():
    assert through("math.clamp") == ("value", "value")
    assert through("util.merge") == ("value", "value")
    assert through("input.pressure") is None
    assert through("no.such") is None


def test_a_node_is_offered_the_inputs_of_others_that_fit_free_ones_first():
    nodes = {
        "in": ("input.pressure", {}),
        "clamp": ("math.clamp", {}),
        "merge": ("util.merge", {}),
        "looks": ("response.animation", {}),
    }
    wires = ("in.value > clamp.value", "in.value > merge.value")
    document = GraphDocument.read(json.dumps(metadata(nodes, *wires)))
    offered = [(w.source_port, w.target, w.target_port) for w in fitting_wires(document, "in")]
    assert offered == [
        ("value", "merge", "value2"),
        ("value", "clamp", "value"),
        ("value", "merge", "value"),
    ]


def test_what_is_called_as_the_input_is_offered_first_and_no_circle():
    nodes = {
        "a": ("input.tool", {}),
        "mood": ("math.add", {}),
        "prompt": ("video.prompt", {}),
        "after": ("util.merge", {}),
    }
    graph = metadata(nodes, "prompt.prompt > after.x")
    document = GraphDocument.read(json.dumps(graph))
    offered = [(w.source, w.source_port) for w in fitting_sources(document, "prompt", "Mood")]
    assert offered == [
        ("mood", "result"),
        ("mood", "value"),
        ("a", "tool"),
        ("a", "toolType"),
    ]
    named_port = fitting_sources(document, "prompt", "toolType")
    assert (named_port[0].source, named_port[0].source_port) == ("a", "toolType")


@given(GRAPH_TEXTS)
def test_all_offered_wires_can_be_made(text):
    document = GraphDocument.read(text)
    named = [key for key, node in document.nodes.items() if key == node.id]
    for source in named:
        for wire in fitting_wires(document, source):
            if wire.target in named:
                edit = Connect(source, wire.source_port, wire.target, wire.target_port)
                assert edit.apply(document).wires
