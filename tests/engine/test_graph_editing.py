"""In the real editor, by mouse and keyboard alone: the nodes, wires and frames of a graph.

Each edit is undone by Ctrl+Z to the byte, and never a step of the scene in its place.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from npc_video.graph.document.document import GraphDocument

from tests.harness import editor
from tools.screen import screen

SCENE = (
    '[gd_scene format=3]\n[node name="Root" type="Control"]\n'
    '[node name="Box" type="Control" parent="."]\n'
)
NODES = {
    "touch": ("input.pressure", 0, 0),
    "pace": ("input.speed", 0, 65),
    "limit": ("math.clamp", 180, 0),
    "result": ("video.output", 360, 0),
    "spare": ("math.clamp", 520, 0),
}
WIRES = [("touch", "value", "limit", "value"), ("limit", "value", "result", "intensity")]
GRAPH = json.dumps(
    {
        "npc": {"id": "cat"},
        "responseGraph": {
            "nodes": [
                {"id": key, "type": kind, "position": {"x": x, "y": y}, "data": {}}
                for key, (kind, x, y) in NODES.items()
            ],
            "connections": [
                {"id": f"c{i}", "from": a, "fromPort": b, "to": c, "toPort": d}
                for i, (a, b, c, d) in enumerate(WIRES, 1)
            ],
        },
    },
    indent=1,
)
OTHER = json.dumps({"responseGraph": {"nodes": [{"id": "limit", "type": "math.clamp"}]}})
SCRIPT = """
@tool
extends "res://addons/probe/graph_hands.gd"

func visit() -> void:
	EditorInterface.set_main_screen_editor("2D")
	EditorInterface.open_scene_from_path("res://scene.tscn")
	await until(func() -> bool: return EditorInterface.get_edited_scene_root() != null, "the scene")
	var box: Control = EditorInterface.get_edited_scene_root().get_child(0)
	get_undo_redo().create_action("Move the box")
	get_undo_redo().add_do_property(box, "position", Vector2(7, 7))
	get_undo_redo().add_undo_property(box, "position", Vector2.ZERO)
	get_undo_redo().commit_action()
	dock = get_tree().root.find_child("NpcGraph", true, false)
	canvas = dock.find_children("*", "GraphEdit", true, false)[0]
	# Room for the nodes beside each other, with free places.
	EditorInterface.distraction_free_mode = true
	canvas.custom_minimum_size.y = 450
	await open_graph(load("res://cat.npcgraph.json"))
	await _add()
	await _wire()
	await _remove()
	await _frame()
	await _go_by_keyboard()
	await _copy()
	await _click_node("touch")
	await _undo()
	seen.box = str(box.position)
	await _begin()
	await open_graph(load("res://cat.npcgraph.json"))
	await _look()

func _look() -> void:
	var first := element("touch").position
	seen.margin = first.x > 20 and first.y > 20
	for turn in 2:
		await double_click(await row_of("math", "multiply"))
		await frames(3)
	var added := element("multiply").get_global_rect()
	seen.apart = not added.intersects(element("multiply2").get_global_rect())
	await _undo()
	await _undo()
	var map: Control = dock.find_child("Overview", true, false)
	var switch: Button = canvas.get_menu_hbox().get_child(-1)
	seen.map = [map.visible]
	for turn in 2:
		await click(switch.get_global_rect().get_center())
		seen.map.append(map.visible)
	map.custom_minimum_size *= 10
	canvas.resized.emit()
	seen.map.append(map.visible)

func _add() -> void:
	await click(_at(Vector2(960, 40)), MOUSE_BUTTON_RIGHT)
	await search_for("mood")
	await _keep("searched")
	await drag(await row_of("math", "multiply"), _at(Vector2(960, 40)), true)
	await _keep("from the palette")
	await double_click(await row_of("math", "multiply"))
	await _keep("double click")
	await drag(await row_of("math", "remap"), _between("touch", "limit"), true)
	await _keep("palette onto a wire")

func _wire() -> void:
	await drag(output_of("pace"), input_of("result", 0))
	await _keep("connected")
	await drag(output_of("pace"), input_of("limit", 0))
	await _keep("replaced")
	await drag(output_of("pace"), _at(Vector2(960, 60)))
	await search_for("multiply")
	await _keep("wire to a new node")
	await drag(input_of("result", 0), _at(Vector2(960, 60)))
	await search_for("expression")
	await _keep("wire from a new node")
	var spare := title_of(element("spare"))
	var offset := spare - element("spare").get_global_rect().get_center()
	await drag(spare, _between("touch", "limit") + offset)
	await _keep("node onto a wire")

func _remove() -> void:
	await _click_node("limit")
	await chord([KEY_SHIFT, KEY_DELETE])
	await _keep("healed")
	await _click_node("limit")
	await key(KEY_DELETE)
	await _keep("deleted")

