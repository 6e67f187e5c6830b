"""In the real editor, by mouse and keyboard: a graph is tried, by touches and by sessions."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from npc_video import NpcResponseEvaluator, Profile, ToolInteraction
from npc_video.npc.recording import read_recording
from npc_video.npc.replay import answers
from npc_video.templates import read_template, template_text

from tests.core.npc_video.npc.recorded import Game
from tests.harness import editor
from tools.screen import screen

CALM, CROSS = {"id": "calm"}, {"id": "cross", "expression": "angry"}
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "press": ("input.pressure", {}),
    "pattern": ("input.pattern", {}),
    "speed": ("input.speed", {}),
    "duration": ("input.duration", {}),
    "anger": ("state.accumulator", {"decayRate": 0.02}),
    "mood": (
        "state.machine",
        {
            "states": [CALM, CROSS],
            "transitions": [
                {"from": "calm", "to": "cross", "threshold": 0.9},
                {"from": "cross", "to": "calm", "threshold": 0.5, "below": True},
            ],
        },
    ),
    "words": ("video.prompt", {"template": "{pattern} for {duration}"}),
    "out": ("video.output", {}),
}
WIRES = [
    ("press", "value", "anger", "input"),
    ("anger", "value", "mood", "intensity"),
    ("mood", "expression", "out", "expression"),
    ("speed", "value", "out", "intensity"),
    ("pattern", "pattern", "words", "pattern"),
    ("duration", "value", "words", "duration"),
    ("words", "prompt", "out", "prompt"),
]
DOCUMENT = {
    "responseGraph": {
        "nodes": [
            {"id": key, "type": kind, "position": {"x": 230 * (i % 4), "y": 130 * (i // 4)}}
            | {"data": data}
            for i, (key, (kind, data)) in enumerate(NODES.items())
        ],
        "connections": [
            {"id": f"c{i}", "from": a, "fromPort": b, "to": c, "toPort": d}
            for i, (a, b, c, d) in enumerate(WIRES)
        ],
    }
}
HANDS = """
@tool
extends "res://addons/probe/hands.gd"

var graph: NpcResponseGraph
var dock: Control
var canvas: GraphEdit
var trial: ScrollContainer
var sides: TabContainer
var text := ""

func _begin() -> void:
	EditorInterface.set_main_screen_editor("Script")  # is drawn faster than a 3D world
	await _open("res://anger.npcgraph.json")
	text = graph.json

func _open(path: String) -> void:
	graph = load(path)
	EditorInterface.edit_resource(graph)
	dock = get_tree().root.find_child("NpcGraph", true, false)
	canvas = dock.find_children("*", "GraphEdit", true, false)[0]
	trial = dock.find_child("Test", true, false)
	sides = trial.get_parent()
	await until(func() -> bool: return canvas.is_visible_in_tree(), "the canvas")
	if canvas.size.y < 500.0:
		await chord([KEY_SHIFT, KEY_F12])  # makes the dock as high as the window
		await until(func() -> bool: return canvas.size.y > 500.0, "the room")
	await _tab(trial)

func _tab(panel: Control) -> void:
	var bar := sides.get_tab_bar()
	var place := bar.get_tab_rect(panel.get_index()).get_center()
	await click(bar.get_global_transform() * place)
	await until(func() -> bool: return panel.is_visible_in_tree(), "the tab")
	await frames(12)

func _node(title: String) -> GraphNode:
	for found: Node in canvas.get_children():
		if found is GraphNode and found.title == title:
			return found
	return null

func _line(caption: String) -> LineEdit:
	return _beside(caption).find_children("*", "LineEdit", true, false)[0]

func _spin(caption: String) -> EditorSpinSlider:
	return _beside(caption).find_children("*", "EditorSpinSlider", true, false)[0]

func _beside(caption: String) -> Control:
	for label: Label in trial.find_children("*", "Label", true, false):
		if label.text == caption and label.is_visible_in_tree():
			return label.get_parent().get_child(label.get_index() + 1)
	return null

