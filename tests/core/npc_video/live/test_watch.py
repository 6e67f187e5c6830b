"""The game sends at most ten turns a second, and the last one always."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from npc_video import ToolInteraction, VideoParams
from npc_video.graph import NodeTrace, TracedTurn
from npc_video.live.watch import Watch


def turn(at, state="calm"):
    trace = {"mood": NodeTrace({"state": state}, state)}
    return TracedTurn(at, ToolInteraction("hand", "hand"), VideoParams(), trace)


def test_the_first_turn_goes_at_once():
    watch = Watch()
    assert watch.add(turn(5.0), 5.0) == 0.0
    assert watch.take(5.0) == turn(5.0)
    assert watch.take(5.0) is None


@given(st.lists(st.floats(0.0, 0.5), min_size=1, max_size=40))
def test_turns_are_spaced_and_the_last_one_is_sent(pauses):
    watch, now, due, sent = Watch(), 0.0, None, []
    for number, pause in enumerate(pauses):
        later = now + pause
        if due is not None and due <= later:
            sent.append((due, watch.take(due)))
            due = None
        now = later
        wait = watch.add(turn(float(number)), now)
        assert (wait is None) == (due is not None)
        if wait is not None:
            due = now + wait
    if due is not None:
        sent.append((due, watch.take(due)))
    times = [at for at, _ in sent]
    assert all(b - a >= 0.1 - 1e-9 for a, b in pairwise(times))
    assert sent[-1][1] == turn(float(len(pauses) - 1))
    assert all(each is not None for _, each in sent)


def test_a_state_is_entered_from_another_one():
    watch = Watch()
    assert not watch.enters("calm", turn(0.0, "cross"))
    watch.pause_at = "mood", "cross"
    assert watch.enters("calm", turn(0.0, "cross"))
    assert not watch.enters("cross", turn(0.0, "cross"))
    assert not watch.enters("cross", turn(0.0, "calm"))


def test_a_node_that_is_gone_is_never_entered():
    watch = Watch()
    watch.pause_at = "gone", "cross"
    assert not watch.enters(None, turn(0.0, "cross"))
