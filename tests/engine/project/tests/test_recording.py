"""Sessions are recorded, to replay them and to bake from them."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

from engine_tests import EngineTest, Steps, until
from godot import OS
from npc_video import VideoParams
from npc_video.baking.session import read_sessions
from npc_video.npc.recording import Recording, SessionFile, read_recording
from npc_video.npc.replay import answers
from npc_video_player import NpcProfile, NpcResponseGraph
from npc_video_player.player import recorder
from players import made_player, player_in


def file_of(name: str) -> Path:
    """The file of `user://name`, which is not there yet."""
    file = Path(OS.get_user_data_dir()) / name
    file.unlink(missing_ok=True)
    return file


def replayed(file: Path) -> list[VideoParams | None]:
    """The answers of the NPC, as it was recorded, to all turns."""
    found: list[VideoParams | None] = []
    for session in read_recording(file).sessions:
        assert session.npc is not None
        found += [answer.params for _, answer in answers(session, session.npc)]
    return found


def turns_in(file: Path) -> int:
    """The number of turns; 0 while the last line is being written."""
    recording: Recording = read_recording(file)
    return 0 if recording.cut else sum(len(each.turns) for each in recording.sessions)


class Warnings:
    """Hears the warnings of recorders."""

    def __enter__(self) -> list[str]:
        told: list[str] = []
        self._kept, recorder.push_warning = recorder.push_warning, told.append
        return told

    def __exit__(self, *_: object) -> None:
        recorder.push_warning = self._kept


def npc(name: str) -> NpcProfile:
    """An NPC that uses all that a profile has, and answers at once again."""
    profile = NpcProfile()
    profile.npc_name, profile.base_prompt, profile.style = name, "a dragon", "ink"
    profile.loras, profile.cooldown = {"wing": 0.5}, 0.0
    profile.enabled_tools, profile.seed_policy = ["feather", "hand"], "reaction"
    profile.graph = NpcResponseGraph()
    profile.graph.template = "tickle_game"
    return profile


def test_a_session_is_replayed_exactly(test: EngineTest) -> Steps:
    file = file_of("exact.jsonl")
    player = player_in(test, predictive=False, profile=npc("Exact"))
    shown: list[VideoParams | None] = []
    player.reaction_started.connect(lambda look: shown.append(VideoParams.from_dict(look)))
    assert player.react({"tool": "hand", "pressure": 0.3})  # before the recording
    shown.clear()
    assert player.record_session("user://exact.jsonl")
    for step in range(5):
        touch = {"tool": "feather", "zone": "belly", "pressure": 0.1 * step, "duration": 333.3}
        assert player.react(touch)
        yield
    assert not player.react({"tool": "stick"})
    shown.append(None)
    saved = player.save_state()
    assert player.react({"tool": "feather", "zone": "feet", "pressure": 1.0})
    yield
    assert player.load_state(saved)
    assert player.react({"tool": {"id": "hand_1", "type": "hand"}, "pressure": 0.7})
    player.reset()
    assert player.react({"tool": "feather", "zone": "belly"})
    profile = npc("Exact")
    profile.base_prompt = "a red dragon"
    player.profile = profile
    assert player.react({"tool": "feather", "zone": "belly"})
    assert player.record_session("")
    assert player.react({"tool": "feather", "zone": "belly"})  # after it
    shown.pop()
    yield from until(lambda: turns_in(file) == len(shown))
    again = replayed(file)
    assert [None if each is None else each.to_dict() for each in again] == [
        None if each is None else each.to_dict() for each in shown
    ]
    assert len(read_recording(file).sessions) == 4
    file.unlink()


def test_what_is_played_can_be_baked(test: EngineTest) -> Steps:
    file = file_of("session.jsonl")
    player = player_in(
        test, npc_name="Recorded", predictive=False, session_file="user://session.jsonl"
    )
    reactions: list[dict] = []
    player.reaction_started.connect(reactions.append)
    assert player.react({"tool": "feather", "zone": "cheek", "pressure": 0.7})
    assert not player.react({"tool": "feather"})  # it rests, and that is recorded, too
    assert player.request({"expression": "sad", "loras": ["wing"]})
    test.expect_error("request: expression")
    assert not player.request({"expression": 5})
    yield from until(lambda: file.exists() and turns_in(file) == 3)
    shown = [params for params, _ in read_sessions([file], player._npc.profile).weighted]
    assert [params.expression for params in shown] == [
        "neutral",
        reactions[0]["expression"],
        "sad",
    ]
    assert shown[1].prompt == reactions[0]["prompt"]
    file.unlink()


def test_each_player_has_a_file_of_its_own(test: EngineTest) -> None:
    one, other = file_of("one.jsonl"), file_of("other.jsonl")
    players = [player_in(test, npc_name=name, predictive=False) for name in ("One", "Other")]
    with Warnings() as told:
        assert players[0].record_session("user://one.jsonl")
        assert not players[1].record_session(str(one))
        assert players[1].record_session("user://other.jsonl")
        players[1].session_file = "user://one.jsonl"
        assert players[1].react({"tool": "feather"})
        assert players[1].react({"tool": "stick"}) is False
    assert len(told) == 2
    assert "another player records in one.jsonl: give each player a file of its own." in told[0]
    assert "session_file: user://one.jsonl: nothing is recorded" in told[1]
    for player, file in zip(players, (one, other), strict=True):
        player.record_session("")
        file.unlink()


def test_a_recording_ends_with_its_player(test: EngineTest) -> Steps:
    file = file_of("ended.jsonl")
    player = player_in(test, npc_name="Ended", predictive=False)
    assert player.record_session("user://ended.jsonl")
    assert player.react({"tool": "feather"})
    player.free()
    later = player_in(test, npc_name="Ended", predictive=False)
    assert later.record_session("user://ended.jsonl")
    assert not later.react({"tool": "feather"})  # it remembers, and rests
    yield from until(lambda: turns_in(file) == 2)
    assert len(read_recording(file).sessions) == 2
    later.record_session("")
    file.unlink()


def test_a_player_outside_of_a_scene_is_recorded_when_it_enters_one(test: EngineTest) -> Steps:
    file = file_of("outside.jsonl")
    player = made_player(npc_name="Outside", predictive=False)
    assert player.record_session("user://outside.jsonl")
    test.add_child(player)
    assert player.react({"tool": "feather"})
    yield from until(lambda: turns_in(file) == 1)
    player.record_session("")
    file.unlink()


def test_a_file_that_cannot_be_written_is_told_once(test: EngineTest) -> None:
    player = player_in(
        test, npc_name="Unrecorded", predictive=False, session_file="user://no/such/folder.jsonl"
    )
    with Warnings() as told:
        assert player.react({"tool": "feather"})
        assert player.request({"expression": "sad"})
    (line,) = told
    assert "session_file: user://no/such/folder.jsonl cannot be written to" in line


class Exported:
    """The engine's `OS` in a game that was exported for testing."""

    def has_feature(self, name: str) -> bool:
        return name == "template"

    def is_debug_build(self) -> bool:
        return True


