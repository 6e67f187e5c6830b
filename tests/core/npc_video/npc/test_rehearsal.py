import json
from dataclasses import replace

from npc_video.npc.profile import Profile
from npc_video.npc.rehearsal import Rehearsal
from npc_video.records import VideoParams
from npc_video.templates import template_text

PET = Profile(name="Ember", document=json.loads(template_text("pet")), cooldown=0.5)
TELEPATHY = {"nodes": [{"id": "x", "type": "telepathy"}], "connections": []}
BROKEN = replace(PET, document={"responseGraph": TELEPATHY})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def rehearsed(npc: Profile = PET) -> tuple[Rehearsal, Clock]:
    clock = Clock()
    return Rehearsal(npc, clock), clock


def test_it_answers_as_the_npc_does() -> None:
    rehearsal, _ = rehearsed()
    answer = rehearsal.react(rehearsal.tools[0], "", 0.4)
    assert isinstance(answer, VideoParams)
    assert answer.npc_name == "Ember"
    assert rehearsal.problems == []


def test_why_it_does_not_answer() -> None:
    rehearsal, clock = rehearsed(replace(PET, tools=("hand",), zones=("nose",)))
    assert rehearsal.react("", "", 0.5) == "Choose a tool to touch the NPC with."
    assert rehearsal.react("stick", "nose", 0.5) == "It does not answer to stick, only to hand."
    assert rehearsal.react("hand", "ear", 0.5) == "It does not answer at ear, only at nose."
    assert isinstance(rehearsal.react("hand", "", 0.5), VideoParams)
    assert rehearsal.react("hand", "nose", 0.5) == "It has just answered, and waits 0.5 s."
    clock.now += 0.5 - 1e-12
    assert isinstance(rehearsal.react("hand", "nose", 0.5), VideoParams)


def test_a_session_ends_until_it_is_reset() -> None:
    document = {**PET.document, "interaction": {"maxSessionDuration": 1000}}
    rehearsal, clock = rehearsed(replace(PET, document=document))
    rehearsal.react("hand", "", 0.5)
    clock.now += 2.0
    assert "reset it" in str(rehearsal.react("hand", "", 0.5))
    rehearsal.reset()
    assert isinstance(rehearsal.react("hand", "", 0.5), VideoParams)


def warmed(rehearsal: Rehearsal, clock: Clock, times: int) -> VideoParams:
    for _ in range(times):
        clock.now += 0.5
        answer = rehearsal.react("brush", "", 0.3)
    assert isinstance(answer, VideoParams)
    return answer


def test_changes_keep_what_it_remembers() -> None:
    whole, clock = rehearsed()
    expected = warmed(whole, clock, 6)
    changed, clock = rehearsed()
    warmed(changed, clock, 5)
    changed.change(replace(PET, base_prompt="a dragon"))
    answer = warmed(changed, clock, 1)
    assert answer.expression == expected.expression
    assert answer.intensity == expected.intensity
    assert answer.prompt.startswith("a dragon")


def test_a_broken_graph_is_told_and_costs_no_memory() -> None:
    whole, clock = rehearsed()
    expected = warmed(whole, clock, 6)
    broken, clock = rehearsed()
    warmed(broken, clock, 5)
    known = broken.tools
    broken.change(BROKEN)
    assert any("telepathy" in problem for problem in broken.problems)
    assert "fixed" in str(broken.react("brush", "", 0.3))
    assert broken.tools == known
    broken.change(PET)
    assert warmed(broken, clock, 1) == expected


def test_reset_forgets() -> None:
    rehearsal, clock = rehearsed()
    first = rehearsal.react("brush", "", 0.3)
    warmed(rehearsal, clock, 5)
    rehearsal.reset()
    assert rehearsal.react("brush", "", 0.3) == first
    rehearsal.change(BROKEN)
    rehearsal.reset()
    rehearsal.change(PET)
    assert rehearsal.react("brush", "", 0.3) == first
