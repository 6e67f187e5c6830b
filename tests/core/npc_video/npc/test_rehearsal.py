from dataclasses import replace
from pathlib import Path

import pytest
from npc_video.npc.profile import Profile
from npc_video.npc.recording import Session, Turn, read_recording
from npc_video.npc.rehearsal import Rehearsal
from npc_video.npc.replay import answers
from npc_video.records import ToolInteraction, VideoParams
from npc_video.templates import TEMPLATES, read_template

from .recorded import NPC, Game

PET = Profile(name="Ember", document=read_template("pet"), cooldown=0.5)
TELEPATHY = {"nodes": [{"id": "x", "type": "telepathy"}], "connections": []}
BROKEN = replace(PET, document={"responseGraph": TELEPATHY})


def touch(tool: str, zone: str = "unknown", pressure: float = 0.5) -> ToolInteraction:
    return ToolInteraction(tool, tool, pressure=pressure, zone=zone)


def warmed(rehearsal: Rehearsal, times: int) -> VideoParams:
    for _ in range(times):
        answer = rehearsal.react(touch("brush", pressure=0.3), rehearsal.now + 0.5)
    assert isinstance(answer, VideoParams)
    return answer


# ---- By hand ----


def test_it_answers_as_the_npc_does() -> None:
    rehearsal = Rehearsal(PET)
    answer = rehearsal.react(touch(rehearsal.tools[0]), 3.0)
    assert isinstance(answer, VideoParams)
    assert answer.npc_name == "Ember"
    assert rehearsal.problems == []


def test_why_it_does_not_answer() -> None:
    rehearsal = Rehearsal(replace(PET, tools=("hand",), zones=("nose",)))
    assert rehearsal.react(touch(""), 1.0) == "Choose a tool to touch the NPC with."
    answer = rehearsal.react(touch("stick", "nose"), 1.0)
    assert answer == "It does not answer to stick, only to hand."
    answer = rehearsal.react(touch("hand", "ear"), 1.0)
    assert answer == "It does not answer at ear, only at nose."
    assert isinstance(rehearsal.react(touch("hand"), 1.0), VideoParams)
    answer = rehearsal.react(touch("hand", "nose"), 1.0)
    assert answer == "It has just answered, and waits 0.5 s."
    assert isinstance(rehearsal.react(touch("hand", "nose"), 1.5 - 1e-12), VideoParams)


def test_a_session_ends_until_it_is_reset() -> None:
    document = {**PET.document, "interaction": {"maxSessionDuration": 1000}}
    rehearsal = Rehearsal(replace(PET, document=document))
    rehearsal.react(touch("hand"), 0.0)
    assert "reset it" in str(rehearsal.react(touch("hand"), 2.0))
    rehearsal.reset()
    assert isinstance(rehearsal.react(touch("hand"), 2.0), VideoParams)


def test_the_patterns_of_the_graph_are_known() -> None:
    rehearsal = Rehearsal(PET)
    assert "stroke" in rehearsal.patterns
    known = rehearsal.patterns
    rehearsal.change(BROKEN)
    assert rehearsal.patterns == known


def test_turns_are_kept_with_their_times_and_values() -> None:
    rehearsal = Rehearsal(replace(PET, tools=("hand",)))
    rehearsal.react(touch("hand"), 100.0)
    rehearsal.react(touch("stick"), 101.0)
    rehearsal.react(touch("hand", "belly"), 102.5)
    first, refused, last = rehearsal.turns
    assert (first.at, refused.at, last.at) == (0.0, 1.0, 2.5)
    assert refused.answer == "It does not answer to stick, only to hand."
    assert refused.traced is None
    assert last.traced is not None
    assert (last.traced.at, last.traced.touch) == (2.5, touch("hand", "belly"))
    assert last.traced.answer == last.answer
    assert rehearsal.now == 102.5


# ---- Changes of the NPC ----


def test_changes_keep_what_it_remembers() -> None:
    expected = warmed(Rehearsal(PET), 6)
    changed = Rehearsal(PET)
    warmed(changed, 5)
    changed.change(replace(PET, base_prompt="a dragon"))
    answer = warmed(changed, 1)
    assert answer.expression == expected.expression
    assert answer.intensity == expected.intensity
    assert answer.prompt.startswith("a dragon")


