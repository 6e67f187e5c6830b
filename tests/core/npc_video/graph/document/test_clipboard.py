import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import InvalidDataError
from npc_video.graph.document.clipboard import copy, paste
from npc_video.graph.document.document import GraphDocument

from tests.core.npc_video.graph.document.texts import FILES, GRAPH_TEXTS, PLAIN

TEXT = """{"responseGraph": {
  "nodes": [
    {"id": "p", "type": "input.pressure", "position": {"x": 10, "y": 20, "z": 3}, "odd": [1]},
    {"id": "add", "type": "math.add", "data": {"value": 1}},
    {"id": "out", "type": "video.output"}
  ],
  "connections": [
    {"id": "c1", "from": "p", "fromPort": "value", "to": "add", "toPort": "a", "tint": 5},
    {"id": "c2", "from": "add", "fromPort": "value", "to": "out", "toPort": "intensity"}
  ],
  "frames": [{"id": "f1", "title": "In", "nodes": ["p", "add"]}]
}}"""
DOCUMENT = GraphDocument.read(TEXT)


def test_nodes_come_with_the_wires_and_frames_between_them():
    after = paste(DOCUMENT, copy(DOCUMENT, ["add", "p"]), (5, -5)).apply(DOCUMENT)
    assert list(after.nodes) == ["p", "add", "out", "p2", "add2"]
    assert after.nodes["p2"].position == (15, 15)
    assert after.nodes["add2"].position is None
    assert after.at("responseGraph", "nodes", 3, "odd", 0).data == 1
    assert after.at("responseGraph", "nodes", 3, "position", "z").data == 3
    assert after.at("responseGraph", "connections", 2, "tint").data == 5
    wire = after.wires["c3"]
    assert (wire.source, wire.source_port, wire.target, wire.target_port) == (
        "p2",
        "value",
        "add2",
        "a",
    )
    assert (after.frames["f2"].title, after.frames["f2"].nodes) == ("In", ("p2", "add2"))


def test_a_frame_stays_with_the_nodes_that_are_not_copied():
    after = paste(DOCUMENT, copy(DOCUMENT, ["p"])).apply(DOCUMENT)
    assert list(after.frames) == ["f1"]
    assert list(after.wires) == ["c1", "c2"]


@pytest.mark.parametrize("text", FILES)
def test_a_whole_graph_moves_to_an_empty_file(text):
    document = GraphDocument.read(text)
    empty = GraphDocument.read("{}")
    pasted = paste(empty, copy(document, list(document.nodes))).apply(empty)
    before, after = json.loads(text)["responseGraph"], json.loads(pasted.text)["responseGraph"]
    assert after["nodes"] == before["nodes"]
    strip = [{k: v for k, v in wire.items() if k != "id"} for wire in before["connections"]]
    assert [{k: v for k, v in wire.items() if k != "id"} for wire in after["connections"]] == strip


@given(GRAPH_TEXTS, st.sampled_from(FILES), st.data())
def test_anything_is_copied_into_anything(text, other, data):
    source, target = GraphDocument.read(text), GraphDocument.read(other)
    names = data.draw(st.sets(st.sampled_from([*source.nodes, "gone"])))
    operation = paste(target, copy(source, names), (1, 2))
    after = operation.apply(target)
    assert operation.inverse(target).apply(after).text == other
    assert list(after.nodes)[: len(target.nodes)] == list(target.nodes)
    assert all(after.nodes[node["id"]].id == node["id"] for node in operation.nodes)
    assert not {wire["id"] for wire in operation.wires} & set(target.wires)


def marked(**fields):
    whole = {"npcGraphFragment": 1, "nodes": [{"id": "a"}], "connections": [], "frames": []}
    return json.dumps({**whole, **fields})


WIRE = {"from": "a", "fromPort": "x", "to": "a", "toPort": "y"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no nodes"),
        ("some words", "holds no nodes"),
        (TEXT, "holds no nodes"),
        ("[1]", "holds no nodes"),
        ("[" * 100_000, "holds no nodes"),
        (" " * 2_000_000, "holds too much"),
        (marked(npcGraphFragment=2), "another version"),
        (marked(nodes=5), "are damaged"),
        (marked(nodes=[5]), "are damaged"),
        (marked(nodes=[{"id": "a"}, {"id": "a"}]), "are damaged"),
        (marked(nodes=[{"id": ""}]), "are damaged"),
        (marked(nodes=[{"id": ["a"]}]), "are damaged"),
        (marked(connections=[{**WIRE, "to": "b"}]), "are damaged"),
        (marked(connections=[{**WIRE, "to": 5}]), "are damaged"),
        (marked(connections=[{"from": "a"}]), "are damaged"),
        (marked(frames=[{"nodes": ["b"]}]), "are damaged"),
        (marked(frames=[{"nodes": [[]]}]), "are damaged"),
        (marked(frames=[{}]), "are damaged"),
    ],
)
def test_other_texts_are_refused_with_a_sentence(text, sentence):
    with pytest.raises(InvalidDataError, match=sentence):
        paste(DOCUMENT, text)


@given(st.dictionaries(st.sampled_from(["nodes", "connections", "frames"]), PLAIN))
def test_no_fragment_does_harm(fields):
    with suppress(InvalidDataError):
        paste(DOCUMENT, marked(**fields)).apply(DOCUMENT)
