"""In the real editor, by mouse and keyboard: the settings of nodes are changed, and taken back."""

import json
from typing import Any

import pytest

from tests.harness import editor
from tools.screen import screen

CALM, ANGRY = {"id": "calm"}, {"id": "angry", "expression": "angry"}
RISE: dict[str, Any] = {"from": "calm", "to": "angry", "threshold": 0.5}
FALL: dict[str, Any] = {"from": "angry", "to": "calm", "threshold": 0.25, "below": True}
NODES = {
    "add": ("math.add", {"value": 2}),
    "smooth": ("math.smooth", {"timeMs": 200}),
    "style": ("video.style", {"seed": 7, "artStyle": "ink"}),
    "compare": ("logic.compare", {"operator": "<", "threshold": 0.5}),
    "merge": ("util.merge", {}),
    "random": ("util.random", {"choices": [1, "two"]}),
    "memory": ("state.memory", {"key": "mood", "later": 1}),
    "prompt": ("video.prompt", {"template": "a {state} cat"}),
    "level": ("response.expression", {}),
    "machine": (
        "state.machine",
        {
            "states": [CALM, ANGRY],
            "transitions": [RISE, FALL],
        },
    ),
    "empty": ("state.machine", {}),
    "combo": ("state.combo", {"sequences": [{"pattern": ["tap", "tap"]}]}),
}
GRAPH = json.dumps(
    {
        "responseGraph": {
            "nodes": [
                {"id": name, "type": kind, "position": {"x": 200 * place, "y": 0}, "data": data}
                for place, (name, (kind, data)) in enumerate(NODES.items())
            ]
        }
    },
    indent=2,
)
SCRIPT = """
@tool
extends "res://addons/probe/probe.gd"

var graph: NpcResponseGraph
var canvas: GraphEdit
var panel: ScrollContainer

func visit() -> void:
	EditorInterface.set_main_screen_editor("Script")  # is drawn faster than a 3D world
	await _open("res://kinds.npcgraph.json")
	await _kinds()
	await _tables()
	await _names()
	await _on_the_node()
	await _by_keyboard()

func _kinds() -> void:
	await _change("add", "value", func() -> void: await _count(_part("EditorSpinSlider"), "3.5"))
	await _change("smooth", "timeMs", func() -> void: await _count(_part("EditorSpinSlider"), "90"))
	await _change("style", "seed", func() -> void: await _count(_part("EditorSpinSlider"), "12"))
	await _change("style", "quality", func() -> void: await _choose(_part("OptionButton"), "high"))
	await _change("style", "artStyle", func() -> void: await _write(_part("LineEdit"), "oil, 1"))
	await _change("compare", "operator", func() -> void: await _choose(_part("OptionButton"), "=="))
	await _change("compare", "threshold", func() -> void: await _write(_part("LineEdit"), "high"))
	await _change("merge", "order", func() -> void: await _write(_part("LineEdit"), "a, b"))
	await _change("random", "choices", func() -> void:
		await _write(_part("LineEdit"), "x, 2, true"))
	await _change("memory", "initial", func() -> void: await _write(_part("LineEdit"), "false"))
	await _change("memory", "later", func() -> void: await _write(_part("LineEdit"), ""))
	await _change("prompt", "template", func() -> void: await _write_template())

func _write_template() -> void:
	await _click(_part("TextEdit"))
	await _key(KEY_END, "", true)
	await _type("!")
	await _click(control("Button", "{emotion}", panel))
	await _type("{x}")
	await until(func() -> bool: return has("Label", "{x}: connect", panel), "the hint")

func _tables() -> void:
	await _change("level", "thresholds", func() -> void:
		await _click(_adder())
		await _write(_part("LineEdit", 8), "1")
		await _key(KEY_TAB)
		await _type("!"))
	await _change("combo", "sequences", func() -> void:
		await _write(_part("LineEdit"), "tap, hold"))
	await _change("machine", "transitions", func() -> void: await _click(_part("CheckBox")))
	await _change("machine", "transitions", func() -> void:
		await _choose(_part("OptionButton"), "angry"))
	await _change("machine", "transitions", func() -> void:
		_part("OptionButton").grab_focus()
		await _key(KEY_DOWN, "", false, true)
		seen.moved_along = _part("OptionButton", 2).has_focus())
	await _change("machine", "states", func() -> void: await _click(_adder()))
	await _change("machine", "states", func() -> void: await _click(_part("Button", 1)))
	await _change("machine", "", func() -> void:
		await _write(_part("LineEdit", 4), "cross")
		seen.typed = _data("machine").states[1].id
		await _key(KEY_ENTER))
	await _change("machine", "states", func() -> void:
		await _write(_part("LineEdit", 4), "calm")
		await _key(KEY_ENTER)
		await until(func() -> bool: return _part("LineEdit", 4).text == "angry", "the refusal"))

func _names() -> void:
	await _select("add")
	var before := graph.json
	await _write(_beside("Id"), "sum")
	await _key(KEY_ENTER)
	seen.renamed = [_node("sum") != null, _node("sum").selected, _beside("Id").text]
	await _write(_beside("Label"), "The sum")
	seen.labelled = _node("The sum") != null
	await _undo(before)
	seen.renamed_back = [graph.json == before, _node("add") != null, _beside("Id").text]

func _on_the_node() -> void:
	var line: LineEdit = _node("style").find_children("*", "LineEdit", true, false)[0]
	var before := graph.json
	canvas.scroll_offset = _node("style").position_offset - Vector2(40, 40)
	await frames(3)
	await _click_at(line.get_global_rect().get_center())
	await _key(KEY_END)
	await _type("y")
	await _key(KEY_LEFT)
	await _type("k")
	seen.on_the_node = [_data("style").artStyle, get_viewport().gui_get_focus_owner() == line]
	for step in 12:
		if graph.json != before:
			await _key(KEY_Z, "", true)
	seen.on_the_node_back = [graph.json == before, line.text, line.has_focus()]

func _by_keyboard() -> void:
	await _select("empty")
	var before := graph.json
	_beside("Label").grab_focus()
	await _key(KEY_TAB)
	await _type("x")
	await _key(KEY_ESCAPE)
	seen.escaped = [graph.json == before, _beside("Id").text]
	await _key(KEY_TAB)
	await _key(KEY_SPACE)
	await _key(KEY_A, "", true)
	await _type("calm")
	await _tab(5)
	await _key(KEY_SPACE)
	await _key(KEY_A, "", true)
	await _type("wild")
	await _tab(6)
	await _key(KEY_SPACE)
	await _tab(1)
	await _key(KEY_ENTER)
	await _key(KEY_UP)
	await _key(KEY_ENTER)
	await _tab(1)
	await _type("0.75")
	await _tab(1)
	await _key(KEY_SPACE)
	seen.by_keyboard = _data("empty")

func _tab(times: int) -> void:
	for step in times:
		await _key(KEY_TAB)

## ---- Parts ----

var _field := ""

func _open(path: String) -> void:
	graph = load(path)
	EditorInterface.edit_resource(graph)
	var dock := get_tree().root.find_child("NpcGraph", true, false)
	canvas = dock.find_children("*", "GraphEdit", true, false)[0]
	panel = dock.find_child("NodePanel", true, false)
	await until(
		func() -> bool: return _node("add") != null and canvas.is_visible_in_tree(), "the nodes"
	)
	await frames(3)

func _node(title: String) -> GraphNode:
	for found: GraphNode in canvas.find_children("*", "GraphNode", false, false):
		if found.title == title:
			return found
	return null

func _select(title: String) -> void:
	canvas.set_selected(_node(title))
	await frames(3)

func _data(id: String) -> Dictionary:
	for node: Dictionary in JSON.parse_string(graph.json).responseGraph.nodes:
		if node.id == id:
			return node.data
	return {}

func _change(id: String, field: String, act: Callable) -> void:
	await _select(id)
	_field = field if field else "states"
	var before := graph.json
	await act.call()
	var after: Variant = _data(id).get(field) if field else _data(id)
	var told: Array = seen.get_or_add(id + "." + field, [])
	await _undo(before)
	told.append([after, graph.json == before])

func _undo(before: String) -> void:
	canvas.grab_focus()
	for step in 12:
		if graph.json == before:
			return
		await _key(KEY_Z, "", true)

## A control of the field in the panel.
func _part(type: String, index := 0) -> Control:
	for caption: Label in panel.find_children("*", "Label", true, false):
		if caption.text == _field and caption.is_visible_in_tree():
			var view := caption.get_parent().get_child(caption.get_index() + 1)
			var found := view.find_children("*", type, true, false).filter(
				func(each: Control) -> bool:
					return each.get_class() == type and each.is_visible_in_tree()
			)
			return found[index] if index < found.size() else null
	return null

func _adder() -> Button:
	for index in 20:
		var button: Button = _part("Button", index)
		if button.text == "Add":
			return button
	return null

func _beside(name: String) -> LineEdit:
	for caption: Label in panel.find_children("*", "Label", true, false):
		if caption.text == name:
			var line := caption.get_parent().get_child(caption.get_index() + 1)
			return line if line is LineEdit else line.find_children("*", "LineEdit", true, false)[0]
	return null

## ---- Mouse and keyboard ----

func _write(line: Control, words: String) -> void:
	await _click(line)
	await _key(KEY_A, "", true)
	if not words:
		await _key(KEY_DELETE)
	await _type(words)

func _choose(button: OptionButton, item: String) -> void:
	await _click(button)
	var popup := button.get_popup()
	await until(func() -> bool: return popup.visible, "the list")
	for step in popup.item_count:
		if popup.get_focused_item() >= 0 and popup.get_item_text(popup.get_focused_item()) == item:
			break
		await _key(KEY_DOWN)
	await _key(KEY_ENTER)
	await until(func() -> bool: return not popup.visible, "the end of the list")

func _count(spin: Control, number: String) -> void:
	await _click(spin)
	await until(func() -> bool: return get_viewport().gui_get_focus_owner() is LineEdit, "its line")
	await _key(KEY_A, "", true)
	await _type(number)
	await _key(KEY_ENTER)

func _type(words: String) -> void:
	for letter in words:
		await _key(KEY_NONE, letter)

func _key(code: Key, letter := "", with_control := false, with_alt := false) -> void:
	for is_pressed: bool in [true, false]:
		var event := InputEventKey.new()
		event.keycode = code
		event.physical_keycode = code
		event.unicode = letter.unicode_at(0) if letter else 0
		event.ctrl_pressed = with_control
		event.alt_pressed = with_alt
		event.pressed = is_pressed
		Input.parse_input_event(event)
	await frames(1)

func _click(part: Control) -> void:
	panel.ensure_control_visible(part)
	await frames(2)
	await _click_at(part.get_global_rect().get_center())

func _click_at(place: Vector2) -> void:
	var motion := InputEventMouseMotion.new()
	motion.position = place
	motion.global_position = place
	Input.parse_input_event(motion)
	await frames(1)
	for is_pressed: bool in [true, false]:
		var event := InputEventMouseButton.new()
		event.button_index = MOUSE_BUTTON_LEFT
		event.button_mask = MOUSE_BUTTON_MASK_LEFT if is_pressed else 0
		event.position = place
		event.global_position = place
		event.pressed = is_pressed
		Input.parse_input_event(event)
		await frames(1)
"""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> editor.Visit:
    made = editor.make_project(
        tmp_path_factory.mktemp("fields"), SCRIPT, {"kinds.npcgraph.json": GRAPH}
    )
    editor.import_assets(made)
    with screen() as env:
        if env is None:
            pytest.skip("A mouse needs a window: run this on a desktop, or install Xvfb.")
        return editor.visit(made, env)


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("add.value", [3.5]),
        ("smooth.timeMs", [90]),
        ("style.seed", [12]),
        ("style.quality", ["high"]),
        ("style.artStyle", ["oil, 1"]),
        ("compare.operator", ["=="]),
        ("compare.threshold", ["high"]),
        ("merge.order", [["a", "b"]]),
        ("random.choices", [["x", 2, True]]),
        ("memory.initial", [False]),
        ("memory.later", [None]),
        ("prompt.template", ["a {state} cat!{emotion}{x}"]),
        (
            "level.thresholds",
            [
                {
                    "0": "neutral",
                    "0.3": "interested",
                    "0.6": "pleased",
                    "0.8": "ecstatic",
                    "1": "!neutral",
                }
            ],
        ),
        ("combo.sequences", [[{"pattern": ["tap", "hold"]}]]),
        (
            "machine.transitions",
            [
                [RISE | {"below": True}, FALL],
                [RISE | {"from": "angry"}, FALL],
                [FALL, RISE],
            ],
        ),
        ("machine.states", [[CALM, ANGRY, {"id": "state"}], [CALM], [CALM, ANGRY]]),
        (
            "machine.",
            [
                {
                    "states": [CALM, ANGRY | {"id": "cross"}],
                    "transitions": [RISE | {"to": "cross"}, FALL | {"from": "cross"}],
                }
            ],
        ),
    ],
)
def test_a_setting_is_changed_and_taken_back(
    visit: editor.Visit, setting: str, values: list[Any]
) -> None:
    assert visit.seen[setting] == [[value, True] for value in values]


