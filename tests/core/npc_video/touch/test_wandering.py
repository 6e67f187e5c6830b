import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video import NpcResponseEvaluator
from npc_video.records import ToolInteraction
from npc_video.touch.gestures import PATTERNS
from npc_video.touch.wandering import Wandering

NAMES = st.lists(st.text("abc", min_size=1, max_size=3), unique=True, max_size=5)


@given(NAMES, NAMES, st.integers(0, 2**32))
def test_all_touches_are_valid(tools, zones, seed):
    wandering = Wandering(tools, zones, seed)
    for _ in range(30):
        touch = wandering.touch()
        assert touch.tool_id in (tools or ["hand"])
        assert touch.zone in (zones or ["unknown"])
        assert touch.pattern in PATTERNS
        assert ToolInteraction.from_dict({"tool": touch.tool_id, "pressure": touch.pressure})
        assert 0.0 <= touch.speed <= 1.0
        assert touch.duration >= 0.0
        assert wandering.pause() > 0.0


def test_it_comes_everywhere_step_by_step():
    zones = ["nose", "cheek", "chin", "belly"]
    wandering = Wandering(["hand", "feather", "brush"], zones, 7)
    touches = [wandering.touch() for _ in range(300)]
    assert {touch.zone for touch in touches} == set(zones)
    assert {touch.tool_id for touch in touches} == {"hand", "feather", "brush"}
    places = [zones.index(touch.zone) for touch in touches]
    assert all(abs(a - b) <= 1 for a, b in itertools.pairwise(places))
    kept = sum(a.tool_id == b.tool_id for a, b in itertools.pairwise(touches))
    assert kept / len(touches) > 0.7


def test_pauses_are_those_of_people():
    wandering = Wandering([], [], 1)
    pauses = sorted(wandering.pause() for _ in range(1000))
    assert pauses[500] == pytest.approx(2.0, rel=0.1)
    assert pauses[50] > 0.7
    assert pauses[950] < 6.0


def test_equal_seeds_walk_alike():
    first, second = (Wandering(["a", "b"], ["x", "y"], 5) for _ in range(2))
    assert [first.touch() for _ in range(20)] == [second.touch() for _ in range(20)]


def test_an_npc_answers_to_it():
    evaluator = NpcResponseEvaluator({"npcName": "Ember"}, clock=itertools.count(0.0, 2.0).__next__)
    wandering = Wandering([], [], 3)
    answers = [evaluator.evaluate(wandering.touch()) for _ in range(10)]
    assert all(answer is not None for answer in answers)
