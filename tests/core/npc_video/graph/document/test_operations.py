import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from npc_video.errors import GraphError, InvalidDataError
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.field_operations import (
    InsertRow,
    MoveRow,
    RemoveField,
    RenameKey,
    RenameState,
    SetField,
)
from npc_video.graph.document.operations import (
    AddFrame,
    AddNode,
    Batch,
    Connect,
    Disconnect,
    InsertFragment,
    InsertOnWire,
    MoveNodes,
    RemoveAndHeal,
    RemoveFrame,
    RemoveNodes,
    RenameNode,
    Replace,
    SetFrameField,
    SetLabel,
)

from tests.core.npc_video.graph.document.texts import (
    FILES,
    GRAPH_TEXTS,
    GRAPHS,
    LEAVES,
    PLAIN,
    PORTS,
)

TEXT = """{
  "responseGraph": {
    "nodes": [
      {"id": "p", "type": "input.pressure", "position": {"x": 0, "y": 0}, "more": [1, 2]},
      {"id": "add", "type": "math.add", "label": "Sum", "data": {"value": 1.50}},
      {"id": "m", "type": "state.machine", "data": {
        "states": [
          {"id": "calm", "mine": true},
          {"id": "wild"}
        ],
        "transitions": [
          {"from": "calm", "to": "wild", "threshold": 0.5},
          {"from": "wild", "to": "calm", "threshold": 0.25, "below": true}
        ]
      }},
      {"id": "out", "type": "video.output"}
    ],
    "connections": [
      {"id": "c1", "from": "p", "fromPort": "value", "to": "add", "toPort": "input", "w": 1},
      {"id": "c2", "from": "add", "fromPort": "result", "to": "m", "toPort": "intensity"},
      {"id": "c3", "from": "m", "fromPort": "state", "to": "out", "toPort": "state"}
    ],
    "frames": [{"id": "f1", "title": "In", "nodes": ["p", "add"], "tint": "red"}],
    "version": 1.0
  }
}
"""


def applied(operation, text=TEXT):
    """The document after an edit; its inverse leads back."""
    document = GraphDocument.read(text)
    after = operation.apply(document)
    assert operation.inverse(document).apply(after).text == text
    return after


def changed(operation, text=TEXT):
    """The lines that an edit removes, and those that it adds."""
    after = applied(operation, text).text
    before = text.splitlines(keepends=True)
    lines = after.splitlines(keepends=True)
    while before and lines and before[0] == lines[0]:
        del before[0], lines[0]
    while before and lines and before[-1] == lines[-1]:
        del before[-1], lines[-1]
    return [line.strip() for line in before], [line.strip() for line in lines]


def ends(document):
    wires = document.wires.values()
    return [f"{w.source}.{w.source_port} > {w.target}.{w.target_port}" for w in wires]


# ---- Anything in any file ----


@st.composite
def operations(draw, document):
    """Any edit, most of them about what is there."""
    node = st.sampled_from([*document.nodes, "gone"])
    wire = st.sampled_from([*document.wires, "gone"])
    frame = st.sampled_from([*document.frames, "gone"])
    point = st.tuples(st.integers(-99, 99), st.floats(-99, 99))
    own = st.sampled_from([document.fresh_node_id("new"), "a", "é", "p q"])
    some = st.lists(node, max_size=3, unique=True).map(tuple)
    step = st.sampled_from(
        ["value", "threshold", "states", "transitions", "cases", "id", "x", 0, 1, 2]
    )
    path = st.lists(step, max_size=3).map(tuple)
    place = st.integers(0, 3)
    one = st.one_of(
        st.builds(AddNode, own, st.just("math.add"), st.none() | point, st.text(max_size=3)),
        st.builds(RemoveNodes, some),
        st.builds(RemoveAndHeal, some),
        st.builds(RenameNode, node, own),
        st.builds(SetLabel, node, st.text(max_size=3)),
        st.builds(MoveNodes, st.dictionaries(node, point, max_size=3)),
        st.builds(Connect, node, PORTS, node, PORTS),
        st.builds(Disconnect, st.lists(wire, max_size=3).map(tuple)),
        st.builds(InsertOnWire, wire, node, PORTS, PORTS),
        st.builds(AddFrame, own, st.text(max_size=3), some),
        st.builds(SetFrameField, frame, st.sampled_from(["title", "nodes"]), LEAVES),
        st.builds(RemoveFrame, frame),
        st.builds(SetField, node, path, PLAIN),
        st.builds(RemoveField, node, path),
        st.builds(InsertRow, node, path, place, PLAIN),
        st.builds(MoveRow, node, path, place, place),
        st.builds(RenameKey, node, path, st.text(max_size=3)),
        st.builds(RenameState, node, place, st.text(max_size=3)),
        st.builds(
            InsertFragment,
            st.just(({"id": document.fresh_node_id("new"), "type": "util.merge", "odd": 1},)),
            st.just(({"id": document.fresh_wire_id(), "from": "a", "to": "b"},)),
            st.just(({"id": document.fresh_frame_id(), "title": "T"},)),
        ),
    )
    return draw(one | st.lists(one, max_size=3).map(lambda each: Batch(tuple(each))))