def test_an_id_is_changed_when_it_is_complete_and_only_to_one_that_is_free(
    visit: editor.Visit,
) -> None:
    assert visit.seen["typed"] == "angry"


def test_the_keyboard_goes_along_with_a_row(visit: editor.Visit) -> None:
    assert visit.seen["moved_along"]


def test_a_renamed_node_stays_selected(visit: editor.Visit) -> None:
    assert visit.seen["renamed"] == [True, True, "sum"]
    assert visit.seen["labelled"]
    assert visit.seen["renamed_back"] == [True, True, "add"]


def test_one_types_on_a_node_and_takes_it_back_there(visit: editor.Visit) -> None:
    assert visit.seen["on_the_node"] == ["inkky", True]
    assert visit.seen["on_the_node_back"] == [True, "ink", True]


def test_a_state_machine_is_made_by_keyboard_alone(visit: editor.Visit) -> None:
    assert visit.seen["escaped"] == [True, "empty"]
    assert visit.seen["by_keyboard"] == {
        "states": [{"id": "calm"}, {"id": "wild"}],
        "transitions": [{"from": "calm", "to": "calm", "threshold": 0.75, "below": True}],
    }


def test_the_editor_ends_without_a_fault(visit: editor.Visit) -> None:
    assert visit.run.faults == ()
    assert visit.run.exit_code == 0