def test_an_exported_game_does_not_record_in_its_own_files(test: EngineTest) -> None:
    player = player_in(test, npc_name="Exported", predictive=False)
    kept, recorder.OS = recorder.OS, Exported()
    try:
        with Warnings() as told:
            assert not player.record_session("res://exported.jsonl")
    finally:
        recorder.OS = kept
    assert told == [
        "NPC Video Player: record_session: res://exported.jsonl: an exported game cannot write to"
        " its own files: use user://."
    ]


def test_another_file_of_the_game_is_left_alone(test: EngineTest) -> None:
    file = file_of("notes.txt")
    file.write_text("Buy milk.\n", "utf-8")
    player = player_in(test, npc_name="Careful", predictive=False)
    with Warnings() as told:
        assert not player.record_session("user://notes.txt")
    assert "notes.txt is something else than recorded sessions: name a new file." in told[0]
    assert file.read_text("utf-8") == "Buy milk.\n"
    file.unlink()


def test_a_full_disk_is_told_once_and_the_game_goes_on(test: EngineTest) -> Steps:
    file = file_of("full.jsonl")
    player = player_in(test, npc_name="Full", predictive=False)
    assert player.record_session("user://full.jsonl")
    yield from until(lambda: len(read_recording(file).sessions) == 1)
    written: list[bytes] = []

    def write(_: SessionFile, line: bytes) -> None:
        written.append(line)
        raise OSError(errno.ENOSPC, "No space left on device")

    kept, SessionFile.write = SessionFile.write, write  # type: ignore[method-assign]
    try:
        with Warnings() as told:
            assert player.request({"expression": "sad"})
            yield from until(lambda: len(written) == 1)
            for expression in ("happy", "shy"):
                assert player.request({"expression": expression})
    finally:
        SessionFile.write = kept  # type: ignore[method-assign]
    assert told == [
        "NPC Video Player: record_session: user://full.jsonl cannot be written to (No space left"
        " on device): nothing more is recorded."
    ]
    assert player.record_session("user://full.jsonl")
    player.record_session("")
    file.unlink()


def test_a_wrong_graph_is_not_recorded(test: EngineTest) -> None:
    player = player_in(test, npc_name="Wrong", predictive=False)
    failed: list[str] = []
    player.generation_failed.connect(failed.append)
    profile: Any = NpcProfile()
    profile.graph = NpcResponseGraph()
    profile.graph.json = (
        '{"responseGraph": {"nodes": [{"id": "a", "type": "telepathy"}], "connections": []}}'
    )
    player.profile = profile
    file = file_of("wrong.jsonl")
    assert not player.record_session("user://wrong.jsonl")
    assert failed
    assert "telepathy" in failed[0]
    assert not file.exists()