func _frame() -> void:
	await _click_node("limit")
	await hold(KEY_CTRL, true)
	await _click_node("result")
	await hold(KEY_CTRL, false)
	await chord([KEY_CTRL, KEY_G])
	await frames(5)
	var framed := graph.json
	seen.framed = framed
	var title := _frame_title()
	await drag(title, title + Vector2(0, 40))
	seen["frame moved"] = graph.json
	await _undo()
	await frames(5)
	await double_click(_frame_title())
	await frames(3)
	await type("Inputs")
	await key(KEY_ENTER)
	seen["frame renamed"] = graph.json
	await _undo()
	await click(_frame_title())
	await key(KEY_DELETE)
	seen["frame deleted"] = graph.json
	await _undo()
	seen["frame steps undone"] = graph.json == framed
	var spare := title_of(element("spare"))
	await drag(spare, Vector2(title_of(element("result")).x + 40, _frame_title().y))
	seen["put into the frame"] = graph.json
	await _undo()
	seen["put back"] = graph.json == framed
	await _undo()

func _go_by_keyboard() -> void:
	await _click_node("touch")
	await key(KEY_SPACE)
	await search_for("machine")
	await key(KEY_C)
	await search_for("expression → result: e")
	seen["built by keyboard"] = graph.json
	await _undo()
	await _undo()
	await _click_node("touch")
	await chord([KEY_CTRL, KEY_RIGHT])
	await key(KEY_ENTER)
	await frames(3)
	await type("Limit")
	await key(KEY_ENTER)
	await _keep("labelled")
	await _click_node("touch")
	await key(KEY_DOWN)
	await key(KEY_F2)
	await frames(3)
	await type("Pace")
	await key(KEY_ENTER)
	await _keep("labelled below")
	await _click_node("touch")
	await key(KEY_TAB)
	await key(KEY_TAB)
	await chord([KEY_SHIFT, KEY_TAB])
	await key(KEY_DELETE)
	await _keep("deleted by tab")

func _copy() -> void:
	await _click_node("touch")
	await hold(KEY_CTRL, true)
	await _click_node("limit")
	await hold(KEY_CTRL, false)
	await chord([KEY_CTRL, KEY_D])
	await _keep("duplicated")
	await _click_node("touch")
	await hold(KEY_CTRL, true)
	await _click_node("limit")
	await hold(KEY_CTRL, false)
	await chord([KEY_CTRL, KEY_C])
	var first := graph
	await open_graph(load("res://other.npcgraph.json"))
	canvas.grab_focus()
	await chord([KEY_CTRL, KEY_V])
	await _keep("pasted elsewhere")
	await open_graph(first)

func _begin() -> void:
	await open_graph(NpcResponseGraph.new())
	var menu: MenuButton = control("MenuButton", "Fill from Template", dock)
	await click(menu.get_global_rect().get_center())
	await until(func() -> bool: return menu.get_popup().visible, "the templates")
	await key(KEY_DOWN)
	await key(KEY_ENTER)
	await until(func() -> bool: return graph.json != "", "the template")
	seen.template = graph.template
	canvas.grab_focus()
	await _undo()
	seen.emptied = graph.json == ""

## Keeps the text after an edit, and whether taking it back gives that before.
func _keep(what: String) -> void:
	await frames(3)
	seen[what] = graph.json
	await _undo()
	seen[what + " undone"] = graph.json == _saved()
	if graph.json != _saved():
		graph.json = _saved()
	await frames(3)

func _saved() -> String:
	return FileAccess.get_file_as_string(graph.resource_path)

func _undo() -> void:
	await chord([KEY_CTRL, KEY_Z])
	await frames(3)

func _at(place: Vector2) -> Vector2:
	return canvas.get_global_transform() * place

func _click_node(title: String) -> void:
	await click(title_of(element(title)))

func _frame_title() -> Vector2:
	for found: Node in canvas.get_children():
		if found is GraphFrame:
			var bar: Control = found.get_titlebar_hbox()
			return bar.get_global_transform() * (bar.size / 2.0)
	return Vector2.ZERO

func _between(source: String, target: String) -> Vector2:
	return (output_of(source) + input_of(target, 0)) / 2.0