## The fact that stands beside a caption.
func _told(caption: String) -> String:
	var found := _beside(caption)
	return "" if found == null else str(found.get("text"))

func _turns() -> Array:
	var list: ItemList = trial.find_child("Turns", true, false)
	return range(list.item_count).map(func(index: int) -> String: return list.get_item_text(index))

func _press(caption: String, panel: ScrollContainer = trial) -> void:
	await until(func() -> bool: return has("Button", caption, panel), "the button " + caption)
	await _touch(control("Button", caption, panel), panel)

func _touch(part: Control, panel: ScrollContainer = trial) -> void:
	panel.ensure_control_visible(part)
	await frames(3)
	await click(part.get_global_rect().get_center())
	await frames(3)

func _write(line: LineEdit, words: String) -> void:
	await _touch(line)
	await chord([KEY_CTRL, KEY_A])
	await type(words)

func _count(spin: Control, number: String) -> void:
	await _touch(spin)
	await until(func() -> bool: return get_viewport().gui_get_focus_owner() is LineEdit, "its line")
	await chord([KEY_CTRL, KEY_A])
	await type(number)
	await key(KEY_ENTER)

## The words at the ports of a node.
func _ports(title: String) -> Array:
	return _node(title).find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)

## The middle of the wire between two ports.
func _middle(from: String, output: int, to: String, input: int) -> Vector2:
	var one := _node(from)
	var other := _node(to)
	var start := one.global_position + one.get_output_port_position(output) * canvas.zoom
	var end := other.global_position + other.get_input_port_position(input) * canvas.zoom
	return (start + end) / 2.0

## What the screen shows around a place.
func _seen_at(place: Vector2) -> PackedByteArray:
	await frames(2)
	var picture := get_tree().root.get_texture().get_image()
	return picture.get_region(Rect2i(Vector2i(place) - Vector2i(6, 6), Vector2i(12, 12))).get_data()

func _choose_file(path: String) -> void:
	await frames(5)
	for dialog: EditorFileDialog in get_tree().root.find_children(
		"*", "EditorFileDialog", true, false
	):
		if dialog.visible:
			dialog.file_selected.emit(ProjectSettings.globalize_path(path))
			dialog.hide()
	await frames(3)

func _pin(title: String, index: int) -> void:
	var panel: ScrollContainer = dock.find_child("NodePanel", true, false)
	await _tab(panel)
	await click(_node(title).get_global_rect().position + Vector2(40, 12))
	await frames(3)
	var boxes := panel.find_child("Outputs", true, false).find_children(
		"*", "CheckBox", true, false
	)
	await _touch(boxes[index], panel)
"""
TOUCHES = (
    HANDS
    + """
func visit() -> void:
	await _begin()
	await _by_hand()
	await _look_back()
	await _plot()
	await _rewrite()

func _by_hand() -> void:
	seen.suggested = _patterns()
	await _write(_line("Tool"), "finger")
	await _write(_line("Zone"), "nose")
	await _write(_line("Pattern"), "tap")
	await _count(_spin("Pressure"), "0.4")
	await _count(_spin("Speed"), "0.25")
	await _count(_spin("Duration"), "120")
	await _count(_spin("After"), "3")
	await _count(_spin("Times"), "3")
	Engine.time_scale = 0.0  # the pulse lasts
	await _press("React")
	var wire := _middle("anger", 0, "mood", 0)
	var lit := await _seen_at(wire)
	Engine.time_scale = 1.0
	var calm := await _settled(wire)
	await point(wire)
	var bubble := await _settled(wire)
	await point(wire + Vector2(0, 60))
	seen.wire = [lit != calm, bubble != calm, await _settled(wire) == calm]
	seen.poked = _turns()
	seen.facts = ["Expression", "Animation", "Intensity", "Prompt", "Seed"].map(_told)
	seen.ports = [_ports("mood"), _ports("anger"), _ports("duration")]
	await _count(_spin("Times"), "1")
	await _count(_spin("After"), "60")
	await _touch(_line("Zone"))
	await key(KEY_ENTER)
	seen.forgiven = _turns()
	await key(KEY_ENTER)
	seen.again = _turns().size()
	seen.untouched = graph.json == text and not "*" in control("Label", "anger", dock).text

