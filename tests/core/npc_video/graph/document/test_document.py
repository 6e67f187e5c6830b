import json

import pytest
from hypothesis import given
from npc_video.errors import GraphError
from npc_video.graph.document.document import GraphDocument, fresh

from tests.core.npc_video.graph.document.texts import FILES, GRAPH_TEXTS, PLAIN, formatted

BROKEN = """{"responseGraph": {
  "nodes": [
    {"id": "a", "type": "no.such", "label": 5, "position": {"x": 1, "y": "2"}},
    {"type": "math.add", "data": {"value": 2}, "extra": [1]},
    {"id": "a", "type": "video.output", "data": 7},
    5
  ],
  "connections": [
    {"from": "a", "fromPort": "value", "to": "gone", "toPort": "x"},
    {"id": "c", "from": "nodes[1]", "to": "a"},
    {"id": "c"}
  ],
  "frames": {"f": {"title": "Mood", "nodes": ["a", 3, "gone"]}}
}}"""


def test_mistakes_are_kept_and_named_as_by_the_loader():
    document = GraphDocument.read(BROKEN)
    assert [(n.key, n.id, n.type) for n in document.nodes.values()] == [
        ("a", "a", "no.such"),
        ("nodes[1]", "", "math.add"),
        ("nodes[2]", "a", "video.output"),
        ("nodes[3]", "", ""),
    ]
    assert document.nodes["nodes[1]"].fields == {"value": 2}
    assert (document.nodes["a"].label, document.nodes["a"].position) == ("", None)
    ends = [(w.key, w.source, w.source_port, w.target) for w in document.wires.values()]
    assert ends == [
        ("connections[0]", "a", "value", "gone"),
        ("c", "nodes[1]", "", "a"),
        ("connections[2]", "", "", ""),
    ]
    assert (document.frames["f"].title, document.frames["f"].nodes) == ("Mood", ("a", "gone"))


@pytest.mark.parametrize("text", FILES)
def test_all_nodes_and_wires_of_a_file_are_found(text):
    document, graph = GraphDocument.read(text), json.loads(text)["responseGraph"]
    assert document.text == text
    assert list(document.nodes) == [node["id"] for node in graph["nodes"]]
    assert [node.fields for node in document.nodes.values()] == [
        node.get("data") or {} for node in graph["nodes"]
    ]
    assert [
        (w.source, w.source_port, w.target, w.target_port) for w in document.wires.values()
    ] == [(w["from"], w["fromPort"], w["to"], w["toPort"]) for w in graph["connections"]]


@given(GRAPH_TEXTS | formatted(PLAIN))
def test_any_object_is_a_document_and_nothing_else(text):
    data = json.loads(text)
    if not isinstance(data, dict):
        with pytest.raises(GraphError, match="must be an object"):
            GraphDocument.read(text)
        return
    document = GraphDocument.read(text)
    graph = data.get("responseGraph")
    for name, found in (("nodes", document.nodes), ("connections", document.wires)):
        listed = graph.get(name) if isinstance(graph, dict) else None
        assert len(found) == (len(listed) if isinstance(listed, list) else 0)


def test_a_path_leads_to_a_place():
    document = GraphDocument.read('{"a": [{"b": 5}]}')
    assert document.at("a", 0, "b").data == 5
    assert document.at() is document.root
    for path in (("b",), ("a", 1), ("a", -1), ("a", "b"), (0,), ("a", 0, "b", "c")):
        assert document.at(*path) is None


def test_fresh_ids_belong_to_nothing():
    document = GraphDocument.read(BROKEN)
    assert document.fresh_node_id("a") == "a2"
    assert document.fresh_node_id("a", ["a2"]) == "a3"
    assert document.fresh_node_id("gone") == "gone2"
    assert document.fresh_node_id("new") == "new"
    assert (document.fresh_wire_id(), document.fresh_frame_id()) == ("c1", "f1")
    assert (fresh("a7", {"a7"}), fresh("", ())) == ("a2", "node2")
