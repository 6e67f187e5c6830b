"""A game that is saved, ended and loaded: its NPC remembers, and is foreseen as before."""

import json
from pathlib import Path

from tests.harness.games import play

MAIN = """
extends SceneTree

const GRAPH := {
	"nodes": [
		{"id": "p", "type": "input.pressure"},
		{"id": "tool", "type": "input.tool"},
		{"id": "meter", "type": "state.accumulator", "data": {"max": 100}},
		{"id": "part", "type": "math.multiply", "data": {"value": 0.01}},
		{"id": "text", "type": "video.prompt", "data": {"template": "by {tool}, {level} in all"}},
		{"id": "out", "type": "video.output"},
	],
	"connections": [
		{"from": "p", "fromPort": "value", "to": "meter", "toPort": "input"},
		{"from": "meter", "fromPort": "value", "to": "part", "toPort": "a"},
		{"from": "part", "fromPort": "value", "to": "out", "toPort": "intensity"},
		{"from": "tool", "fromPort": "tool", "to": "text", "toPort": "tool"},
		{"from": "tool", "fromPort": "tool", "to": "out", "toPort": "expression"},
		{"from": "meter", "fromPort": "value", "to": "text", "toPort": "level"},
		{"from": "text", "fromPort": "prompt", "to": "out", "toPort": "prompt"},
	],
}
const TOOLS: Array[String] = ["hand", "hand", "feather", "treat"]
const PRESSURE := {"hand": 0.25, "feather": 0.5, "treat": 1.0}

var player := NpcVideoPlayer.new()
var ahead: Array[String] = []
var turn := 0

func _initialize() -> void:
	_play()

func begin() -> void:
	await process_frame
	player.profile = NpcProfile.new()
	player.profile.npc_name = "Moss"
	player.profile.cooldown = 0.0
	player.profile.graph = NpcResponseGraph.new()
	player.profile.graph.json = JSON.stringify({"responseGraph": GRAPH})
	player.preset = NpcVideoPlayer.QUALITY_REALTIME
	player.fallback = NpcVideoPlayer.FALLBACK_PLACEHOLDER
	player.progressive = false
	player.size = Vector2(64, 64)
	player.set_generator(make_clip)
	root.add_child(player)
	await player.clip_started

func make_clip(request: Dictionary) -> Array[Image]:
	if request.deadline == INF:
		ahead.append(request.prompt)
	var frames: Array[Image] = []
	for index in 2:
		frames.append(Image.create(16, 16, false, Image.FORMAT_RGB8))
	return frames

func touch() -> String:
	var answers: Array[String] = []
	var hear := func(params: Dictionary) -> void: answers.append(params.prompt)
	player.reaction_started.connect(hear)
	player.react({"tool": TOOLS[turn % 4], "pressure": PRESSURE[TOOLS[turn % 4]]})
	player.reaction_started.disconnect(hear)
	turn += 1
	return answers[0]

## What is made from here on, until nothing more is.
func made_ahead() -> Array[String]:
	# What is made now would come after the cache was cleared.
	await create_timer(1.0).timeout
	while player.get_stats().queue.running or player.get_stats().queue.waiting:
		await process_frame
	player.clear_cache()
	ahead.clear()
	var seen := -1
	while seen != ahead.size():
		seen = ahead.size()
		await create_timer(2.5).timeout
	var made := ahead.duplicate()
	made.sort()
	return made

func end() -> void:
	var answers: Array[String] = []
	var made := await made_ahead()
	for each in 5:
		answers.append(touch())
	print("@told ", JSON.stringify({"made": made, "answers": answers}))
	print("@end")
	quit(0)
"""
BEFORE = """
func _play() -> void:
	await begin()
	for each in 40:
		touch()
		await create_timer(0.05).timeout
	var file := FileAccess.open("res://saved.json", FileAccess.WRITE)
	file.store_string(JSON.stringify({"turn": turn, "state": player.save_state()}))
	file.close()
	end()
"""
AFTER = """
func _play() -> void:
	await begin()
	var saved: Dictionary = JSON.parse_string(FileAccess.get_file_as_string("res://saved.json"))
	turn = saved.turn
	print("@loaded ", player.load_state(saved.state))
	await player.clip_started  # it is seen as it opens
	end()
"""


def told(log: str) -> dict[str, list[str]]:
    line = next(line for line in log.splitlines() if line.startswith("@told "))
    return dict(json.loads(line.removeprefix("@told ")))


def test_a_loaded_game_remembers_and_predicts_as_the_one_that_was_saved(tmp_path: Path) -> None:
    before = told(play(tmp_path, MAIN + BEFORE).log)
    log = play(tmp_path, MAIN + AFTER).log
    assert "@loaded true" in log
    after = told(log)
    assert before["made"]
    assert after == before
    assert set(before["made"]) & set(before["answers"])  # it was worth it