@given(GRAPH_TEXTS, st.data())
@settings(max_examples=150)
def test_an_edit_and_its_inverse_give_the_same_bytes(text, data):
    document = GraphDocument.read(text)
    operation = data.draw(operations(document))
    try:
        after = operation.apply(document)
    except GraphError:
        raise
    except InvalidDataError:
        return
    back = operation.inverse(document)
    assert back.apply(after).text == text
    assert back.inverse(after).apply(document).text == after.text
    assert text.endswith("\n") == after.text.endswith("\n")
    assert ("\r\n" in text or "\n" not in text) or "\r" not in after.text


LAYOUTS = [
    {"indent": 2},
    {"indent": "\t"},
    {"indent": 0},
    {"indent": None},
    {"indent": None, "separators": (",", ":")},
]


@given(GRAPHS, st.sampled_from(LAYOUTS), st.data())
@settings(max_examples=100)
def test_a_file_that_a_program_has_written_stays_as_it_would_write_it(graph, layout, data):
    def written(value):
        return json.dumps(value, ensure_ascii=False, **layout)

    try:
        document = GraphDocument.read(written(graph))
        after = data.draw(operations(document)).apply(document)
    except InvalidDataError:
        return
    assert after.text == written(json.loads(after.text))


@given(st.sampled_from(FILES), st.data())
def test_what_an_edit_is_not_about_stays_in_the_files(text, data):
    document = GraphDocument.read(text)
    name = data.draw(st.sampled_from(list(document.nodes)))
    before, after = changed(MoveNodes({name: (1234, 5678)}), text)
    if "\n" in text.strip() and document.nodes[name].position is not None:
        assert len(before) == len(after) <= 4
    lines = applied(RemoveNodes((name,)), text).text.split("\n")
    assert {*map(str.strip, lines)} <= {*map(str.strip, text.split("\n"))} | {
        line.strip().removesuffix(",") for line in text.split("\n")
    } or "\n" not in text.strip()


@pytest.mark.parametrize("text", FILES)
def test_nodes_that_are_added_and_removed_leave_no_trace(text):
    document = GraphDocument.read(text)
    with_node = AddNode("brand_new", "math.add", (1, 2), "New", {"value": 3}).apply(document)
    wired = Connect("brand_new", "value", "brand_new", "a").apply(with_node)
    assert json.loads(wired.text)["responseGraph"]["nodes"][-1] == {
        "id": "brand_new",
        "type": "math.add",
        "label": "New",
        "position": {"x": 1, "y": 2},
        "data": {"value": 3},
    }
    assert RemoveNodes(("brand_new",)).apply(wired).text == text


# ---- Nodes ----


def test_a_node_is_added_as_its_neighbours_are_written():
    assert changed(AddNode("n", "math.add", (1.0, 2.5))) == (
        ['{"id": "out", "type": "video.output"}'],
        [
            '{"id": "out", "type": "video.output"},',
            '{"id": "n", "type": "math.add", "position": {"x": 1, "y": 2.5}, "data": {}}',
        ],
    )


def test_a_node_takes_its_wires_and_places_in_frames_along():
    after = applied(RemoveNodes(("add",)))
    assert ends(after) == ["m.state > out.state"]
    assert after.frames["f1"].nodes == ("p",)
    assert list(after.nodes) == ["p", "m", "out"]


def test_the_wires_of_a_removed_node_are_healed():
    after = applied(RemoveAndHeal(("add",)))
    assert ends(after) == ["p.value > m.intensity", "m.state > out.state"]
    assert ends(applied(RemoveAndHeal(("add", "m")))) == ["p.value > out.state"]
    assert ends(applied(RemoveAndHeal(("p",)))) == ends(GraphDocument.read(TEXT))[1:]