## What the screen shows around a place once it has come to rest.
func _settled(place: Vector2) -> PackedByteArray:
	var before := PackedByteArray()
	var now := await _seen_at(place)
	while now != before:
		before = now
		await get_tree().create_timer(0.3).timeout
		now = await _seen_at(place)
	return now

func _patterns() -> Array:
	var popup: PopupMenu = _beside("Pattern").find_children(
		"*", "MenuButton", true, false
	)[0].get_popup()
	return range(popup.item_count).map(
		func(index: int) -> String: return popup.get_item_text(index)
	)

func _look_back() -> void:
	var list: ItemList = trial.find_child("Turns", true, false)
	trial.ensure_control_visible(list)
	await frames(3)
	list.get_v_scroll_bar().value = 0
	await frames(2)
	await click(list.global_position + list.get_item_rect(0).get_center())
	seen.first = [_ports("mood"), _told("Expression")]
	var panel: ScrollContainer = dock.find_child("NodePanel", true, false)
	await _pin("mood", 0)
	await _pin("anger", 0)
	var outputs := panel.find_child("Outputs", true, false)
	seen.outputs = outputs.find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)
	seen.lit = await _lit()

## Whether the row of the state that the machine is in looks different from the other one.
func _lit() -> Array:
	var panel: ScrollContainer = dock.find_child("NodePanel", true, false)
	await click(_node("mood").get_global_rect().position + Vector2(40, 12))
	await frames(3)
	var edges := panel.find_children("*", "LineEdit", true, false).filter(
		func(line: LineEdit) -> bool: return line.text in ["calm", "cross"]
	).map(func(line: LineEdit) -> Vector2: return line.global_position + Vector2(0, 6))
	return [await _seen_at(edges[0]) != await _seen_at(edges[1]), edges.size()]

func _plot() -> void:
	await _tab(trial)
	await _press("React")
	var plot: ScrollContainer = dock.find_child("Plot", true, false)
	seen.plotted = [plot.is_visible_in_tree(), _legend(plot)]
	await _touch(plot.find_children("*", "Button", true, false)[0], plot)
	seen.unpinned = _legend(plot)
	await _press("Reset")
	seen.reset = [_turns(), _ports("mood"), _legend(plot)]
	await _press("React")
	seen.anew = _turns()
	await _touch(plot.find_children("*", "Button", true, false)[0], plot)
	seen.no_plot = plot.visible

func _legend(plot: Control) -> Array:
	return plot.find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)

func _rewrite() -> void:
	var panel: ScrollContainer = dock.find_child("NodePanel", true, false)
	await _tab(panel)
	await click(_node("words").get_global_rect().position + Vector2(40, 12))
	await frames(3)
	var field: TextEdit = panel.find_children("*", "TextEdit", true, false)[0]
	await _touch(field, panel)
	await chord([KEY_CTRL, KEY_END])
	await type("!")
	await until(func() -> bool: return "!" in str(_ports("words")), "the new answer")
	seen.edited = graph.json != text
	canvas.grab_focus()
	await chord([KEY_CTRL, KEY_Z])
	seen.undone = graph.json == text
	await until(func() -> bool: return not "!" in str(_ports("words")), "the old answer")
"""
)
SESSIONS = (
    HANDS
    + """
func visit() -> void:
	await _begin()
	await _session()
	await _leave()

