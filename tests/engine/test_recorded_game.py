"""A game that records its NPC and ends: `npc-video replay` gives the same answers without it."""

import json
from pathlib import Path
from typing import Any

import pytest
from npc_video import cli
from npc_video.npc.recording import read_recording
from npc_video.shipping.godot import run_project
from npc_video.templates import template_text

from tests.harness.games import play
from tools.engine import find

MAIN = """
extends SceneTree

const TOOLS: Array[String] = ["gift", "song", "treat", "stick"]

var player := NpcVideoPlayer.new()
var answers: Array[Dictionary] = []

func _initialize() -> void:
	_play()

func begin() -> void:
	await process_frame
	player.profile = NpcProfile.new()
	player.profile.npc_name = "Moss"
	player.profile.base_prompt = "a bear"
	player.profile.cooldown = 0.01
	player.profile.graph = NpcResponseGraph.new()
	player.profile.graph.template = "affinity"
	player.predictive = false
	root.add_child(player)
	player.reaction_started.connect(func(params: Dictionary) -> void: answers.append(params))
	player.react({"tool": "gift"})
	answers.clear()
	print("@records ", player.record_session("res://moss.jsonl"))

func touch(turn: int) -> void:
	player.react({
		"tool": TOOLS[turn % 4], "pressure": sqrt(turn) / 10.0, "duration": 1000.0 / (turn + 3.0),
		"timestamp": Time.get_ticks_usec() / 1000.0,
	})

func end() -> void:
	print("@told ", JSON.stringify(answers, "", false, true))
	print("@end")
	quit(0)

"""
IN_ONE_FRAME = """
func _play() -> void:
	await begin()
	for turn in 40:
		touch(turn)
		if turn % 3:
			await create_timer(0.02).timeout
	end()
"""
KILLED = """
func _play() -> void:
	await begin()
	for turn in 10:
		touch(turn)
		await create_timer(0.05).timeout
	OS.kill(OS.get_process_id())
"""


def replayed(session: Path, graph: Path, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    """The parameters that the command gives, without refusals."""
    capsys.readouterr()
    assert cli.main(["replay", str(session), str(graph), "--compare", "--json"]) == 0
    turns = json.loads(capsys.readouterr().out)["turns"]
    return [turn["answer"]["params"] for turn in turns if turn["answer"]["params"]]


def test_a_session_of_a_game_is_replayed_exactly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = play(tmp_path, MAIN + IN_ONE_FRAME).log
    assert "@records true" in log
    line = next(line for line in log.splitlines() if line.startswith("@told "))
    told = json.loads(line.removeprefix("@told "))
    graph = tmp_path / "moss.npcgraph.json"
    graph.write_text(template_text("affinity"), "utf-8")
    again = replayed(tmp_path / "moss.jsonl", graph, capsys)
    assert len(told) > 20
    assert [{key: each[key] for key in told[0]} for each in again] == told
    (session,) = read_recording(tmp_path / "moss.jsonl").sessions
    assert len(session.turns) == 40


def test_a_killed_game_leaves_its_session(tmp_path: Path) -> None:
    play(tmp_path, "extends SceneTree\n\nfunc _initialize():\n\tprint('@end')\n\tquit(0)\n")
    (tmp_path / "main.gd").write_text(MAIN + KILLED, "utf-8")
    engine = find()
    assert engine is not None
    arguments = ("--headless", "--script", "res://main.gd")
    run = run_project(engine, tmp_path, *arguments, seconds=30.0)
    assert run.exit_code != 0
    (session,) = read_recording(tmp_path / "moss.jsonl").sessions
    assert len(session.turns) == 10
