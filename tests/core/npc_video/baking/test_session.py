import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator, Profile, VideoParams
from npc_video.baking.session import NotPlayedError, SessionWriter, read_session
from npc_video.errors import InvalidDataError
from npc_video.templates import read_template
from npc_video.touch.wandering import Wandering

NPC = Profile("Juniper", base_prompt="a fox", document=read_template("affinity"))


class Game:
    """Plays with an NPC, and records it."""

    def __init__(self, path: Path, npc: Profile = NPC, began: float = 1000.0):
        self.now = began
        self.npc = NpcResponseEvaluator(
            npc.metadata(), clock=lambda: self.now, apply_profile=npc.apply_profile
        )
        self.writer = SessionWriter(path, self.npc.metadata.npc.id)
        self.asked: list[VideoParams] = []

    def play(self, count: int, seed: int = 0) -> None:
        walk = Wandering(["gift", "song", "stick"], [], seed)
        for _ in range(count):
            self.now += walk.pause()
            touch = walk.touch()
            answer = self.npc.evaluate(touch)
            if answer is not None:
                self.writer.interaction(self.now, touch)
                self.asked.append(answer)


def counted(asked: list[VideoParams]) -> dict[Any, float]:
    keys = [params.cache_key() for params in asked]
    return {key: keys.count(key) / len(keys) for key in keys if keys.count(key) > 1}


def told(path: Path, npc: Profile = NPC) -> dict[Any, float]:
    weighted = read_session(path, npc).weighted
    return {params.cache_key(): share for params, share in weighted if share}


def test_what_was_played_is_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    game = Game(path)
    game.writer.begin(game.now, game.npc)
    game.play(60)
    game.writer.request(game.now, {"expression": "sleepy", "loras": ("wing",)})
    game.writer.request(game.now, {"expression": "sleepy", "loras": ("wing",)})
    sleepy = VideoParams(expression="sleepy", loras=("wing",))
    game.asked += [game.npc.asked_for(sleepy)] * 2
    assert told(path) == pytest.approx(counted(game.asked))


def test_it_goes_on_in_the_state_in_which_the_recording_began(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    unrecorded = Game(tmp_path / "another")
    unrecorded.play(40)
    game = Game(path, began=5.0)
    game.npc.from_dict(unrecorded.npc.to_dict())
    game.writer.begin(game.now, game.npc)
    game.play(40, seed=1)
    assert told(path) == pytest.approx(counted(game.asked))


def test_several_npcs_and_playthroughs_are_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    guard = Profile("Guard", document=read_template("guard"))
    one, other, later = Game(path), Game(path, guard), Game(path, began=3.0)
    for game in (one, other):
        game.writer.begin(game.now, game.npc)
    one.play(20)
    other.play(20)
    later.writer.begin(later.now, later.npc)
    later.play(20, seed=2)
    assert told(path) == pytest.approx(counted(one.asked + later.asked))
    assert told(path, guard) == pytest.approx(counted(other.asked))


def test_what_the_graph_answers_now_counts(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    game = Game(path)
    game.writer.begin(game.now, game.npc)
    game.play(60)
    changed = Profile("Juniper", base_prompt="a red fox", document=read_template("affinity"))
    for params, _ in read_session(path, changed).weighted:
        assert params.prompt.startswith("a red fox, ")


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        '{"npc": "Juniper", "at": 1.0}',
        '{"npc": "Juniper", "at": "now", "interaction": {"tool": "hand"}}',
        '{"npc": "Juniper", "at": 1e999, "interaction": {"tool": "hand"}}',
        '{"npc": "Juniper", "at": 1.0, "interaction": {"pressure": 0.5}}',
        '{"npc": "Juniper", "at": 1.0, "interaction": {}, "request": {}}',
        '{"npc": "Juniper", "at": 1.0, "request": {"colour": "red"}}',
        '{"npc": "Juniper", "at": 1.0, "state": {"version": 99}}',
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "session.jsonl"
    right = {"npc": "Juniper", "at": 0.0, "interaction": {"tool": "gift"}}
    path.write_text(f"{json.dumps(right)}\n\n{line}\n", "utf-8")
    with pytest.raises(InvalidDataError, match=r"[Ll]ine 3"):
        read_session(path, NPC)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "session"
    path.write_bytes(data)
    try:
        read_session(path, NPC)
    except InvalidDataError as error:
        assert "laythrough" in str(error)  # noqa: PT017


CUT = '{"npc": "Juniper", "at": 2.0, "interaction": {"tool": {"id": "gift"}}}'


@given(st.integers(1, len(CUT) - 1))
def test_a_line_that_a_crash_cut_short_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "session.jsonl"
    game = Game(path)
    game.writer.begin(game.now, game.npc)
    game.play(20)
    with path.open("a", encoding="utf-8") as file:
        file.write(CUT[:length])
    assert told(path) == pytest.approx(counted(game.asked))
    later = Game(path, began=3.0)
    later.writer.begin(later.now, later.npc)
    later.play(20, seed=2)
    assert told(path) == pytest.approx(counted(game.asked + later.asked))


@pytest.mark.parametrize("content", [b"nonsense", b"\xff\xfe"])
def test_what_is_wrong_is_told_with_its_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "evening.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidDataError, match=r"^evening\.jsonl"):
        read_session(path, NPC)


def test_who_was_not_played_with_is_told_and_who_was(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.touch()
    with pytest.raises(NotPlayedError, match=r"Juniper .* nothing is recorded"):
        read_session(path, NPC)
    for name in ("Guard", "Clerk"):
        game = Game(path, Profile(name, document=read_template("guard")))
        game.writer.begin(game.now, game.npc)
    with pytest.raises(NotPlayedError, match=r"Juniper .* session\.jsonl: it has Guard, Clerk\."):
        read_session(path, NPC)
