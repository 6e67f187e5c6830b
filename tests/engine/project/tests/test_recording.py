"""Playthroughs are recorded, to bake from them."""

from __future__ import annotations

from pathlib import Path

from engine_tests import EngineTest
from godot import OS
from npc_video.baking.session import read_session
from npc_video_player import NpcVideoPlayer
from npc_video_player.player import recorder
from players import player_in


def recorded(test: EngineTest, name: str, npc: str) -> tuple[NpcVideoPlayer, Path]:
    file = Path(OS.get_user_data_dir()) / name
    file.unlink(missing_ok=True)
    player = player_in(test, npc_name=npc, predictive=False, session_file=f"user://{name}")
    return player, file


def test_what_is_played_can_be_baked(test: EngineTest) -> None:
    player, file = recorded(test, "session.jsonl", "Recorded")
    reactions: list[dict] = []
    player.reaction_started.connect(reactions.append)
    assert player.react({"tool": "feather", "zone": "cheek", "pressure": 0.7})
    assert not player.react({"tool": "feather"})  # it rests, and that changes nothing
    assert player.request({"expression": "sad"})
    test.expect_error("request: expression")
    assert not player.request({"expression": 5})
    assert [line.count('"npc": "Recorded"') for line in file.read_text("utf-8").splitlines()] == [
        1
    ] * 3
    shown = [params for params, _ in read_session(file, player._npc.profile).weighted]
    assert [params.expression for params in shown] == [
        "neutral",
        reactions[0]["expression"],
        "sad",
    ]
    assert shown[1].prompt == reactions[0]["prompt"]
    file.unlink()


def test_a_file_that_cannot_be_written_is_told_once(test: EngineTest) -> None:
    player = player_in(
        test, npc_name="Unrecorded", predictive=False, session_file="user://no/such/folder.jsonl"
    )
    told: list[str] = []
    recorder.push_warning, kept = told.append, recorder.push_warning
    try:
        assert player.react({"tool": "feather"})
        assert player.request({"expression": "sad"})
    finally:
        recorder.push_warning = kept
    (line,) = told
    assert "session_file: user://no/such/folder.jsonl cannot be written to" in line
