import json

import msgspec
import pytest
from npc_video.graph.document.describing import NODE_DESCRIPTIONS
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.shown_fields import adding, rows_of, setting, shown_fields
from npc_video.graph.nodes import NODE_TYPES
from npc_video.templates import TEMPLATES, template_text

MACHINE = {
    "states": [{"id": "calm"}, {"id": "angry", "emotion": "rage"}],
    "transitions": [{"from": "calm", "to": "angry", "threshold": 0.5}],
}
TABLES = [
    (name, field.name)
    for name, described in NODE_DESCRIPTIONS.items()
    for field in described.fields
    if field.kind in ("rows", "table")
]


def document_of(type_name, data):
    node = {"id": "n", "type": type_name, "data": data}
    return GraphDocument.read(json.dumps({"responseGraph": {"nodes": [node]}}))


def shown_of(document, name):
    (found,) = (each for each in shown_fields(document.nodes["n"]) if each.path == (name,))
    return found


def test_all_settings_are_shown_and_then_the_unknown_ones():
    document = document_of("math.add", {"valeu": 3, "value": 1})
    assert [(each.path, each.value) for each in shown_fields(document.nodes["n"])] == [
        (("value",), 1),
        (("valeu",), 3),
    ]
    document = document_of("of.another.world", {"a": [1]})
    assert [each.kind for each in shown_fields(document.nodes["n"])] == ["value"]


@pytest.mark.parametrize(
    ("type_name", "data", "name", "kind"),
    [
        ("math.add", {}, "value", "number"),
        ("math.add", {"value": 2}, "value", "number"),
        ("math.add", {"value": True}, "value", "value"),
        ("math.add", {"value": "2"}, "value", "value"),
        ("video.style", {}, "seed", "value"),
        ("video.style", {"seed": 3}, "seed", "whole"),
        ("video.style", {}, "quality", "choice"),
        ("video.style", {"quality": 3}, "quality", "value"),
        ("state.memory", {"initial": 3}, "initial", "value"),
        ("state.memory", {"initial": {"a": 3}}, "initial", "table"),
        ("logic.switch", {"cases": [1]}, "cases", "value"),
        ("logic.switch", {}, "cases", "table"),
        ("state.machine", {"states": {}}, "states", "value"),
        ("util.merge", {"order": ["a", 1]}, "order", "value"),
    ],
)
def test_what_does_not_fit_is_shown_as_any_value(type_name, data, name, kind):
    assert shown_of(document_of(type_name, data), name).kind == kind


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_all_that_templates_set_fits(template):
    for node in GraphDocument.read(template_text(template)).nodes.values():
        for shown in shown_fields(node):
            assert shown.field.help.startswith("This node type") is False
            assert shown.value is None or shown.kind in (shown.field.kind, "table")


def test_rows_have_their_fields_and_the_ids_to_choose_from():
    document = document_of("state.machine", MACHINE)
    calm, angry = rows_of(shown_of(document, "states"))
    assert [cell.value for cell in calm] == ["calm", None, None, None]
    assert angry[3].path == ("states", 1, "emotion")
    assert [cell.role for cell in angry] == ["state", "value", "value", "value"]
    ((source, target, threshold, below),) = rows_of(shown_of(document, "transitions"))
    assert source.field.options == target.field.options == ("calm", "angry")
    assert (threshold.value, below.value) == (0.5, None)


def test_a_row_that_is_no_object_can_be_mended():
    document = document_of("state.machine", {"states": [3]})
    ((cell,),) = rows_of(shown_of(document, "states"))
    assert (cell.kind, cell.path, cell.value) == ("value", ("states", 0), 3)
    assert setting("n", cell, {"id": "a"}).apply(document).nodes["n"].fields == {
        "states": [{"id": "a"}]
    }


def test_a_table_has_keys_and_values():
    document = document_of("logic.switch", {"cases": {"a": 1, "b": "x"}})
    rows = rows_of(shown_of(document, "cases"))
    assert [(key.value, value.value) for key, value in rows] == [("a", 1), ("b", "x")]
    assert [key.role for key, _ in rows] == ["key", "key"]


def test_a_table_that_is_not_written_shows_its_default():
    shown = shown_of(document_of("response.animation", {}), "animations")
    assert shown.entries == 1
    assert [cell.value for cell in rows_of(shown)[0]] == ["idle", "idle"]


@pytest.mark.parametrize(("type_name", "name"), TABLES)
@pytest.mark.parametrize("start", [{}, MACHINE])
def test_added_rows_are_no_mistake(type_name, name, start):
    """Three rows are added to nothing, or to a node with states."""
    required = {
        "state.machine": {"states": [{"id": "calm"}]},
    }
    data = start if type_name == "state.machine" else {}
    document = document_of(type_name, {**required.get(type_name, {}), **data})
    count = shown_of(document, name).entries
    for _ in range(3):
        shown = shown_of(document, name)
        for operation in adding("n", shown, document.nodes["n"].fields):
            document = operation.apply(document)
    assert shown_of(document, name).entries == count + 3
    msgspec.convert(document.nodes["n"].fields, NODE_TYPES[type_name])


def test_a_new_level_is_above_the_others():
    document = document_of("response.expression", {})
    shown = shown_of(document, "thresholds")
    for operation in adding("n", shown, {}):
        document = operation.apply(document)
    assert list(document.nodes["n"].fields["thresholds"]) == ["0", "0.3", "0.6", "0.8", "0.9"]


def test_setting_and_removing():
    document = document_of("math.smooth", {"timeMs": 3})
    (shown,) = shown_fields(document.nodes["n"])
    assert setting("n", shown, 5).apply(document).nodes["n"].fields == {"timeMs": 5}
    assert setting("n", shown, None).apply(document).nodes["n"].fields == {"timeMs": None}
    document = document_of("math.add", {"value": 3})
    (shown,) = shown_fields(document.nodes["n"])
    assert setting("n", shown, None).apply(document).nodes["n"].fields == {}


def test_transitions_follow_a_renamed_state_and_keys_are_renamed_in_place():
    document = document_of("state.machine", MACHINE)
    cell = rows_of(shown_of(document, "states"))[1][0]
    fields = cell.renaming("n", "cross").apply(document).nodes["n"].fields
    assert fields["states"][1]["id"] == fields["transitions"][0]["to"] == "cross"
    document = document_of("logic.switch", {"cases": {"a": 1, "b": 2}})
    key, _ = rows_of(shown_of(document, "cases"))[0]
    assert key.renaming("n", "c").apply(document).nodes["n"].fields == {"cases": {"c": 1, "b": 2}}