def test_a_change_plays_all_turns_again() -> None:
    there = Rehearsal(replace(PET, document=read_template("affinity")))
    changed = Rehearsal(PET)
    for rehearsal in (there, changed):
        warmed(rehearsal, 5)
    assert changed.turns != there.turns
    changed.change(there.npc)
    assert changed.turns == there.turns


def test_a_broken_graph_is_told_and_costs_no_memory() -> None:
    expected = warmed(Rehearsal(PET), 6)
    broken = Rehearsal(PET)
    warmed(broken, 5)
    known, turns = broken.tools, broken.turns
    broken.change(BROKEN)
    assert any("telepathy" in problem for problem in broken.problems)
    assert "fixed" in str(broken.react(touch("brush"), broken.now + 1.0))
    assert (broken.tools, broken.turns) == (known, turns)
    broken.change(PET)
    assert warmed(broken, 1) == expected


def test_reset_forgets() -> None:
    rehearsal = Rehearsal(PET)
    first = rehearsal.react(touch("brush"), 7.0)
    warmed(rehearsal, 5)
    rehearsal.reset()
    assert (rehearsal.turns, rehearsal.now) == ([], 0.0)
    assert rehearsal.react(touch("brush"), 0.5) == first
    rehearsal.change(BROKEN)
    rehearsal.reset()
    rehearsal.change(PET)
    assert rehearsal.react(touch("brush"), 0.5) == first


# ---- Recorded sessions ----


@pytest.fixture
def session(tmp_path: Path) -> Session:
    game = Game(tmp_path / "fox.jsonl")
    game.play(3)
    game.begin()
    game.play(40, seed=1)
    game.request(expression="sad")
    game.play(10, seed=2)
    game.end()
    (found,) = read_recording(tmp_path / "fox.jsonl").sessions
    return found


def told(rehearsal: Rehearsal) -> list[tuple[float, object, object]]:
    return [(turn.at, turn.what, turn.answer) for turn in rehearsal.turns]


def replayed(session: Session, document: dict[str, object]) -> list[tuple[float, object, object]]:
    npc = replace(session.npc or Profile(), document=document)
    return [
        (turn.at - session.at, turn.what, answer.params or answer.refusal)
        for turn, answer in answers(session, npc)
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_session_is_answered_as_replay_does(session: Session, name: str) -> None:
    document = read_template(name)
    rehearsal = Rehearsal(replace(PET, document=document))
    rehearsal.begin(session)
    assert (rehearsal.turns, rehearsal.left) == ([], 51)
    while rehearsal.left:
        assert rehearsal.step() == ""
    assert told(rehearsal) == replayed(session, document)
    assert any(isinstance(turn.answer, str) for turn in rehearsal.turns)
    rehearsal.reset()
    rehearsal.step(rehearsal.left)
    assert told(rehearsal) == replayed(session, document)


def test_a_request_has_no_values(session: Session) -> None:
    rehearsal = Rehearsal(NPC)
    rehearsal.begin(session)
    rehearsal.step(41)
    request = rehearsal.turns[40]
    assert isinstance(request.what, VideoParams)
    assert isinstance(request.answer, VideoParams)
    assert request.traced is None


def test_the_session_is_played_again_after_a_change(session: Session) -> None:
    rehearsal = Rehearsal(PET)
    rehearsal.begin(session)
    rehearsal.step(20)
    rehearsal.change(NPC)
    assert rehearsal.left == 31
    rehearsal.step(31)
    assert told(rehearsal) == replayed(session, dict(NPC.document))


def test_a_touch_by_hand_leaves_the_session(session: Session) -> None:
    rehearsal = Rehearsal(NPC)
    rehearsal.begin(session)
    rehearsal.step(2)
    rehearsal.react(touch("song"), rehearsal.now + 60.0)
    assert rehearsal.left == 0
    rehearsal.reset()
    assert rehearsal.left == 51
    rehearsal.begin(None)
    assert (rehearsal.left, rehearsal.session) == (0, None)


def test_a_wrong_state_of_a_session_is_told() -> None:
    session = Session("fox.jsonl", 3, 0.0, "fox", state={}, turns=(Turn(4, 1.0, touch("song")),))
    rehearsal = Rehearsal(NPC)
    rehearsal.begin(session)
    assert "fox.jsonl, line 3" in rehearsal.step()
    assert rehearsal.turns == []
    rehearsal.change(BROKEN)
    assert "mistakes" in rehearsal.step()
    rehearsal.begin(None)
    rehearsal.change(NPC)
    assert isinstance(rehearsal.react(touch("song"), 0.0), VideoParams)
