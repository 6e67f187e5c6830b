"""In the real editor, by mouse and keyboard: whole graphs are edited, built and mended."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import npc_video
import pytest
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.shown_fields import ShownField, shown_fields
from npc_video.templates import TEMPLATES, template_text

from tests.harness import editor
from tools.screen import screen

SCENE = '[gd_scene format=3]\n[node name="{0}" type="Node2D"]\n'
BUILT_IN = """[gd_scene format=3]
[sub_resource type="NpcResponseGraph" id="g"]
json = "{json}"
[node name="Holder" type="Node2D"]
metadata/graph = SubResource("g")
"""

EDITS = """
@tool
extends "res://addons/probe/graph_hands.gd"

var _told := {}

func visit() -> void:
	EditorInterface.set_main_screen_editor("Script")  # is drawn faster than a 3D world
	for file in DirAccess.get_files_at("res://templates"):
		if file.ends_with(".npcgraph.json"):
			_told = {}
			await open_graph(load("res://templates/" + file))
			await _try_all()
			seen[file.get_slice(".", 0)] = _told

## Makes an edit in each kind of setting, and takes it back.
func _try_all() -> void:
	for chosen: GraphNode in elements():
		if not await _has_new(chosen):
			continue
		for name: String in settings():
			var kind := _kind_of(name)
			if kind not in _told:
				_told[kind] = await _try_one(name, kind)

func _has_new(chosen: GraphNode) -> bool:
	await select(chosen)
	return settings().keys().any(func(name: String) -> bool: return _kind_of(name) not in _told)

func _kind_of(name: String) -> String:
	var view: Control = settings()[name]
	if view.find_children("*", "GridContainer", true, false):
		return name
	for kind in ["TextEdit", "EditorSpinSlider", "CheckBox", "OptionButton", "LineEdit"]:
		if part(name, kind):
			return kind
	return ""

func _try_one(name: String, kind: String) -> Array:
	var before := graph.json
	match kind:
		"TextEdit":
			await click_part(part(name, kind))
			await type("?!")
		"EditorSpinSlider":
			await click_part(part(name, kind))
			await until(
				func() -> bool: return get_viewport().gui_get_focus_owner() is LineEdit, "its line"
			)
			await chord([KEY_CTRL, KEY_A])
			await type("0.375")
			await key(KEY_ENTER)
		"CheckBox":
			await click_part(part(name, kind))
		"OptionButton":
			var button: OptionButton = part(name, kind)
			await pick(button, button.get_item_text((button.selected + 1) % button.item_count))
		"LineEdit":
			await click_part(part(name, kind))
			await key(KEY_END)
			await type("qu")
		_:
			await click_part(_adder(name))
	await frames(3)
	var is_changed := graph.json != before
	await undo()
	return [is_changed, graph.json == before]

func _adder(name: String) -> Button:
	for index in 40:
		var button: Button = part(name, "Button", index)
		if button.text == "Add":
			return button
	return null
"""

BUILDING = """
@tool
extends "res://addons/probe/graph_hands.gd"

const STATES := ["calm", "happy", "wild", "tired"]

func visit() -> void:
	EditorInterface.set_main_screen_editor("Script")
	EditorInterface.distraction_free_mode = true
	dock = get_tree().root.find_child("NpcGraph", true, false)
	(dock.find_children("*", "GraphEdit", true, false)[0] as Control).custom_minimum_size.y = 600
	await _PART()

func _build_with(way: Callable, name: String) -> void:
	await open_graph(load("res://empty.npcgraph.json"))
	await way.call()
	seen[name] = graph.json
	seen[name + "_undone"] = await _undo_all()

func _mouse() -> void:
	await _build_with(_build_by_mouse, "by_mouse")

func _keys() -> void:
	await _build_with(_build_by_keys, "by_keys")

func _undo_all() -> bool:
	for step in 80:
		if graph.json == "{}":
			return true
		await undo()
	return false

## ---- Other scenes ----

func _switch_scenes() -> void:
	await _open_scene("holder")
	var built_in: NpcResponseGraph = EditorInterface.get_edited_scene_root().get_meta("graph")
	for each: NpcResponseGraph in [load("res://guard.npcgraph.json"), built_in]:
		await open_graph(each)
		var before := graph.json
		await select(elements()[0])
		await key(KEY_DELETE) if canvas.has_focus() else await _delete()
		var is_changed := graph.json != before
		await _open_scene("other")
		await open_graph(each)
		await undo()
		seen.get_or_add("switched", []).append([is_changed, graph.json == before])
		await _open_scene("holder")

func _delete() -> void:
	canvas.grab_focus()
	await key(KEY_DELETE)

func _open_scene(name: String) -> void:
	EditorInterface.open_scene_from_path("res://%s.tscn" % name)
	await until(func() -> bool:
		var root := EditorInterface.get_edited_scene_root()
		return root != null and root.scene_file_path.contains(name), "the scene " + name)
	await frames(3)

## ---- By mouse ----

