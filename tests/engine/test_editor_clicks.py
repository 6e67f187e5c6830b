"""In the real editor, by mouse and keyboard alone: a player is added, set, saved and opened again.

The events go the way of those of a real mouse and a real keyboard, so they need a window.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.harness import editor
from tools.paths import DEMO
from tools.screen import screen

SCENE = '[gd_scene format=3]\n[node name="Root" type="Control"]\n'
VALUES = {
    "npc_name": "Ember & Ash",
    "preset": 2,
    "progressive": False,
    "max_wait": 12.5,
    "crossfade": 1.25,
}
CLICKS = """
@tool
extends "res://addons/probe/hands.gd"

func visit() -> void:
	EditorInterface.set_main_screen_editor("2D")
	EditorInterface.open_scene_from_path("res://clicked.tscn")
	await until(func() -> bool: return _root() and _root().name == "Root", "the scene")
	EditorInterface.edit_node(_root())
	await frames(5)
	await _add_player()
	await _write("npc_name", "Ember & Ash")
	await _choose("preset", "Balanced")
	await _click(_field("progressive", "CheckBox"))
	await _count("max_wait", "12.5")
	await _count("crossfade", "1.25")
	var player := _player()
	for name in ["npc_name", "preset", "progressive", "max_wait", "crossfade"]:
		seen[name] = player.get(name)
	await chord([KEY_CTRL, KEY_S])
	await until(
		func() -> bool: return "12.5" in FileAccess.get_file_as_string("res://clicked.tscn"),
		"the file"
	)

func _root() -> Node:
	return EditorInterface.get_edited_scene_root()

func _player() -> NpcVideoPlayer:
	var found := _root().find_children("*", "NpcVideoPlayer", true, true)
	return found[0] if found else null

func _add_player() -> void:
	var tree: Tree = _one("Tree", _one("SceneTreeDock", get_tree().root))
	var row := tree.get_item_area_rect(tree.get_root())
	await click(tree.get_global_transform() * row.get_center())
	await chord([KEY_CTRL, KEY_A])
	await until(func() -> bool: return _dialog() != null, "the dialog")
	await type("NpcVideoPlayer")
	await until(func() -> bool: return not _dialog().get_ok_button().disabled, "the class")
	await key(KEY_ENTER)
	await until(func() -> bool: return _player() != null, "the node")
	await until(
		func() -> bool: return EditorInterface.get_inspector().get_edited_object() == _player(),
		"its properties"
	)
	for section: Node in EditorInterface.get_inspector().find_children(
		"*", "EditorInspectorSection", true, false
	):
		section.unfold()
	await frames(5)

func _dialog() -> ConfirmationDialog:
	for found: ConfirmationDialog in get_tree().root.find_children(
		"*", "ConfirmationDialog", true, false
	):
		if found.visible and found.title == "Create New Node":
			return found
	return null

func _field(property: String, type: String) -> Control:
	for found: EditorProperty in EditorInterface.get_inspector().find_children(
		"*", "EditorProperty", true, false
	):
		if found.get_edited_property() == property:
			return _one(type, found)
	return null

func _one(type: String, root: Node) -> Node:
	return root.find_children("*", type, true, false)[0]

func _write(property: String, words: String) -> void:
	await _click(_field(property, "LineEdit"))
	await type(words)
	await key(KEY_ENTER)

func _choose(property: String, item: String) -> void:
	var button: OptionButton = _field(property, "OptionButton")
	await _click(button)
	var popup := button.get_popup()
	await until(func() -> bool: return popup.visible, "the list")
	for step in popup.item_count:
		if popup.get_focused_item() >= 0 and popup.get_item_text(popup.get_focused_item()) == item:
			break
		await key(KEY_DOWN)
	await key(KEY_ENTER)

func _count(property: String, number: String) -> void:
	var slider := _field(property, "EditorSpinSlider")
	await _click(slider)
	await until(
		func() -> bool: return get_viewport().gui_get_focus_owner() is LineEdit, "its line"
	)
	await chord([KEY_CTRL, KEY_A])
	await type(number)
	await key(KEY_ENTER)

func _click(control: Control) -> void:
	EditorInterface.get_inspector().ensure_control_visible(control)
	await frames(5)
	await click(control.get_global_rect().get_center())
"""
READING = """
@tool
extends "res://addons/probe/probe.gd"

func visit() -> void:
	EditorInterface.open_scene_from_path("res://clicked.tscn")
	await until(
		func() -> bool:
			var root := EditorInterface.get_edited_scene_root()
			return root and root.name == "Root",
		"the scene"
	)
	var player := EditorInterface.get_edited_scene_root().get_child(0)
	seen["class"] = player.get_class()
	for name in ["npc_name", "preset", "progressive", "max_wait", "crossfade"]:
		seen[name] = player.get(name)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, with a scene that has no player yet."""
    folder = tmp_path_factory.mktemp("clicks") / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("addons", ".godot"))
    made = editor.make_project(folder, CLICKS, {"clicked.tscn": SCENE})
    editor.import_assets(made)
    return made


@pytest.fixture(scope="module")
def clicked(project: Path) -> editor.Visit:
    with screen() as env:
        if env is None:
            pytest.skip("A mouse needs a window: run this on a desktop, or install Xvfb.")
        return editor.visit(project, env)


@pytest.fixture(scope="module")
def reopened(project: Path, clicked: editor.Visit) -> Mapping[str, Any]:
    (project / "addons/probe/visit.gd").write_text(READING, "utf-8")
    return editor.visit(project).seen


def test_properties_are_set_by_clicks(clicked: editor.Visit) -> None:
    assert clicked.seen == VALUES


def test_a_saved_scene_opens_as_it_was(reopened: Mapping[str, Any]) -> None:
    assert reopened == {"class": "NpcVideoPlayer", **VALUES}


def test_the_editor_ends_without_a_fault(clicked: editor.Visit) -> None:
    assert clicked.run.faults == ()
    assert clicked.run.exit_code == 0