def test_of_several_inputs_the_first_port_heals():
    base = applied(Batch((AddNode("q", "input.speed"), Connect("q", "value", "add", "b"))))
    wires = list(base.wires)
    moved = MoveNodes({"q": (0, 0)}).apply(base)
    assert "p.value > m.intensity" in ends(RemoveAndHeal(("add",)).apply(moved))
    unwired = Disconnect((wires[0],)).apply(base)
    assert "q.value > m.intensity" in ends(RemoveAndHeal(("add",)).apply(unwired))


def test_healing_a_circle_ends():
    circle = applied(Batch((AddNode("x", "math.add"), Connect("x", "value", "x", "a"))))
    wired = Connect("x", "value", "m", "intensity").apply(circle)
    assert ends(RemoveAndHeal(("x",)).apply(wired)) == [
        "p.value > add.input",
        "m.state > out.state",
    ]


def test_wires_and_frames_follow_a_new_id():
    after = applied(RenameNode("add", "sum"))
    assert ends(after)[:2] == ["p.value > sum.input", "sum.result > m.intensity"]
    assert after.frames["f1"].nodes == ("p", "sum")
    for taken in ("p", ""):
        with pytest.raises(InvalidDataError, match="is empty or the id of another node"):
            applied(RenameNode("add", taken))


def test_an_id_that_stays_changes_nothing():
    assert applied(RenameNode("add", "add")).text == TEXT


def test_what_is_no_object_is_only_removed():
    text = TEXT.replace('{"id": "out", "type": "video.output"}', "5")
    with pytest.raises(InvalidDataError, match="is no object; remove it"):
        applied(SetLabel("nodes[3]", "x"), text)
    assert list(applied(RemoveNodes(("nodes[3]",)), text).nodes) == ["p", "add", "m"]


def test_a_second_node_of_an_id_is_renamed_alone():
    text = TEXT.replace('"id": "out"', '"id": "add"')
    after = applied(RenameNode("nodes[3]", "fine"), text)
    assert list(after.nodes) == ["p", "add", "m", "fine"]
    assert ends(after)[0] == "p.value > add.input"
    with pytest.raises(InvalidDataError, match="has the id of an earlier node"):
        applied(Connect("p", "value", "nodes[3]", "x"), text)


def test_a_label_is_set_and_removed():
    assert changed(SetLabel("add", "Total"))[1] == [
        '{"id": "add", "type": "math.add", "label": "Total", "data": {"value": 1.50}},'
    ]
    assert applied(SetLabel("m", "Mood")).nodes["m"].label == "Mood"
    assert '"label"' not in applied(SetLabel("add", "")).text


def test_a_moved_node_changes_its_numbers():
    assert changed(MoveNodes({"p": (7.0, 0)})) == (
        ['{"id": "p", "type": "input.pressure", "position": {"x": 0, "y": 0}, "more": [1, 2]},'],
        ['{"id": "p", "type": "input.pressure", "position": {"x": 7, "y": 0}, "more": [1, 2]},'],
    )
    after = applied(MoveNodes({"m": (1, 2), "out": (3, 4.5)}))
    assert (after.nodes["m"].position, after.nodes["out"].position) == ((1, 2), (3, 4.5))


# ---- Wires ----


def test_a_wire_replaces_the_one_into_the_port_by_any_of_its_names():
    assert changed(Connect("m", "state", "add", "a")) == (
        ['{"id": "c1", "from": "p", "fromPort": "value", "to": "add", "toPort": "input", "w": 1},'],
        ['{"id": "c1", "from": "m", "fromPort": "state", "to": "add", "toPort": "input", "w": 1},'],
    )
    assert ends(applied(Connect("p", "value", "add", "b")))[-1] == "p.value > add.b"
    assert applied(Connect("p", "value", "add", "input")).text == TEXT


def test_all_but_one_of_several_wires_into_a_port_are_removed():
    text = TEXT.replace('"to": "out", "toPort": "state"', '"to": "m", "toPort": "intensity"')
    after = applied(Connect("p", "value", "m", "intensity"), text)
    assert ends(after) == ["p.value > add.input", "p.value > m.intensity"]


def test_wires_are_removed():
    assert ends(applied(Disconnect(("c1", "c3")))) == ["add.result > m.intensity"]
    assert applied(Disconnect(("c1", "c2", "c3"))).at("responseGraph", "connections").items == ()


