"""What was on screen when, under a clock of the test's own."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from npc_video.timeline import SHOWN, WINDOW_SECONDS, Lane, Span, Timeline

turns = st.lists(st.tuples(st.floats(0.0, 20.0), st.sampled_from([None, *SHOWN])), max_size=400)


def test_nothing_has_no_history():
    assert Timeline().to_dicts(5.0) == []


def test_each_thing_lasts_until_the_next():
    lane = Lane("screen")
    lane.turn("procedural", 10.0)
    lane.turn("exact", 12.0)
    assert lane.spans(15.0) == [
        Span("screen", "procedural", 5.0, 3.0),
        Span("screen", "exact", 3.0, 0.0),
    ]


def test_the_same_thing_again_is_another_span():
    lane = Lane("screen")
    lane.turn("exact", 1.0)
    lane.turn("exact", 2.0)
    assert [span.began for span in lane.spans(3.0)] == [2.0, 1.0]


def test_what_ends_leaves_a_gap():
    lane = Lane("making")
    lane.turn("clip", 1.0)
    lane.turn(None, 2.0)
    lane.turn(None, 2.5)
    assert lane.spans(4.0) == [Span("making", "clip", 3.0, 2.0)]


def test_to_end_what_never_began_is_nothing():
    lane = Lane("making")
    lane.turn(None, 2.0)
    assert lane.spans(4.0) == []


def test_what_lasted_no_time_is_left_out():
    lane = Lane("screen")
    lane.turn("placeholder", 2.0)
    lane.turn("exact", 2.0)
    assert [span.what for span in lane.spans(3.0)] == ["exact"]


def test_what_goes_on_longer_than_the_window_begins_at_its_edge():
    lane = Lane("screen")
    lane.turn("exact", 0.0)
    assert lane.spans(1000.0) == [Span("screen", "exact", WINDOW_SECONDS, 0.0)]


def test_what_is_over_for_longer_than_the_window_is_gone():
    timeline = Timeline()
    timeline.touch(1.0)
    timeline.making.turn("clip", 1.0)
    timeline.making.turn(None, 2.0)
    assert timeline.to_dicts(2.0 + WINDOW_SECONDS) == []


def test_games_get_all_lanes_as_dictionaries():
    timeline = Timeline()
    timeline.touch(1.0)
    timeline.screen.turn("freeze", 1.0)
    timeline.making.turn("clip", 1.0)
    timeline.making.turn(None, 2.0)
    assert timeline.to_dicts(3.0) == [
        {"lane": "screen", "what": "freeze", "began": 2.0, "ended": 0.0},
        {"lane": "making", "what": "clip", "began": 2.0, "ended": 1.0},
        {"lane": "touch", "what": "interaction", "began": 2.0, "ended": 2.0},
    ]


@given(turns, st.floats(0.0, 100.0))
def test_spans_follow_each_other_within_the_window(steps, later):
    lane, now = Lane("screen"), 0.0
    for pause, what in steps:
        now += pause
        lane.turn(what, now)
    spans = lane.spans(now + later)
    for span in spans:
        assert WINDOW_SECONDS >= span.began > span.ended >= 0.0
    for before, after in pairwise(spans):
        assert before.ended >= after.began
    if steps and steps[-1][1] is not None and now + later > now:
        assert spans[-1].what == steps[-1][1]
        assert spans[-1].ended == 0.0


def test_memory_is_bounded_however_busy_a_player_is():
    timeline, now = Timeline(), 0.0
    for count in range(100_000):
        now = count / 1000.0
        timeline.touch(now)
        timeline.screen.turn(SHOWN[count % len(SHOWN)], now)
    assert len(timeline.to_dicts(now)) < 1000
