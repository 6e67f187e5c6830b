import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import GraphError
from npc_video.graph.checking import Checked, check
from npc_video.graph.loading import load_metadata
from npc_video.templates import TEMPLATES, template_text

from .graphs import metadata

ORIGINALS = sorted((Path(__file__).parents[3] / "data" / "graphs").glob("*.json"))
WHOLE = {
    "mood": ("response.expression", {"thresholds": {"0": "neutral"}}),
    "out": ("video.output", {}),
}
WIRE = "mood.expression > out.expression"


def checked(*wires, nodes=WHOLE, **sections):
    return check(json.dumps(metadata(nodes, *wires, **sections)).encode())


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_fine(name):
    assert check(template_text(name).encode()) == Checked()


@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.name)
def test_fields_of_other_tools_are_left_alone(path):
    found = check(path.read_bytes())
    assert found.errors == ()
    assert {problem.field for problem in found.warnings} <= {"connections"}


def test_errors_are_those_of_the_loader():
    nodes = {"a": ("response.expresion", {}), "out": ("video.output", {})}
    found = checked("a.expression > b.x", nodes=nodes, npc={"name": 5})
    with pytest.raises(GraphError) as error:
        load_metadata(metadata(nodes, "a.expression > b.x", npc={"name": 5}))
    assert found.errors == error.value.problems
    assert ("a", "type") in {(each.node, each.field) for each in found.errors}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"{", (1, None)),
        (b'{\n "npc": {"name": somebody}}', (2, 18)),
        (b'{\n\n"npc": {},}', (3, 11)),
        (b"\n\n  x", (3, 3)),
        (b"", (None, None)),
        (b"[]", (None, None)),
    ],
)
def test_a_text_that_cannot_be_read_has_a_place(text, place):
    [problem] = check(text).errors
    assert (problem.line, problem.column) == place
    assert (problem.node, problem.field) == ("", "file")


def test_what_is_not_run_is_a_warning():
    nodes = {**WHOLE, "spare": ("input.pressure", {})}
    found = checked(WIRE, nodes=nodes)
    assert found.errors == ()
    assert [str(each) for each in found.warnings] == [
        "node 'spare', connections: does not lead to video.output, so it is not run"
    ]
    assert checked(WIRE).warnings == ()


def test_a_file_without_a_graph_is_a_warning():
    [warning] = check(b"{}").warnings
    assert str(warning).startswith(
        "responseGraph: is missing; the graph of the template 'mood_meter'"
    )


@pytest.mark.parametrize(
    ("sections", "field", "meant"),
    [
        ({"interactions": {}}, "interactions", "interaction"),
        ({"npc": {"nmae": "Mo"}}, "npc.nmae", "name"),
        ({"videoGen": {"basePromt": "a cat"}}, "videoGen.basePromt", "basePrompt"),
    ],
)
def test_what_is_misspelt_is_a_warning(sections, field, meant):
    found = checked(WIRE, **sections)
    assert found.errors == ()
    assert [(each.field, each.message) for each in found.warnings] == [
        (field, f"is unknown and ignored; perhaps you mean {meant}")
    ]


def test_what_is_misspelt_in_a_node_is_told_beside_the_error():
    nodes = {**WHOLE, "mood": ("response.expression", {"treshold": 3, "thresholds": 5})}
    found = checked(WIRE, nodes=nodes)
    assert [each.node for each in found.errors] == ["mood"]
    assert [(each.node, each.field) for each in found.warnings] == [("mood", "treshold")]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.binary(max_size=60)
    | st.dictionaries(
        st.sampled_from(["npc", "videoGen", "interaction", "debug", "responseGraph", "x"]), PLAIN
    ).map(lambda data: json.dumps(data).encode())
    | st.lists(PLAIN | st.fixed_dictionaries({"id": PLAIN, "type": PLAIN, "data": PLAIN})).map(
        lambda nodes: json.dumps({"responseGraph": {"nodes": nodes, "connections": []}}).encode()
    )
)
def test_anything_is_checked(text):
    check(text)
