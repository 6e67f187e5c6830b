"""Outputs over time, as lines and bands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.graph.plotting import (
    MOST_TURNS,
    Band,
    Bands,
    Course,
    Line,
    output_over,
    seconds_of,
    ticks,
)
from npc_video.graph.tracing import NodeTrace, TracedTurn
from npc_video.records import ToolInteraction, VideoParams


def turn(at: float, **outputs: object) -> TracedTurn:
    touch = ToolInteraction("hand", "hand")
    return TracedTurn(at, touch, VideoParams(), {"mood": NodeTrace(outputs)})


def of(*values: object) -> Line | Bands:
    """The values of a port, given in turns of one second."""
    turns = [turn(float(at), value=value) for at, value in enumerate(values)]
    return output_over(turns, "mood", "value")


def test_numbers_are_a_line() -> None:
    assert of(0.25, 1) == Line((((0.0, 0.25), (1.0, 1.0)),), 0.0, 1.0)


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        ((0.0,), (0.0, 1.0)),
        ((0.5, 0.6), (0.0, 1.0)),
        ((2, 1500.0), (0.0, 1500.0)),
        ((-0.5, 0.5), (-0.5, 0.5)),
        ((-3.0,), (-3.0, 0.0)),
    ],
)
def test_the_axis_has_all_numbers_and_zero(
    values: tuple[float, ...], axis: tuple[float, float]
) -> None:
    line = of(*values)
    assert isinstance(line, Line)
    assert (line.low, line.high) == axis


def test_a_line_ends_where_there_is_no_value() -> None:
    line = of(None, 1.0, 2.0, None, None, 3.0, None)
    assert isinstance(line, Line)
    assert line.runs == (((1.0, 1.0), (2.0, 2.0)), ((5.0, 3.0),))


def test_words_are_bands_that_last_until_they_change() -> None:
    assert of("calm", "calm", "cross", "calm") == Bands(
        (Band(0.0, 2.0, "calm"), Band(2.0, 3.0, "cross"), Band(3.0, pytest.approx(3.15), "calm"))
    )


def test_truth_and_mixed_values_are_bands() -> None:
    assert [band.word for band in of(True, False).bands] == ["true", "false"]
    assert [band.word for band in of("calm", 0.5).bands] == ["calm", "0.5"]


def test_a_band_ends_where_there_is_no_value() -> None:
    bands = of("calm", None, "calm").bands
    assert [(band.start, band.word) for band in bands] == [(0.0, "calm"), (2.0, "calm")]
    assert bands[0].end == 1.0


def test_an_unknown_output_is_empty() -> None:
    assert output_over([turn(0.0, value=1.0)], "gone", "value") == Bands(())
    assert output_over([turn(0.0, value=1.0)], "mood", "gone") == Bands(())
    assert output_over([], "mood", "value") == Bands(())


def test_the_time_axis_has_room_after_the_last_turn() -> None:
    assert seconds_of([]) == (0.0, 1.0)
    assert seconds_of([turn(3.0)]) == (3.0, 4.0)
    assert seconds_of([turn(10.0), turn(30.0)]) == (10.0, 31.0)


def test_ticks_are_round() -> None:
    assert ticks(0.0, 1.0, 5) == pytest.approx((0.0, 0.5, 1.0))
    assert ticks(0.0, 63.0, 8) == (0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
    assert ticks(0.2, 0.9, 3) == pytest.approx((0.5,))
    assert ticks(1.0, 1.0, 4) == ()
    assert ticks(0.0, 1.0, 1) == ()


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_within_the_axis_and_not_too_many(low: float, size: float, most: int) -> None:
    found = ticks(low, low + size, most)
    assert len(found) <= most
    assert all(low - 1e-6 * size <= tick <= low + size + 1e-6 * size for tick in found)


# ---- Courses ----


def test_new_turns_are_added_and_old_ones_marked() -> None:
    course, first, second = Course(), turn(0.0), turn(0.0)
    course.mark(first)
    course.mark(second)
    assert course.turns == (first, second)
    course.mark(first)
    assert len(course.turns) == 2
    assert course.turn is first


def test_an_earlier_turn_begins_anew() -> None:
    course, last = Course(), turn(1.0)
    for each in (turn(3.0), turn(4.0), last):
        course.mark(each)
    assert course.turns == (last,)


def test_no_turn_forgets_all() -> None:
    course = Course()
    course.mark(turn(3.0))
    course.mark(None)
    assert (course.turns, course.turn) == ((), None)


def test_a_course_that_is_replaced_keeps_its_mark() -> None:
    course, marked = Course(), turn(5.0)
    course.mark(marked)
    course.replace([turn(2.0), marked, turn(9.0)])
    assert [each.at for each in course.turns] == [2.0, 5.0, 9.0]
    assert course.turn is marked


def test_only_the_last_turns_are_kept() -> None:
    course = Course()
    for at in range(MOST_TURNS + 2):
        course.mark(turn(float(at)))
    assert len(course.turns) == MOST_TURNS
    assert course.turns[0].at == 2.0
    course.replace(turn(float(at)) for at in range(2 * MOST_TURNS))
    assert course.turns[0].at == MOST_TURNS
