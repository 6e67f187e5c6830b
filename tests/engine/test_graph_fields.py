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
# A word is inserted amid typing, a new row is named and filled, a taken name is refused.
STEPS = {"prompt.template": [2], "level.thresholds": [4], "machine.states": [1, 1, 0]}
SCRIPT = """
@tool
extends "res://addons/probe/hands.gd"

var graph: NpcResponseGraph
var canvas: GraphEdit
var panel: ScrollContainer

func visit() -> void:
	EditorInterface.set_main_screen_editor("Script")  # is drawn faster than a 3D world
	await _open("res://kinds.npcgraph.json")
	await _kinds()
	await _lead()
	await _tables()
	await _names()
	await _on_the_node()
	await _slowly()
	await _dragged()
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
	await chord([KEY_CTRL, KEY_END])
	await type("!")
	await _click(control("Button", "{emotion}", panel))
	await type("{x}")
	await until(func() -> bool: return has("Label", "{x}: nothing", panel), "the hint")

func _lead() -> void:
	await _select("prompt")
	_field = "template"
	var before := graph.json
	await _click(_part("TextEdit"))
	await chord([KEY_CTRL, KEY_END])
	await type("{x}")
	var led := [await _connect("smooth")]
	await chord([KEY_CTRL, KEY_Z])
	led.append(await _connect("random"))
	seen.led = led
	seen.led_back = [await _undo(before), graph.json == before]

func _connect(words: String) -> Array:
	await until(func() -> bool: return has("Button", "Connect {x}", panel), "the offer")
	await _click(control("Button", "Connect {x}", panel))
	var dock := get_tree().root.find_child("NpcGraph", true, false)
	var popups := func() -> Array:
		return dock.find_children("*", "PopupPanel", true, false).filter(
			func(popup: PopupPanel) -> bool: return popup.visible
		)
	await until(func() -> bool: return popups.call().size() == 1, "the search")
	await type(words)
	await key(KEY_ENTER)
	await until(func() -> bool: return popups.call().is_empty(), "the choice")
	await frames(3)
	canvas.grab_focus()
	var wires: Array = JSON.parse_string(graph.json).responseGraph.get("connections", [])
	return [wires, has("Label", "{x}: nothing", panel)]

func _tables() -> void:
	await _change("level", "thresholds", func() -> void:
		await _click(_adder())
		await _write(_part("LineEdit", 8), "1")
		await key(KEY_TAB)
		await type("!")
		await _write(_part("LineEdit", 2), "0.25")
		await key(KEY_ENTER)
		await frames(3)
		seen.bar = panel.find_child("Levels", true, false).tooltip_text)
	await _change("combo", "sequences", func() -> void:
		await _write(_part("LineEdit"), "tap, hold"))
	await _change("machine", "transitions", func() -> void: await _click(_part("CheckBox")))
	await _change("machine", "transitions", func() -> void:
		await _choose(_part("OptionButton"), "angry"))
	await _change("machine", "transitions", func() -> void:
		_part("OptionButton").grab_focus()
		await chord([KEY_ALT, KEY_DOWN])
		seen.moved_along = _part("OptionButton", 2).has_focus())
	await _change("machine", "states", func() -> void: await _click(_adder()))
	await _change("machine", "states", func() -> void: await _click(_part("Button", 1)))
	await _change("machine", "", func() -> void:
		await _write(_part("LineEdit", 4), "cross")
		seen.typed = _data("machine").states[1].id
		await key(KEY_ENTER))
	await _change("machine", "states", func() -> void:
		await _write(_part("LineEdit", 4), "calm")
		await key(KEY_ENTER)
		await until(func() -> bool: return _part("LineEdit", 4).text == "angry", "the refusal"))

func _names() -> void:
	await _select("add")
	var before := graph.json
	await _write(_beside("Id"), "sum")
	await key(KEY_ENTER)
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
	await click(line.get_global_rect().get_center())
	await key(KEY_END)
	await type("y")
	await key(KEY_LEFT)
	await type("k")
	seen.on_the_node = [_data("style").artStyle, get_viewport().gui_get_focus_owner() == line]
	for step in 12:
		if graph.json != before:
			await chord([KEY_CTRL, KEY_Z])
	seen.on_the_node_back = [graph.json == before, line.text, line.has_focus()]

func _slowly() -> void:
	await _select("style")
	_field = "artStyle"
	var line: LineEdit = _part("LineEdit")
	var before := graph.json
	await _click(line)
	await key(KEY_END)
	await type("a")
	await get_tree().create_timer(1.2).timeout  # the engine joins no steps across such a pause
	await type("b")
	var words := [line.text]
	for step: Array in [[KEY_CTRL, KEY_Z], [KEY_CTRL, KEY_SHIFT, KEY_Z]]:
		await chord(step)
		words.append(line.text)
	await type("c")
	await chord([KEY_CTRL, KEY_Z])
	words.append(line.text)
	canvas.grab_focus()
	await _click(line)
	await type("d")
	canvas.grab_focus()
	await _click(line)
	await type("e")
	words.append(line.text)
	for step in 3:
		await chord([KEY_CTRL, KEY_Z])
		words.append(line.text)
	seen.slowly = words
	seen.slowly_back = graph.json == before

func _dragged() -> void:
	await _select("random")
	_field = "min"
	var spin: Control = _part("EditorSpinSlider")
	panel.ensure_control_visible(spin)
	await frames(2)
	var before := graph.json
	var place := spin.get_global_rect().get_center()
	for turn in 2:
		await drag(place, place + Vector2(40, 0))
	seen.dragged = [_data("random").get("min", 0.0) > 0.0, await _undo(before)]

func _by_keyboard() -> void:
	await _select("empty")
	var before := graph.json
	_beside("Label").grab_focus()
	await key(KEY_TAB)
	await type("x")
	await key(KEY_ESCAPE)
	seen.escaped = [graph.json == before, _beside("Id").text]
	await key(KEY_TAB)
	await key(KEY_SPACE)
	await chord([KEY_CTRL, KEY_A])
	await type("calm")
	await _tab(5)
	await key(KEY_SPACE)
	await chord([KEY_CTRL, KEY_A])
	await type("wild")
	await _tab(6)
	await key(KEY_SPACE)
	await _tab(1)
	await key(KEY_ENTER)
	await key(KEY_UP)
	await key(KEY_ENTER)
	await _tab(1)
	await type("0.75")
	await _tab(1)
	await key(KEY_SPACE)
	seen.by_keyboard = _data("empty")

func _tab(times: int) -> void:
	for step in times:
		await key(KEY_TAB)

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
	var steps := await _undo(before)
	told.append([after, graph.json == before, steps])

## Takes back all edits, and returns the number of steps.
func _undo(before: String) -> int:
	canvas.grab_focus()
	for step in 12:
		if graph.json == before:
			return step
		await chord([KEY_CTRL, KEY_Z])
	return 12

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
	await chord([KEY_CTRL, KEY_A])
	if not words:
		await key(KEY_DELETE)
	await type(words)

func _choose(button: OptionButton, item: String) -> void:
	await _click(button)
	var popup := button.get_popup()
	await until(func() -> bool: return popup.visible, "the list")
	for step in popup.item_count:
		if popup.get_focused_item() >= 0 and popup.get_item_text(popup.get_focused_item()) == item:
			break
		await key(KEY_DOWN)
	await key(KEY_ENTER)
	await until(func() -> bool: return not popup.visible, "the end of the list")

func _count(spin: Control, number: String) -> void:
	await _click(spin)
	await until(func() -> bool: return get_viewport().gui_get_focus_owner() is LineEdit, "its line")
	await chord([KEY_CTRL, KEY_A])
	await type(number)
	await key(KEY_ENTER)

func _click(part: Control) -> void:
	var place := Rect2()
	while place != part.get_global_rect():  # a panel that was just built is laid out for a while
		place = part.get_global_rect()
		panel.ensure_control_visible(part)
		await frames(2)
	await click(part.get_global_rect().get_center())
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
                    "0.25": "interested",
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
    found = visit.seen[setting]
    assert [each[:2] for each in found] == [[value, True] for value in values]
    assert [steps for *_, steps in found] == STEPS.get(setting, [1] * len(values))


def test_an_unknown_word_of_a_template_is_connected(visit: editor.Visit) -> None:
    ends = {"id": "c1", "fromPort": "value", "to": "prompt", "toPort": "x"}
    old, new = visit.seen["led"]
    assert old == [[{**ends, "from": "smooth"}], False]
    assert new == [[{**ends, "from": "random"}], False]
    assert visit.seen["led_back"] == [2, True]


def test_the_range_is_divided_by_the_levels(visit: editor.Visit) -> None:
    assert visit.seen["bar"].splitlines() == [
        "0 to 0.25: neutral",
        "0.25 to 0.6: interested",
        "0.6 to 0.8: pleased",
        "0.8 to 1: ecstatic",
    ]


def test_what_one_types_is_one_step_however_slowly(visit: editor.Visit) -> None:
    assert visit.seen["slowly"] == [
        "inkab",
        "ink",
        "inkab",
        "inkab",
        *("inkabde", "inkabd", "inkab", "ink"),
    ]
    assert visit.seen["slowly_back"]


def test_each_drag_of_a_number_is_a_step(visit: editor.Visit) -> None:
    assert visit.seen["dragged"] == [True, 2]


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
