"""The graph editor in the real editor: opening, moving, undoing, saving, mending."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from npc_video.templates import TEMPLATES, template_text

from tests.harness import editor
from tools.screen import screen

SCENE = '[gd_scene format=3]\n[node name="Root" type="Node2D"]\n'
BROKEN = json.dumps(
    {
        "responseGraph": {
            "nodes": [{"id": "x", "type": "telepathy"}, {"type": "logic.and"}],
            "connections": [{"from": "x", "fromPort": "value", "to": "gone", "toPort": "a"}],
        }
    }
)
VISIT = """
@tool
extends "res://addons/probe/hands.gd"

func visit() -> void:
	EditorInterface.open_scene_from_path("res://scene.tscn")
	await until(func() -> bool: return _root() != null, "the scene")
	seen = {"opened": {}}
	for file in DirAccess.get_files_at("res://templates"):
		if file.ends_with(".npcgraph.json"):
			seen.opened[file] = await _opened("res://templates/" + file)
	seen.broken = await _opened("res://broken.npcgraph.json")
	await _leave()
	await _change()
	await _try()
	await _mend()
	await _make()

func _root() -> Node2D:
	return EditorInterface.get_edited_scene_root()

func _canvas() -> GraphEdit:
	return get_tree().root.find_child("NpcGraph", true, false).find_children(
		"*", "GraphEdit", true, false
	)[0]

func _nodes() -> Array:
	return _canvas().get_children().filter(func(child: Node) -> bool: return child is GraphNode)

func _opened(path: String) -> Dictionary:
	var graph: NpcResponseGraph = load(path)
	EditorInterface.edit_resource(graph)
	await frames(5)
	await _save()
	return {
		"nodes": _nodes().size(),
		"wires": _canvas().get_connection_list().size(),
		"text": FileAccess.get_file_as_string(path),
	}

func _save() -> void:
	await press("Save", get_tree().root.find_child("NpcGraph", true, false))
	await frames(5)

func _leave() -> void:
	var graph: NpcResponseGraph = load("res://templates/affinity.npcgraph.json")
	EditorInterface.edit_resource(graph)
	await frames(5)
	_nodes()[0].position_offset += Vector2(130, 0)
	_canvas().end_node_move.emit()
	await frames(5)
	EditorInterface.edit_resource(load("res://templates/guard.npcgraph.json"))
	await frames(5)
	await _save()
	var moved := graph.json
	_canvas().grab_focus()
	await chord([KEY_CTRL, KEY_Z])
	seen.others = graph.json == moved
	seen.left = FileAccess.get_file_as_string(graph.resource_path) == graph.json
	seen.moved_there = graph.json

func _change() -> void:
	var graph: NpcResponseGraph = load("res://templates/guard.npcgraph.json")
	EditorInterface.edit_resource(graph)
	await frames(5)
	var before := graph.json
	var node: GraphNode = _nodes()[2]
	var wires := _canvas().get_connection_list().size()
	_canvas().grab_focus()
	node.selected = true
	await key(KEY_DELETE)
	await frames(5)
	seen.deleted = [wires - _canvas().get_connection_list().size(), graph.json != before]
	var actions := EditorInterface.get_editor_undo_redo()
	actions.create_action("Move Root", UndoRedo.MERGE_DISABLE, _root())
	actions.add_do_property(_root(), "position", Vector2(5, 5))
	actions.add_undo_property(_root(), "position", Vector2())
	actions.commit_action()
	_canvas().grab_focus()
	await chord([KEY_CTRL, KEY_Z])
	seen.undone = graph.json == before
	await chord([KEY_CTRL, KEY_Z])
	seen.scene = str(_root().position)
	await chord([KEY_CTRL, KEY_SHIFT, KEY_Z])
	seen.redone = graph.json != before
	await chord([KEY_CTRL, KEY_Z])
	seen.again = graph.json == before
	_nodes()[0].position_offset += Vector2(130, 0)
	_canvas().end_node_move.emit()
	await frames(5)
	seen.moved = graph.json
	await _save()
	seen.saved = FileAccess.get_file_as_string(graph.resource_path)
	seen.same = load(graph.resource_path) == graph

func _try() -> void:
	EditorInterface.edit_resource(load("res://templates/pet.npcgraph.json"))
	var dock := get_tree().root.find_child("NpcGraph", true, false)
	var trial: Control = dock.find_child("Test", true, false)
	(trial.get_parent() as TabContainer).current_tab = trial.get_index()
	await frames(20)
	await press("React", trial)
	await frames(5)
	seen.values = _nodes()[0].find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)
	await press("Reset", trial)
	await frames(5)
	seen.reset = _nodes()[0].find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)

func _mend() -> void:
	var graph: NpcResponseGraph = load("res://templates/pet.npcgraph.json")
	var list: ItemList = get_tree().root.find_child("NpcGraph", true, false).find_child(
		"Problems", true, false
	)
	var text := graph.json
	seen.flawless = list.item_count
	graph.json = text.replace('"logic.compare"', '"logic.compared"')
	await until(func() -> bool: return list.item_count > 0, "the problems")
	seen.problem = list.get_item_text(0)
	list.item_selected.emit(0)
	await frames(3)
	seen.led = _nodes().filter(func(node: GraphNode) -> bool: return node.selected).map(
		func(node: GraphNode) -> String: return node.title
	)
	graph.json = text
	await until(func() -> bool: return list.item_count == 0, "the end of the problems")

