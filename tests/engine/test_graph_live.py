"""Live: the graph editor watches NPCs of one running game, and of two."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from npc_video import NpcResponseEvaluator, ToolInteraction
from npc_video.live.messages import turn_of, turn_text
from npc_video.npc.recording import read_recording

from tests.harness import editor
from tools.screen import screen

GRAPH = {
    "responseGraph": {
        "nodes": [
            {"id": "press", "type": "input.pressure", "data": {}},
            {"id": "sum", "type": "state.accumulator", "data": {"max": 1000000}},
            {
                "id": "mood",
                "type": "state.machine",
                "data": {
                    "states": [
                        {"id": "calm", "expression": "neutral"},
                        {"id": "cross", "expression": "angry"},
                    ],
                    "transitions": [
                        {"from": "calm", "to": "cross", "threshold": 0.7},
                        {"from": "cross", "to": "calm", "threshold": 0.2, "below": True},
                    ],
                },
            },
            {"id": "out", "type": "video.output", "data": {}},
        ],
        "connections": [
            {"id": "a", "from": "press", "fromPort": "value", "to": "mood", "toPort": "intensity"},
            {"id": "b", "from": "press", "fromPort": "value", "to": "sum", "toPort": "input"},
            {
                "id": "c",
                "from": "mood",
                "fromPort": "expression",
                "to": "out",
                "toPort": "expression",
            },
            {"id": "d", "from": "sum", "fromPort": "value", "to": "out", "toPort": "intensity"},
        ],
    }
}
GAME = """
extends Control

const PRESSURES := [0.1, 0.5, 0.9, 0.6]

var _player := NpcVideoPlayer.new()
var _turns := 0

func _ready() -> void:
	_player.profile = NpcProfile.new()
	_player.profile.npc_name = "Ember"
	_player.profile.cooldown = 0.0
	_player.profile.graph = load("res://ember.npcgraph.json")
	_player.name = "Ember"
	_player.size = Vector2(300, 300)
	add_child(_player)
	_player.record_session("res://game_%d.jsonl" % OS.get_process_id())
	var timer := Timer.new()
	timer.wait_time = 0.15
	timer.autostart = true
	timer.timeout.connect(_touch)
	add_child(timer)

func _touch() -> void:
	_turns += 1
	_player.react({"tool": "hand", "pressure": PRESSURES[_turns % 4], "duration": _turns})
"""
SCENE = """[gd_scene format=3]
[ext_resource type="Script" path="res://game.gd" id="1"]
[node name="Main" type="Control"]
script = ExtResource("1")
"""
COUNTER = """
@tool
extends EditorDebuggerPlugin
## Counts what games send, beside the graph editor.

var counts := {}
var turns := {}

func _has_capture(prefix: String) -> bool:
	return prefix == "npc_video"

func _capture(message: String, data: Array, session: int) -> bool:
	var key := "%d %s" % [session, message.get_slice(":", 1)]
	counts[key] = counts.get(key, 0) + 1
	if message == "npc_video:turn":
		turns.get_or_add(session, []).append(data[1])
	return true
"""
HELP = """
@tool
extends "res://addons/probe/hands.gd"

var counter: EditorDebuggerPlugin = load("res://addons/probe/counter.gd").new()

func dock() -> Node:
	return get_tree().root.find_child("NpcGraph", true, false)

func live() -> Control:
	return dock().find_child("Live", true, false)

func npcs() -> ItemList:
	return live().find_children("*", "ItemList", true, false)[0]

func canvas() -> GraphEdit:
	return dock().find_children("*", "GraphEdit", true, false)[0]

func count(key: String) -> int:
	return counter.counts.get(key, 0)

func begin() -> NpcResponseGraph:
	add_debugger_plugin(counter)
	var graph: NpcResponseGraph = load("res://ember.npcgraph.json")
	EditorInterface.edit_resource(graph)
	await frames(5)
	return graph

func show_live() -> void:
	(live().get_parent() as TabContainer).current_tab = live().get_index()
	await frames(5)

## The editor shows its output while games start, so the dock is chosen again.
func play(games: int) -> void:
	EditorInterface.play_main_scene()
	await until(func() -> bool: return npcs().item_count == games + 1, "the NPCs of games")
	for bar: TabBar in get_tree().root.find_children("*", "TabBar", true, false):
		for tab in bar.tab_count:
			if bar.get_tab_title(tab) == "NPC Graph":
				await click(bar.get_global_transform() * bar.get_tab_rect(tab).get_center())
	await until(func() -> bool: return dock().is_visible_in_tree(), "the dock")