"""


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> editor.Visit:
    files = {
        "scene.tscn": SCENE,
        "cat.npcgraph.json": GRAPH,
        "other.npcgraph.json": OTHER,
    }
    made = editor.make_project(tmp_path_factory.mktemp("editing"), SCRIPT, files)
    editor.import_assets(made)
    with screen() as env:
        if env is None:
            pytest.skip("A mouse needs a window: run this on a desktop, or install Xvfb.")
        return editor.visit(made, env)


@pytest.fixture(scope="module")
def seen(edited: editor.Visit) -> Mapping[str, Any]:
    return edited.seen


def read(text: str) -> GraphDocument:
    return GraphDocument.read(text)


def wires(text: str) -> set[tuple[str, str, str, str]]:
    return {
        (wire.source, wire.source_port, wire.target, wire.target_port)
        for wire in read(text).wires.values()
    }


def added(text: str) -> dict[str, str]:
    """The types of the nodes that the graph had not."""
    return {key: node.type for key, node in read(text).nodes.items() if key not in NODES}


def test_each_edit_is_undone_to_the_byte(seen: Mapping[str, Any]) -> None:
    undone = {name: is_same for name, is_same in seen.items() if name.endswith(" undone")}
    assert undone
    assert all(undone.values()), undone


def test_a_graph_begins_with_a_margin(seen: Mapping[str, Any]) -> None:
    assert seen["margin"]


def test_nodes_from_the_palette_do_not_cover_each_other(seen: Mapping[str, Any]) -> None:
    assert seen["apart"]


def test_the_map_is_switched_off_and_hidden_on_a_small_canvas(seen: Mapping[str, Any]) -> None:
    assert seen["map"] == [True, False, True, False]


def test_the_scene_is_not_undone_in_place_of_the_graph(seen: Mapping[str, Any]) -> None:
    assert seen["box"] == "(7.0, 7.0)"


@pytest.mark.parametrize(
    ("edit", "nodes", "new", "gone"),
    [
        ("searched", {"mood": "state.mood"}, set(), set()),
        ("from the palette", {"multiply": "math.multiply"}, set(), set()),
        ("double click", {"multiply": "math.multiply"}, set(), set()),
        (
            "palette onto a wire",
            {"remap": "math.remap"},
            {("touch", "value", "remap", "value"), ("remap", "value", "limit", "value")},
            {WIRES[0]},
        ),
        ("connected", {}, {("pace", "value", "result", "prompt")}, set()),
        ("replaced", {}, {("pace", "value", "limit", "value")}, {WIRES[0]}),
        (
            "wire to a new node",
            {"multiply": "math.multiply"},
            {("pace", "value", "multiply", "a")},
            set(),
        ),
        (
            "wire from a new node",
            {"expression": "response.expression"},
            {("expression", "expression", "result", "prompt")},
            set(),
        ),
        (
            "node onto a wire",
            {},
            {("touch", "value", "spare", "value"), ("spare", "value", "limit", "value")},
            {WIRES[0]},
        ),
        ("healed", {}, {("touch", "value", "result", "intensity")}, set(WIRES)),
        ("deleted", {}, set(), set(WIRES)),
        (
            "built by keyboard",
            {"machine": "state.machine"},
            {("machine", "expression", "result", "expression")},
            set(),
        ),
        (
            "duplicated",
            {"touch2": "input.pressure", "limit2": "math.clamp"},
            {("touch2", "value", "limit2", "value")},
            set(),
        ),
    ],
)
def test_nodes_and_wires_are_edited(
    seen: Mapping[str, Any],
    edit: str,
    nodes: Mapping[str, str],
    new: set[tuple[str, str, str, str]],
    gone: set[tuple[str, str, str, str]],
) -> None:
    assert added(seen[edit]) == nodes
    assert wires(seen[edit]) == (set(WIRES) - gone) | new


def test_a_new_node_is_where_the_pointer_is(seen: Mapping[str, Any]) -> None:
    one, other = read(seen["searched"]).nodes["mood"], read(seen["from the palette"]).nodes
    assert one.position == other["multiply"].position
    assert one.position is not None
    assert one.position[0] > NODES["spare"][1]


def test_nodes_are_reached_by_keyboard(seen: Mapping[str, Any]) -> None:
    assert read(seen["labelled"]).nodes["limit"].label == "Limit"
    assert read(seen["labelled below"]).nodes["pace"].label == "Pace"
    assert NODES.keys() - read(seen["deleted by tab"]).nodes.keys() == {"pace"}


def test_nodes_are_pasted_into_another_graph(seen: Mapping[str, Any]) -> None:
    pasted = read(seen["pasted elsewhere"])
    assert [*pasted.nodes] == ["limit", "touch", "limit2"]
    assert wires(seen["pasted elsewhere"]) == {("touch", "value", "limit2", "value")}


def test_a_frame_moves_its_nodes_and_leaves_them(seen: Mapping[str, Any]) -> None:
    framed = read(seen["framed"])
    assert framed.frames["f1"].nodes == ("limit", "result")
    moved = read(seen["frame moved"]).nodes
    assert {key for key in NODES if moved[key].position != framed.nodes[key].position} == {
        "limit",
        "result",
    }
    assert read(seen["frame renamed"]).frames["f1"].title == "Inputs"
    assert not read(seen["frame deleted"]).frames
    assert read(seen["frame deleted"]).nodes.keys() == NODES.keys()
    assert seen["frame steps undone"]


def test_a_node_that_is_dropped_on_a_frame_belongs_to_it(seen: Mapping[str, Any]) -> None:
    assert read(seen["put into the frame"]).frames["f1"].nodes == ("limit", "result", "spare")
    assert seen["put back"]


def test_an_empty_graph_begins_with_a_template(seen: Mapping[str, Any]) -> None:
    assert seen["template"] not in ("none", "own")
    assert seen["emptied"]


def test_the_editor_ends_without_a_fault(edited: editor.Visit) -> None:
    assert edited.run.faults == ()