func _build_by_mouse() -> void:
	var places := {"pressure": ["input", 40], "machine": ["state", 340], "output": ["video", 700]}
	for name: String in places:
		var at: Vector2 = canvas.get_global_transform() * Vector2(places[name][1], 60)
		await drag(await row_of(places[name][0], name), at, true)
		await frames(3)
	await drag(output_of("pressure"), input_of("machine"))
	await drag(output_of("machine", 1), input_of("output", 2))
	await click(title_of(element("machine")))
	await frames(3)
	for index in STATES.size():
		if index:
			await click_part(_button("states", "Add"))
			await frames(3)
		var first := index * _columns("states", "LineEdit")
		await _write(part("states", "LineEdit", first), STATES[index])
		await key(KEY_ENTER)
		await _write(part("states", "LineEdit", first + 1), "look%d" % index)
	for index in STATES.size():
		await click_part(_button("transitions", "Add"))
		await frames(3)
		await pick(part("transitions", "OptionButton", 2 * index), STATES[index])
		await pick(part("transitions", "OptionButton", 2 * index + 1), STATES[(index + 1) % 4])

## The number of controls of a type in a row of a table.
func _columns(setting: String, type_name: String) -> int:
	var count := 0
	while part(setting, type_name, count):
		count += 1
	var view: Control = settings()[setting]
	var grid: GridContainer = view.find_children("*", "GridContainer", true, false)[0]
	return count / (grid.get_child_count() / grid.columns - 1)

func _button(setting: String, text: String) -> Button:
	for index in 60:
		var button: Button = part(setting, "Button", index)
		if button.text == text:
			return button
	return null

func _write(line: Control, words: String) -> void:
	await click_part(line)
	await chord([KEY_CTRL, KEY_A])
	await type(words)

## ---- By keys alone ----

func _build_by_keys() -> void:
	canvas.grab_focus()
	for words in ["input.pressure", "state.machine", "video.output"]:
		await key(KEY_SPACE)
		await search_for(words)
	await _go_to("pressure")
	await key(KEY_C)
	await search_for("value → machine: intensity")
	await _go_to("machine")
	await key(KEY_C)
	await search_for("expression → output: expression")
	await _go_to("machine")
	await chord([KEY_CTRL, KEY_ENTER])
	await key(KEY_TAB)
	for index in STATES.size():
		if index:
			await _tab_to("Add", "states")
			await key(KEY_SPACE)
			await frames(3)
		else:
			await key(KEY_TAB)
		await chord([KEY_CTRL, KEY_A])
		await type(STATES[index])
		await key(KEY_TAB)
		await type("look%d" % index)
	for index in STATES.size():
		await _tab_to("Add", "transitions")
		await key(KEY_SPACE)
		await frames(3)
		for end: String in [STATES[index], STATES[(index + 1) % 4]]:
			var button: OptionButton = get_viewport().gui_get_focus_owner()
			if button.text != end:
				await key(KEY_ENTER)
				await pick_by_keys(button, end)
			await key(KEY_TAB)

## Goes from the selected node to another one, in the order of the nodes on the canvas.
func _go_to(title: String) -> void:
	canvas.grab_focus()
	var order := ["pressure", "machine", "output"]
	var from := order.find_custom(func(each: String) -> bool: return element(each).selected)
	for step in absi(order.find(title) - from):
		if order.find(title) > from:
			await key(KEY_TAB)
		else:
			await chord([KEY_SHIFT, KEY_TAB])

## Presses Tab until a button of a setting has the keyboard.
func _tab_to(name: String, setting: String) -> void:
	for step in 120:
		await key(KEY_TAB)
		var owner := get_viewport().gui_get_focus_owner()
		if owner is Button and owner.text == name and settings()[setting].is_ancestor_of(owner):
			return
	seen.get_or_add("lost", []).append(name)

## ---- A graph with mistakes ----

func _mend() -> void:
	var path := "res://wrong.npcgraph.json"
	await open_graph(load(path))
	var problems: ItemList = dock.find_child("Problems", true, false)
	await until(func() -> bool: return problems.item_count > 0, "the problems")
	await click(title_of(element("pace")))
	await key(KEY_F2)
	await frames(3)
	await type("Pace")
	await key(KEY_ENTER)
	await _save()
	seen.saved = FileAccess.get_file_as_string(path)
	EditorInterface.edit_resource(null)
	await open_graph(load(path))
	await until(func() -> bool: return problems.item_count > 0, "the problems again")
	seen.problems = range(problems.item_count).map(problems.get_item_text)
	var tabs: TabContainer = problems.get_parent()
	for step in 8:
		if problems.item_count == 0:
			break
		tabs.current_tab = problems.get_index()
		await frames(3)
		var before := graph.json
		await click(problems.get_global_transform() * problems.get_item_rect(0).get_center())
		await frames(3)
		await _mend_chosen()
		await until(func() -> bool: return graph.json != before, "the mended part")
		await get_tree().create_timer(0.3).timeout
	seen.left = range(problems.item_count).map(problems.get_item_text)
	await _save()
	seen.mended = FileAccess.get_file_as_string(path)