func stop() -> void:
	EditorInterface.stop_playing_scene()
	await until(func() -> bool: return npcs().item_count == 1, "the end of the games")

func rows() -> Array:
	return range(npcs().item_count).map(func(row: int) -> String: return npcs().get_item_text(row))

## The turns that all games have recorded.
func played() -> int:
	var found := 0
	for file in DirAccess.get_files_at("res://"):
		if file.ends_with(".jsonl"):
			found += FileAccess.get_file_as_string("res://" + file).count("interaction")
	return found

func pass_turns(more: int) -> void:
	var before := played()
	await until(func() -> bool: return played() >= before + more, "turns of the games")

func watch_row(row: int) -> void:
	var place := npcs().get_item_rect(row).get_center()
	await click(npcs().get_global_transform() * place)

func values() -> Array:
	return canvas().find_children("*", "Label", true, false).map(
		func(label: Label) -> String: return label.text
	).filter(func(text: String) -> bool: return ": " in text)

func told() -> String:
	return "\\n".join(live().find_children("*", "Label", true, false).filter(
		func(label: Label) -> bool: return label.is_visible_in_tree()
	).map(func(label: Label) -> String: return label.text))

func picture(name: String) -> void:
	RenderingServer.force_draw()
	get_tree().root.get_texture().get_image().save_png("res://" + name)
"""
ONE = (
    HELP
    + """
func visit() -> void:
	var graph := await begin()
	await play(1)
	await pass_turns(8)
	seen.unwatched = count("0 turn")
	seen.hello = count("0 hello")
	await show_live()
	await until(func() -> bool: return count("0 turn") >= 3, "turns")
	seen.rows = rows()
	await until(func() -> bool: return values().size() > 3, "values on the canvas")
	await picture("watched.png")
	await _pause()
	await _replace(graph)
	await watch_row(0)
	await pass_turns(1)
	var before := count("0 turn")
	await pass_turns(6)
	seen.left = count("0 turn") - before
	await watch_row(1)
	await pass_turns(1)
	await stop()
	seen.ended = told()
	before = count("0 turn")
	await play(1)
	await until(func() -> bool: return count("0 turn") > before, "turns of the next game")
	seen.turns = counter.turns[0]
	await stop()

func _pause() -> void:
	var choice: OptionButton = live().find_children("*", "OptionButton", true, false)[0]
	seen.states = range(choice.item_count).map(choice.get_item_text)
	choice.grab_focus()
	await key(KEY_ENTER)
	await key(KEY_DOWN)
	await key(KEY_DOWN)
	await key(KEY_ENTER)
	seen.chosen = choice.get_item_text(choice.selected)
	await until(func() -> bool: return count("0 paused") == 1, "the pause")
	await until(func() -> bool: return "Paused" in told(), "the sentence")
	seen.paused = told()
	var turns := count("0 turn")
	var since := Time.get_ticks_msec()
	await until(func() -> bool: return Time.get_ticks_msec() > since + 1000, "a second")
	seen.meanwhile = count("0 turn") - turns
	await picture("paused.png")
	choice.select(0)
	choice.item_selected.emit(0)
	await press("Continue", live())
	await until(func() -> bool: return count("0 turn") > turns, "the next turn")
	await pass_turns(6)
	seen.pauses = count("0 paused")

func _replace(graph: NpcResponseGraph) -> void:
	var right := graph.json
	graph.json = right.replace('"type": "input.pressure"', '"type": "input.pressures"')
	await press("Send", live())
	await until(func() -> bool: return count("0 refused") == 1, "the refusal")
	await frames(3)
	seen.refused = told()
	seen.hellos = count("0 hello")
	graph.json = right.replace('"angry"', '"annoyed"')
	await press("Send", live())
	await until(func() -> bool: return count("0 hello") == seen.hellos + 1, "the new graph")
	var turns := count("0 turn")
	await until(func() -> bool: return count("0 turn") > turns + 4, "turns with it")
	seen.same = "another version" not in told()
	graph.json = right
"""
)
TWO = (
    HELP
    + """