func _session() -> void:
	await _press("Session…")
	await _choose_file("res://scene.tscn")
	seen.refused = trial.find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	)
	await _press("Session…")
	await _choose_file("res://fox.jsonl")
	seen.begun = _turns()
	await _press("Step")
	await _press("Step")
	seen.stepped = _turns().size()
	await _press("Play All")
	seen.played = _turns()
	await _press("Reset")
	seen.rewound = _turns()
	await _press("Step")
	await _press("React")
	var step := control("Button", "Step", trial) as Button
	seen.left = [_turns().size(), step.disabled]
	var choice: OptionButton = trial.find_children("*", "OptionButton", true, false)[0]
	seen.sessions = range(choice.item_count).map(
		func(index: int) -> String: return choice.get_item_text(index)
	)
	await _touch(choice)
	var popup := choice.get_popup()
	await until(func() -> bool: return popup.visible, "the sessions")
	for press in 2:
		if popup.get_focused_item() != 1:
			await key(KEY_DOWN)
	await key(KEY_ENTER)
	await until(func() -> bool: return _turns().is_empty(), "the other session")
	await _press("Play All")
	seen.second = _turns()
	await _press("Close")
	seen.closed = [_turns(), has("Button", "Step", trial)]

func _leave() -> void:
	await _press("React")
	var before := _ports("mood")
	EditorInterface.edit_resource(null)
	await frames(5)
	await _open("res://anger.npcgraph.json")
	seen.returned = [_ports("mood") == before, _turns().size()]
	await _open("res://pet.npcgraph.json")
	await frames(20)
	seen.other = _turns()
	seen.unchanged = load("res://anger.npcgraph.json").json == text