def test_a_node_comes_between():
    both = Batch((AddNode("smooth", "math.smooth"), InsertOnWire("c2", "smooth", "value", "value")))
    after = ends(applied(both))
    assert after[1] == "add.result > smooth.value"
    assert after[-1] == "smooth.value > m.intensity"
    with pytest.raises(InvalidDataError, match="already leads to"):
        applied(InsertOnWire("c2", "m", "intensity", "state"))


@pytest.mark.parametrize("wire", ["null", '{"from": "p", "fromPort": "value"}'])
def test_a_wire_without_an_end_is_only_removed(wire):
    text = TEXT.replace('"connections": [', f'"connections": [{wire}, ')
    with pytest.raises(InvalidDataError, match="has no node at one end"):
        applied(InsertOnWire("connections[0]", "out", "x", "y"), text)
    assert list(applied(Disconnect(("connections[0]",)), text).wires) == ["c1", "c2", "c3"]


# ---- Frames and fragments ----


@pytest.mark.parametrize("form", ["list", "object", "none"])
def test_frames_of_either_form(form):
    listed = '[{"id": "f1", "title": "In", "nodes": ["p", "add"], "tint": "red"}]'
    named = '{"f1": {"title": "In", "nodes": ["p", "add"], "tint": "red"}}'
    text = {
        "list": TEXT,
        "object": TEXT.replace(listed, named),
        "none": TEXT.replace(f'"frames": {listed},', ""),
    }[form]
    after = applied(AddFrame("f2", "Mood", ("m",)), text)
    assert (after.frames["f2"].title, after.frames["f2"].nodes) == ("Mood", ("m",))
    after = SetFrameField("f2", "title", "Moods").apply(after)
    after = SetFrameField("f2", "nodes", ["m", "out"]).apply(after)
    assert (after.frames["f2"].title, after.frames["f2"].nodes) == ("Moods", ("m", "out"))
    assert list(RemoveFrame("f2").apply(after).frames) == ([] if form == "none" else ["f1"])
    if form != "none":
        assert after.frames["f1"].fields["tint"] == "red"
        assert "tint" not in SetFrameField("f1", "tint", None).apply(after).text


def test_a_frame_that_is_none_is_only_removed():
    text = TEXT.replace('"nodes": ["p", "add"]', '"nodes": [[], 5, "p"]')
    assert applied(RemoveNodes(("p",)), text).frames["f1"].fields["nodes"] == [[], 5]
    text = TEXT.replace('"frames": [{', '"frames": [5, {')
    with pytest.raises(InvalidDataError, match="is no object"):
        applied(SetFrameField("frames[0]", "title", "x"), text)
    assert list(applied(RemoveFrame("frames[0]"), text).frames) == ["f1"]


@pytest.mark.parametrize("text", ["{}", '{"npc": {}}', "{\n}", '{\n  "npc": {}\n}\n'])
def test_a_graph_is_begun_in_any_file(text):
    after = applied(AddNode("n", "math.add"), text)
    assert json.loads(after.text)["responseGraph"] == {
        "nodes": [{"id": "n", "type": "math.add", "data": {}}],
        "connections": [],
    }


def test_a_graph_that_is_begun_has_lines():
    assert applied(AddNode("n", "math.add"), '{\n  "npc": {"id": ""}\n}').text == (
        '{\n  "npc": {"id": ""},\n  "responseGraph": {\n    "nodes": [\n'
        '      {"id": "n", "type": "math.add", "data": {}}\n    ],\n    "connections": []\n  }\n}'
    )


@pytest.mark.parametrize("text", ['{"responseGraph": 5}', '{"responseGraph": {"nodes": {}}}'])
def test_what_is_no_graph_is_not_overwritten(text):
    with pytest.raises(InvalidDataError, match="correct the file as text"):
        applied(AddNode("n", "math.add"), text)


# ---- Fields ----


def test_a_field_changes_its_line():
    assert changed(SetField("add", ("value",), 2)) == (
        ['{"id": "add", "type": "math.add", "label": "Sum", "data": {"value": 1.50}},'],
        ['{"id": "add", "type": "math.add", "label": "Sum", "data": {"value": 2}},'],
    )
    assert applied(SetField("add", ("value",), 1.5)).text == TEXT


def test_objects_around_a_field_are_added():
    after = applied(SetField("out", ("a", "b"), 1))
    assert after.nodes["out"].fields == {"a": {"b": 1}}
    assert applied(RemoveField("out", ("a", "b"))).text == TEXT
    assert applied(SetField("add", (), {})).nodes["add"].fields == {}
    assert '"data": {"value"' not in applied(RemoveField("add", ())).text