func visit() -> void:
	await begin()
	await show_live()
	await play(2)
	await until(func() -> bool: return count("0 turn") + count("1 turn") > 2, "turns of the first")
	seen.rows = rows()
	seen.first = [count("0 turn") > 0, count("1 turn") > 0]
	var other := 0 if seen.first[1] else 1
	await watch_row(2 if npcs().is_selected(1) else 1)
	await until(func() -> bool: return count("%d turn" % other) > 2, "the other one's turns")
	var before := count("%d turn" % (1 - other))
	await pass_turns(8)
	seen.meanwhile = count("%d turn" % (1 - other)) - before
	await picture("two.png")
	await stop()
"""
)


def visit(folder: Path, script: str, files: Mapping[str, str]) -> tuple[Path, Mapping[str, Any]]:
    project = editor.make_project(
        folder,
        script,
        {
            "ember.npcgraph.json": json.dumps(GRAPH, indent=1),
            "main.tscn": SCENE,
            "game.gd": GAME,
            "addons/probe/counter.gd": COUNTER,
            **files,
        },
    )
    with (project / "project.godot").open("a", encoding="utf-8") as settings:
        settings.write('[application]\nrun/main_scene="res://main.tscn"\n')
    editor.import_assets(project)
    with screen() as env:
        if env is None:
            pytest.skip("there is no screen here, and no Xvfb")
        made = editor.visit(project, env)
    assert made.run.ok, made.run.faults
    return project, made.seen


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    return visit(tmp_path_factory.mktemp("one"), ONE, {})


def test_a_game_that_nobody_watches_sends_no_turns(one: tuple[Path, Mapping[str, Any]]) -> None:
    _, seen = one
    assert seen["unwatched"] == 0
    assert seen["hello"] == 1
    assert seen["left"] == 0


def test_the_npc_of_the_open_graph_is_watched_when_live_is_shown(
    one: tuple[Path, Mapping[str, Any]],
) -> None:
    assert one[1]["rows"] == ["Nobody", "Ember"]


def test_the_game_pauses_where_a_state_is_entered(one: tuple[Path, Mapping[str, Any]]) -> None:
    _, seen = one
    assert seen["states"] == ["Never", "mood: calm", "mood: cross"]
    assert seen["chosen"] == "mood: cross"
    assert "Paused: mood is in cross now." in seen["paused"]
    assert seen["meanwhile"] == 0
    assert seen["pauses"] == 1


def test_a_graph_is_replaced_and_the_memory_stays(one: tuple[Path, Mapping[str, Any]]) -> None:
    _, seen = one
    turns = [turn_of(text) for text in seen["turns"]]
    later = [turn for turn in turns if turn.answer.expression == "annoyed"]
    first = turns.index(later[0])
    assert "angry" in {turn.answer.expression for turn in turns[:first]}
    assert later[0].trace["sum"].cell > turns[first - 1].trace["sum"].cell
    assert seen["same"]


def test_a_wrong_graph_is_refused_with_the_reason(one: tuple[Path, Mapping[str, Any]]) -> None:
    assert "The NPC keeps its graph" in one[1]["refused"]
    assert "input.pressures" in one[1]["refused"]


def test_live_shows_what_a_replay_of_the_session_gives(
    one: tuple[Path, Mapping[str, Any]],
) -> None:
    project, seen = one
    replayed = set()
    for path in project.glob("game_*.jsonl"):
        for session in read_recording(path).sessions:
            assert session.npc is not None
            evaluator: NpcResponseEvaluator = session.evaluator(session.npc)
            for recorded in session.turns:
                assert isinstance(recorded.what, ToolInteraction)
                turn = evaluator.traced_at(recorded.what, recorded.at)
                assert turn is not None
                replayed.add(turn_text(turn))
    sent = {turn_text(turn_of(text)) for text in seen["turns"]}
    assert len(sent) >= 10
    assert sent <= replayed


def test_the_next_game_is_watched_again(one: tuple[Path, Mapping[str, Any]]) -> None:
    assert "Play the game" in one[1]["ended"]


CONFIG = """[debug_options]
multiple_instances_enabled=true
run_instances_config=[{
"arguments": "",
"features": "",
"override_args": false,
"override_features": false
}, {
"arguments": "",
"features": "",
"override_args": false,
"override_features": false
}]
"""


def test_only_one_npc_of_two_games_is_watched(tmp_path: Path) -> None:
    _, seen = visit(tmp_path, TWO, {".godot/editor/project_metadata.cfg": CONFIG})
    assert seen["rows"] == ["Nobody", "Ember (game 1)", "Ember (game 2)"]
    assert seen["first"].count(True) == 1
    assert seen["meanwhile"] == 0