"""
)


def recorded(path: Path) -> None:
    """Two sessions, in which the NPC answers some interactions and refuses others."""
    npc = Profile("Juniper", cooldown=0.5, document=read_template("affinity"))
    for count, seed in ((12, 1), (5, 2)):
        game = Game(path, npc)
        game.begin()
        game.play(count, seed)
        game.request(expression="sad")
        game.end()


FILES = {
    "anger.npcgraph.json": json.dumps(DOCUMENT, indent=1),
    "pet.npcgraph.json": template_text("pet"),
    "scene.tscn": '[gd_scene format=3]\n[node name="Root" type="Node2D"]\n',
}


def visited(project: Path) -> Mapping[str, Any]:
    editor.import_assets(project)
    with screen() as env:
        if env is None:
            pytest.skip("A mouse needs a window: run this on a desktop, or install Xvfb.")
        visit = editor.visit(project, env)
    assert visit.run.ok, visit.run.faults
    return visit.seen


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The results of touches by hand."""
    return visited(editor.make_project(tmp_path_factory.mktemp("touches"), TOUCHES, FILES))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with recorded sessions."""
    made = editor.make_project(tmp_path_factory.mktemp("sessions"), SESSIONS, FILES)
    recorded(made / "fox.jsonl")
    return made


@pytest.fixture(scope="module")
def replayed(project: Path) -> Mapping[str, Any]:
    """The results of recorded sessions."""
    return visited(project)


def expected(count: int) -> list[str]:
    """The expressions of the touches that the script makes."""
    npc = NpcResponseEvaluator(DOCUMENT, clock=lambda: 0.0)
    touch = ToolInteraction("finger", "finger", pressure=0.4, speed=0.25, pattern="tap")
    times = [0.0, 3.0, 6.0, 66.0, 126.0][:count]
    return [params.expression for at in times if (params := npc.evaluate_at(touch, at))]


def test_touches_are_listed_with_their_answers(seen: Mapping[str, Any]) -> None:
    assert expected(4) == ["neutral", "neutral", "angry", "neutral"]
    assert seen["poked"] == [
        f"{at} s: tap of finger on nose → {expression}, idle, 0.25"
        for at, expression in zip((0, 3, 6), expected(3), strict=True)
    ]


def test_the_answer_is_told_in_full(seen: Mapping[str, Any]) -> None:
    assert seen["facts"][:4] == ["angry", "idle", "0.25", "tap for 120"]
    assert seen["facts"][4].isdigit()


def test_the_values_are_at_the_ports(seen: Mapping[str, Any]) -> None:
    mood, anger, duration = seen["ports"]
    assert "state: cross" in mood
    assert "value: 1" in anger
    assert "value: 120" in duration


def test_the_patterns_of_touches_are_suggested(seen: Mapping[str, Any]) -> None:
    assert seen["suggested"] == ["tap", "hold", "circular", "zigzag", "swipe", "stroke"]


def test_enter_touches_again(seen: Mapping[str, Any]) -> None:
    assert len(seen["forgiven"]) == 4
    assert seen["forgiven"][3].startswith("66 s: tap of finger on nose → neutral")
    assert seen["again"] == 5


def test_trying_changes_no_graph(seen: Mapping[str, Any]) -> None:
    assert seen["untouched"]


def test_values_are_on_the_wires(seen: Mapping[str, Any]) -> None:
    assert seen["wire"] == [True, True, True]


def test_the_state_of_a_machine_is_lit(seen: Mapping[str, Any]) -> None:
    assert seen["lit"] == [True, 2]


def test_an_earlier_turn_is_shown_again(seen: Mapping[str, Any]) -> None:
    ports, expression = seen["first"]
    assert "state: calm" in ports
    assert expression == "neutral"
    assert seen["outputs"] == ["outputs", "value", "0.4"]


def test_pinned_outputs_are_plotted_with_their_values(seen: Mapping[str, Any]) -> None:
    assert seen["plotted"] == [True, ["mood.state: calm", "anger.value: 0.4"]]
    assert seen["unpinned"] == ["anger.value: 0.4"]
    assert not seen["no_plot"]


def test_reset_forgets_everything(seen: Mapping[str, Any]) -> None:
    turns, ports, legend = seen["reset"]
    assert turns == []
    assert "state" in ports
    assert legend == ["anger.value"]
    assert len(seen["anew"]) == 1
    assert seen["anew"][0].startswith("0 s")


def test_an_edit_answers_the_turns_again_and_is_one_step(seen: Mapping[str, Any]) -> None:
    assert seen["edited"]
    assert seen["undone"]


def told(project: Path, index: int) -> list[str]:
    """The turns of a session as `npc-video replay` answers them, as in the list."""
    session = read_recording(project / "fox.jsonl").sessions[index]
    lines = []
    for turn, answer in answers(session, replace(session.npc or Profile(), document=DOCUMENT)):
        what, params = turn.what, answer.params
        at = f"{round(turn.at - session.at, 2):g} s"
        if params is None:
            lines.append((at, answer.refusal))
        else:
            lines.append((at, f"{params.expression}, {params.animation}, {params.intensity:.2f}"))
        assert isinstance(what, ToolInteraction) or turn is session.turns[-1]
    return [f"{at}|{words}" for at, words in lines]


def shown(lines: list[str]) -> list[str]:
    return [f"{line.partition(': ')[0]}|{line.partition(' → ')[2]}" for line in lines]


def test_a_session_is_answered_as_replay_does(replayed: Mapping[str, Any], project: Path) -> None:
    assert replayed["begun"] == []
    assert replayed["stepped"] == 2
    assert shown(replayed["played"]) == told(project, 0)
    assert "request of sad" in replayed["played"][-1]
    assert any("It has just answered" in line for line in replayed["played"])
    assert replayed["rewound"] == []
    assert shown(replayed["second"]) == told(project, 1)


def test_sessions_of_a_file_can_be_chosen(replayed: Mapping[str, Any]) -> None:
    assert replayed["sessions"] == [
        "fox.jsonl, line 1: Juniper, 13 turns",
        "fox.jsonl, line 15: Juniper, 6 turns",
    ]


def test_a_touch_by_hand_leaves_the_session(replayed: Mapping[str, Any]) -> None:
    assert replayed["left"] == [2, True]
    assert replayed["closed"] == [[], False]


def test_a_file_that_is_no_session_is_told(replayed: Mapping[str, Any]) -> None:
    assert any("scene.tscn, line 1 is not part" in text for text in replayed["refused"])


def test_a_trial_stays_with_its_graph(replayed: Mapping[str, Any]) -> None:
    assert replayed["returned"] == [True, 1]
    assert replayed["other"] == []
    assert replayed["unchanged"]
