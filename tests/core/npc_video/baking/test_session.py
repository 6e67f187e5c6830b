import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from npc_video import Profile, VideoParams
from npc_video.baking.session import NotPlayedError, read_sessions
from npc_video.errors import InvalidDataError
from npc_video.templates import read_template

from tests.core.npc_video.npc.recorded import NPC, Game

GUARD = Profile("Guard", document=read_template("guard"))


def counted(asked: list[VideoParams]) -> dict[Any, float]:
    keys = [params.cache_key() for params in asked]
    return {key: keys.count(key) / len(keys) for key in keys if keys.count(key) > 1}


def told(*paths: Path, npc: Profile = NPC) -> dict[Any, float]:
    weighted = read_sessions(paths, npc).weighted
    return {params.cache_key(): share for params, share in weighted if share}


def played(path: Path, npc: Profile = NPC, count: int = 20, seed: int = 0) -> list[VideoParams]:
    game = Game(path, npc)
    game.begin()
    game.play(count, seed)
    game.end()
    return game.asked


def test_what_was_played_is_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    game = Game(path)
    game.begin()
    game.play(60)
    game.request(expression="sleepy", loras=("wing",))
    game.request(expression="sleepy", loras=("wing",))
    game.end()
    assert told(path) == pytest.approx(counted(game.asked))


def test_sessions_of_several_files_and_runs_are_counted_together(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    asked = played(one) + played(one, seed=1) + played(other, seed=2)
    guard = played(other, GUARD)
    assert told(one, other) == pytest.approx(counted(asked))
    assert told(one, other, npc=GUARD) == pytest.approx(counted(guard))


def test_what_the_graph_answers_now_counts(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    played(path)
    changed = replace(NPC, base_prompt="a red fox")
    for params, _ in read_sessions([path], changed).weighted:
        assert params.prompt.startswith("a red fox, ")


def test_a_file_of_an_earlier_checkout_is_read(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    request = {"npc": "Juniper", "at": 1.0, "request": {"expression": "sleepy"}}
    path.write_text(2 * f"{json.dumps(request)}\n", "utf-8")
    (share,) = told(path).values()
    assert share == 1.0


def test_what_is_wrong_is_told_with_its_file(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.jsonl", tmp_path / "evening.jsonl"
    played(right)
    wrong.write_bytes(b"nonsense")
    with pytest.raises(InvalidDataError, match=r"^evening\.jsonl, line 1 "):
        read_sessions([right, wrong], NPC)


def test_who_was_not_played_with_is_told_and_who_was(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.touch()
    with pytest.raises(
        NotPlayedError, match=r"Juniper is not recorded in session\.jsonl: nothing is\."
    ):
        read_sessions([path], NPC)
    for name in ("Guard", "Clerk"):
        played(path, replace(GUARD, name=name))
    other = tmp_path / "other.jsonl"
    played(other, GUARD)
    with pytest.raises(
        NotPlayedError, match=r"Juniper .* session\.jsonl, other\.jsonl: only Guard, Clerk is\."
    ):
        read_sessions([path, other], NPC)