func _make() -> void:
	EditorInterface.edit_resource(null)
	await frames(3)
	var dock := get_tree().root.find_child("NpcGraph", true, false)
	await click(control("MenuButton", "New", dock).get_global_rect().get_center())
	await key(KEY_DOWN)
	await key(KEY_ENTER)
	await until(func() -> bool: return _dialog() != null, "the dialog")
	_dialog().get_line_edit().text = "made"
	_dialog().get_ok_button().pressed.emit()
	var path := "res://made.npcgraph.json"
	await until(func() -> bool: return FileAccess.file_exists(path), "the file")
	await until(func() -> bool: return _nodes().size() == 1, "the new graph")
	seen.made = load(path).problems()
	await _see(load(path))

## Selects what is not a graph, and looks at sizes and places.
func _see(graph: NpcResponseGraph) -> void:
	graph.json = graph.json.replace('"nodes": [', '"nodes": [' +
		'{"id": "is", "type": "logic.compare", "data": {}},')
	graph.json = graph.json.replace('"connections": [', '"connections": [{"id": "w", "from": "is"' +
		', "fromPort": "value", "to": "output", "toPort": "intensity"}')
	await until(func() -> bool: return _words().any(
		func(words: String) -> bool: return "missing" in words
	), "the fault at its setting")
	await frames(5)
	seen.heights = _nodes().map(func(node: GraphNode) -> float: return node.size.y)
	await press("Arrange", get_tree().root.find_child("NpcGraph", true, false))
	await frames(5)
	var view := _canvas().get_global_rect()
	seen.in_view = _nodes().all(func(node: GraphNode) -> bool: return view.encloses(
		node.get_global_transform() * Rect2(Vector2(), node.size)
	))
	var player := NpcVideoPlayer.new()
	player.profile = NpcProfile.new()
	player.profile.graph = load("res://templates/guard.npcgraph.json")
	EditorInterface.get_edited_scene_root().add_child(player)
	EditorInterface.edit_node(player)
	await until(func() -> bool: return _nodes().size() > 5, "the graph of the player")
	EditorInterface.edit_node(_root())
	await frames(5)
	seen.stays = _nodes().size() > 5
	player.free()

func _words() -> Array:
	return _canvas().find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)

func _dialog() -> EditorFileDialog:
	for found: Node in get_tree().root.find_children("*", "EditorFileDialog", true, false):
		if found.visible:
			return found
	return null
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    files = {f"templates/{name}.npcgraph.json": template_text(name) for name in TEMPLATES}
    files |= {"broken.npcgraph.json": BROKEN, "scene.tscn": SCENE}
    project = editor.make_project(tmp_path_factory.mktemp("project"), VISIT, files)
    editor.import_assets(project)
    with screen() as env:
        if env is None:
            pytest.skip("there is no screen here, and no Xvfb")
        visit = editor.visit(project, env)
    assert visit.run.ok, visit.run.faults
    return {**visit.seen, "log": visit.run.log}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_shown_whole_and_saved_as_it_was(seen: Mapping[str, Any], name: str) -> None:
    graph = json.loads(template_text(name))["responseGraph"]
    opened = seen["opened"][f"{name}.npcgraph.json"]
    assert opened["nodes"] == len(graph["nodes"])
    assert opened["wires"] == len(graph["connections"])
    assert opened["text"] == template_text(name)


def test_a_graph_with_mistakes_is_shown(seen: Mapping[str, Any]) -> None:
    assert seen["broken"] == {"nodes": 2, "wires": 0, "text": BROKEN}


def test_a_node_is_deleted_with_its_wires_and_comes_back(seen: Mapping[str, Any]) -> None:
    wires, is_changed = seen["deleted"]
    assert wires > 0
    assert is_changed
    assert seen["undone"]
    assert seen["redone"]
    assert seen["again"]


def test_the_scene_is_not_undone_in_the_graphs_place(seen: Mapping[str, Any]) -> None:
    assert seen["scene"] == "(5.0, 5.0)"


def test_a_moved_node_changes_one_line(seen: Mapping[str, Any]) -> None:
    before, after = template_text("guard").splitlines(), seen["moved"].splitlines()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_saving_writes_the_file_and_keeps_the_graph(seen: Mapping[str, Any]) -> None:
    assert seen["saved"] == seen["moved"]
    assert seen["same"]


def test_a_graph_that_was_left_with_changes_is_saved_too(seen: Mapping[str, Any]) -> None:
    assert seen["left"]
    assert seen["others"]  # its steps are not taken back in another graph
    assert seen["moved_there"] != template_text("affinity")


def test_a_trial_shows_the_values_of_a_turn(seen: Mapping[str, Any]) -> None:
    assert any(": " in text for text in seen["values"])
    assert not any(": " in text for text in seen["reset"])


def test_problems_are_listed_and_lead_to_their_nodes(seen: Mapping[str, Any]) -> None:
    assert seen["flawless"] == 0
    assert seen["problem"] == "is_hungry · type: 'logic.compared' is unknown."
    assert seen["led"] == ["Is hungry"]


def test_a_new_graph_is_a_file_with_an_output(seen: Mapping[str, Any]) -> None:
    assert seen["made"] == []
    assert "while a signal is being emitted" not in seen["log"]


def test_a_fault_takes_as_many_lines_as_it_needs(seen: Mapping[str, Any]) -> None:
    assert max(seen["heights"]) < 420


def test_all_nodes_are_in_view_after_they_were_arranged(seen: Mapping[str, Any]) -> None:
    assert seen["in_view"]


def test_the_graph_of_a_selected_player_opens_and_stays(seen: Mapping[str, Any]) -> None:
    assert seen["stays"]
