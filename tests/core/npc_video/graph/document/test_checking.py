import json

import pytest
from hypothesis import given
from npc_video.graph.checking import check
from npc_video.graph.document.checking import DocumentProblem, not_run, problems_of
from npc_video.graph.document.document import GraphDocument

from tests.core.npc_video.graph.document.texts import FILES, GRAPH_TEXTS
from tests.core.npc_video.graph.graphs import metadata


def found(nodes, *wires, **sections):
    text = json.dumps(metadata(nodes, *wires, **sections))
    return problems_of(GraphDocument.read(text))


@given(GRAPH_TEXTS)
def test_any_document_is_checked_as_its_file(text):
    document = GraphDocument.read(text)
    problems, checked = problems_of(document), check(text.encode())
    errors = [each.message for each in problems if each.severity == "error"]
    assert errors == [each.message for each in checked.errors]
    for problem in problems:
        assert problem.node in {"", *document.nodes}
        assert problem.wire in {"", *document.wires}
        value = document.nodes[problem.node].fields if problem.path else None
        for step in problem.path[:-1]:
            value = value[step]


@pytest.mark.parametrize("text", FILES)
def test_nodes_that_are_not_run_are_those_that_the_loader_leaves_out(text):
    document = GraphDocument.read(text)
    warned = {each.node for each in check(text.encode()).warnings if each.field == "connections"}
    assert not_run(document) == warned
    assert {each.node for each in problems_of(document)} == warned


OUT = ("video.output", {})


@pytest.mark.parametrize(
    ("kind", "data", "field", "path"),
    [
        ("math.add", {"value": "x"}, "value", ("value",)),
        ("math.smooth", {}, "timeMs", ("timeMs",)),
        ("no.such", {"value": 1}, "type", ()),
        (
            "state.machine",
            {"states": [{"id": "a"}], "transitions": [{"from": "a", "to": "b", "threshold": 0}]},
            "transitions[0].to",
            ("transitions", 0, "to"),
        ),
        ("state.machine", {"states": [{}]}, "states[0].id", ("states", 0, "id")),
        ("response.emotion", {"emotions": {"x.y": "sad"}}, "emotions['x.y']", ("emotions", "x.y")),
        ("response.emotion", {"emotions": {"0": 5}}, "emotions['0']", ("emotions", "0")),
        ("response.emotion", 5, "data", ()),
    ],
)
def test_a_problem_is_placed_at_its_field(kind, data, field, path):
    problems = found({"n": (kind, data), "out": OUT})
    assert [("n", field, path)] == [
        (each.node, each.field, each.path) for each in problems if each.severity == "error"
    ]


def test_a_problem_is_placed_at_its_wire():
    text = json.dumps({"responseGraph": {"nodes": [], "connections": [{}, {"id": "w", "to": 5}]}})
    problems = problems_of(GraphDocument.read(text))
    assert {"connections[0]", "w"} <= {problem.wire for problem in problems}


def test_a_second_node_of_an_id_has_its_problem_where_the_loader_sees_it():
    text = json.dumps({"responseGraph": {"nodes": [{"type": "math.add"}], "connections": []}})
    assert ("nodes[0]", "id") in [(p.node, p.field) for p in problems_of(GraphDocument.read(text))]


def test_nodes_that_are_not_run_are_told_beside_errors():
    nodes = {"a": ("math.add", {"value": "x"}), "spare": ("input.zone", {}), "out": OUT}
    problems = found(nodes, "a.value > out.seed")
    assert [(each.node, each.severity) for each in problems] == [
        ("a", "error"),
        ("spare", "warning"),
    ]


def test_without_an_output_no_node_stands_out():
    document = GraphDocument.read(json.dumps(metadata({"a": ("math.add", {})})))
    assert not_run(document) == frozenset()
    assert problems_of(document) == [
        DocumentProblem("", "nodes", "there is no video.output; add one", "error")
    ]


def test_half_a_pair_of_surrogates_is_told():
    (problem,) = problems_of(GraphDocument.read('{"npc": {"name": "\\ud800"}}'))
    assert (problem.node, problem.severity) == ("", "error")