func _mend_chosen() -> void:
	var chosen: GraphNode = elements().filter(
		func(each: GraphNode) -> bool: return each.selected
	)[0]
	(panel.get_parent() as TabContainer).current_tab = panel.get_index()
	await frames(3)
	if chosen.title == "limit":
		await click_part(part("max", "LineEdit"))
		await chord([KEY_CTRL, KEY_A])
		await type("1")
	else:
		await click(title_of(chosen))
		await key(KEY_DELETE)

func _save() -> void:
	var button := control("Button", "Save", dock)
	await click(button.get_global_rect().get_center())
	await frames(5)
"""

WRONG = json.dumps(
    {
        "responseGraph": {
            "nodes": [
                {
                    "id": key,
                    "type": kind,
                    "position": {"x": 150 * index, "y": 0},
                    "data": data,
                }
                for index, (key, kind, data) in enumerate(
                    [
                        ("pace", "input.speed", {}),
                        ("limit", "math.clamp", {"max": "much"}),
                        ("ghost", "telepathy", {}),
                        ("result", "video.output", {}),
                    ]
                )
            ],
            "connections": [
                {"id": "c1", "from": "pace", "fromPort": "value", "to": "limit", "toPort": "value"},
                {
                    "id": "c2",
                    "from": "limit",
                    "fromPort": "value",
                    "to": "result",
                    "toPort": "intensity",
                },
            ],
        }
    },
    indent=2,
)


def _kind(shown: ShownField) -> str:
    """The control of a setting; tables differ, so they go by their names."""
    if shown.kind in ("table", "rows"):
        return shown.field.name
    if shown.kind == "template":
        return "TextEdit"
    if shown.kind in ("number", "whole"):
        return "EditorSpinSlider"
    if shown.kind == "truth":
        return "CheckBox"
    is_choice = shown.kind == "choice" or (shown.kind == "text" and shown.field.options)
    return "OptionButton" if is_choice else "LineEdit"


def _visit(folder: Path, script: str, files: Mapping[str, str]) -> editor.Visit:
    project = editor.make_project(folder, script, files)
    editor.import_assets(project)
    with screen() as env:
        if env is None:
            pytest.skip("A mouse needs a window: run this on a desktop, or install Xvfb.")
        return editor.visit(project, env)


@pytest.fixture(scope="module")
def edits(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    seen: dict[str, Any] = {}
    names = sorted(TEMPLATES)
    for half in (names[::2], names[1::2]):  # a visit has a limit of time
        files = {f"templates/{name}.npcgraph.json": template_text(name) for name in half}
        visit = _visit(tmp_path_factory.mktemp("edits"), EDITS, files)
        assert visit.run.ok, visit.run.faults
        seen |= visit.seen
    return seen


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    files = {
        "empty.npcgraph.json": "{}",
        "wrong.npcgraph.json": WRONG,
        "guard.npcgraph.json": template_text("guard"),
        "other.tscn": SCENE.format("Other"),
        "holder.tscn": BUILT_IN.format(json=template_text("pet").replace('"', '\\"')),
    }
    seen: dict[str, Any] = {}
    for part in ("switch_scenes", "mouse", "keys", "mend"):  # a visit has a limit of time
        script = BUILDING.replace("_PART", f"_{part}")
        visit = _visit(tmp_path_factory.mktemp(part), script, files)
        assert visit.run.ok, visit.run.faults
        seen |= visit.seen
    return seen


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_edit_in_each_kind_of_setting_is_one_step(edits: Mapping[str, Any], name: str) -> None:
    nodes = GraphDocument.read(template_text(name)).nodes.values()
    kinds = {_kind(shown) for node in nodes for shown in shown_fields(node)}
    assert edits[name] == {kind: [True, True] for kind in kinds}


def test_an_edit_is_taken_back_after_another_scene_was_opened(built: Mapping[str, Any]) -> None:
    assert built["switched"] == [[True, True], [True, True]]


@pytest.mark.parametrize("how", ["by_mouse", "by_keys"])
def test_a_state_machine_is_built(built: Mapping[str, Any], how: str) -> None:
    npc_video.load_metadata(built[how])
    nodes = GraphDocument.read(built[how]).nodes
    names = ("calm", "happy", "wild", "tired")
    assert nodes["machine"].fields["states"] == [
        {"id": name, "expression": f"look{index}"} for index, name in enumerate(names)
    ]
    ends = [(each["from"], each["to"]) for each in nodes["machine"].fields["transitions"]]
    assert ends == list(_circle(names))
    wires = GraphDocument.read(built[how]).wires.values()
    assert {(wire.source, wire.target) for wire in wires} == {
        ("pressure", "machine"),
        ("machine", "output"),
    }
    assert built[f"{how}_undone"]


def _circle(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(names, (*names[1:], names[0]), strict=True)


def test_a_wrong_graph_is_saved_and_mended(built: Mapping[str, Any]) -> None:
    assert json.loads(built["saved"])["responseGraph"]["nodes"][0]["label"] == "Pace"
    assert any("telepathy" in problem for problem in built["problems"])
    assert any("limit" in problem for problem in built["problems"])
    assert built["left"] == []
    npc_video.load_metadata(built["mended"])