def test_a_row_that_is_null_or_the_next_is_set():
    base = applied(SetField("add", ("rows",), [None, 1]))
    after = SetField("add", ("rows", 0, "a"), 5).apply(base)
    assert SetField("add", ("rows", 2), 6).apply(after).nodes["add"].fields["rows"] == [
        {"a": 5},
        1,
        6,
    ]


def test_rows_are_inserted_moved_and_removed():
    row = {"from": "calm", "to": "calm", "threshold": 1}
    assert changed(InsertRow("m", ("transitions",), 1, row)) == (
        [],
        ['{"from": "calm", "to": "calm", "threshold": 1},'],
    )
    assert changed(MoveRow("m", ("transitions",), 1, 0)) == (
        [
            '{"from": "calm", "to": "wild", "threshold": 0.5},',
            '{"from": "wild", "to": "calm", "threshold": 0.25, "below": true}',
        ],
        [
            '{"from": "wild", "to": "calm", "threshold": 0.25, "below": true},',
            '{"from": "calm", "to": "wild", "threshold": 0.5}',
        ],
    )
    assert changed(RemoveField("m", ("transitions", 0))) == (
        ['{"from": "calm", "to": "wild", "threshold": 0.5},'],
        [],
    )
    after = applied(InsertRow("add", ("rows",), 0, {"a": 1}))
    assert after.nodes["add"].fields["rows"] == [{"a": 1}]


def test_a_key_is_renamed_in_its_place():
    base = applied(SetField("add", ("cases",), {"x": 1, "y": 2}))
    after = RenameKey("add", ("cases", "x"), "z").apply(base)
    assert list(after.nodes["add"].fields["cases"]) == ["z", "y"]
    assert list(MoveRow("add", ("cases",), 0, 1).apply(after).nodes["add"].fields["cases"]) == [
        "y",
        "z",
    ]
    for path, name in ((("cases", "x"), "y"), (("cases", "no"), "z"), ((), "z")):
        with pytest.raises(InvalidDataError, match="key"):
            RenameKey("add", path, name).apply(base)


def test_transitions_follow_a_state():
    after = applied(RenameState("m", 0, "still")).nodes["m"].fields
    assert [state["id"] for state in after["states"]] == ["still", "wild"]
    assert [(t["from"], t["to"]) for t in after["transitions"]] == [
        ("still", "wild"),
        ("wild", "still"),
    ]
    assert after["states"][0]["mine"] is True


def test_transitions_do_not_follow_a_second_state_of_an_id():
    twice = TEXT.replace('{"id": "wild"}', '{"id": "calm"}')
    after = applied(RenameState("m", 1, "wild"), twice).nodes["m"].fields
    assert [t["to"] for t in after["transitions"]] == ["wild", "calm"]


@pytest.mark.parametrize(
    "operation",
    [
        SetField("gone", ("value",), 1),
        SetField("add", ("value", "x"), 1),
        SetField("add", ("rows", 0), 1),
        InsertRow("m", ("states",), 3, {}),
        InsertRow("add", ("value",), 0, {}),
        MoveRow("m", ("states",), 0, 2),
        RenameState("m", 2, "x"),
        RenameState("m", 0, "wild"),
        Disconnect(("gone",)),
        RemoveFrame("gone"),
        Connect("p", "value", "gone", "a"),
        AddNode("p", "math.add"),
        AddFrame("f1", ""),
        SetField("add", ("value",), float("nan")),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(operation):
    with pytest.raises(InvalidDataError, match=r"\.$"):
        applied(operation)


# ---- Replacing text ----


def test_a_replacement_is_as_short_as_can_be():
    assert Replace.between("abcabc", "abxabc") == Replace(2, "c", "x")
    assert Replace.between("aa", "aaa") == Replace(2, "", "a")
    assert Replace.between("same", "same") == Replace(4, "", "")


@given(st.text("ab\n", max_size=8), st.text("ab\n", max_size=8))
def test_a_replacement_leads_from_text_to_text(one, other):
    step = Replace.between(one, other)
    assert one[: step.start] + step.new + one[step.start + len(step.old) :] == other


def test_a_replacement_of_another_text_is_refused():
    document = GraphDocument.read(TEXT)
    back = SetField("add", ("value",), 2).inverse(document)
    with pytest.raises(InvalidDataError, match="has changed at the place"):
        back.apply(document)
