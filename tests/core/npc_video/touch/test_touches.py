import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import InvalidDataError
from npc_video.touch.gestures import Gesture
from npc_video.touch.touches import Touches

MOUSE, FINGER = -1, 0


def stroke(touches: Touches, pointer: int, began: float, *, steps: int = 20) -> float:
    """Moves across the zone at 60 a second; when that is over."""
    now = began
    for step in range(1, steps + 1):
        now = began + step / 60
        touches.move(pointer, now, 0.1 + 0.02 * step, 0.5)
    return now


def test_a_tap_is_told_when_the_pointer_is_up() -> None:
    touches = Touches()
    touches.press(MOUSE, 1.0, 0.5, 0.5, 1.0)
    assert len(touches) == 1
    assert touches.due(1.1) == []
    gesture = touches.release(MOUSE, 1.1)
    assert gesture is not None
    assert gesture.pattern == "tap"
    assert gesture.duration == pytest.approx(0.1)
    assert len(touches) == 0
    assert touches.release(MOUSE, 1.2) is None


def test_what_lasts_is_told_again_and_again() -> None:
    touches = Touches(0.5)
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    told = [now for now in (t / 60 for t in range(1, 121)) if touches.due(now)]
    assert told == pytest.approx([0.5, 1.0, 1.5, 2.0])
    assert touches.release(MOUSE, 2.1) is None, "it was told a moment ago"


def test_a_touch_that_may_be_a_tap_is_not_told_before_it_ends() -> None:
    touches = Touches(0.1)
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    assert touches.due(0.2) == []
    (hold,) = touches.due(0.4)
    assert hold.pattern == "hold"


def test_dwelling_presses_harder() -> None:
    touches = Touches(0.5)
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    pressures = [touches.due(now)[0].pressure for now in (0.5, 1.0, 2.0, 4.0)]
    assert pressures == pytest.approx([0.475, 0.65, 1.0, 1.0])


@pytest.mark.parametrize("told", [0.0, 1.0])
def test_a_mouse_tells_no_pressure_of_its_own(told: float) -> None:
    touches = Touches()
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    touches.move(MOUSE, 0.05, 0.5, 0.5, told)
    gesture = touches.release(MOUSE, 0.1)
    assert gesture is not None
    assert gesture.pressure == pytest.approx(0.335)


def test_a_pen_s_pressure_counts_and_may_be_full() -> None:
    touches = Touches()
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    for index, pressure in enumerate((0.6, 0.8, 1.0)):
        touches.move(MOUSE, 0.05 * (index + 1), 0.5, 0.5, pressure)
    gesture = touches.release(MOUSE, 0.2)
    assert gesture is not None
    assert gesture.pressure == pytest.approx(0.8)


def test_quick_taps_are_told_only_as_often_as_the_zone_allows() -> None:
    touches = Touches(0.5)
    told = 0
    for index in range(20):
        touches.press(MOUSE, 0.1 * index, 0.5, 0.5, 1.0)
        told += touches.release(MOUSE, 0.1 * index + 0.05) is not None
    assert told == 4


def test_two_fingers_are_two_streams() -> None:
    touches = Touches()
    touches.press(FINGER, 0.0, 0.1, 0.5, 1.0)
    touches.press(FINGER + 1, 0.0, 0.5, 0.5, 1.0)
    assert len(touches) == 2
    stroke(touches, FINGER, 0.0, steps=30)
    first, second = touches.release(FINGER, 0.5), touches.release(FINGER + 1, 0.5)
    assert first is not None
    assert second is not None
    assert first.pattern in ("stroke", "swipe")
    assert first.speed > 0.0
    assert (second.pattern, second.speed) == ("hold", 0.0)


def test_leaving_ends_a_touch_and_coming_back_begins_one() -> None:
    touches = Touches(0.2)
    touches.press(MOUSE, 0.0, 0.1, 0.5, 1.0)
    now = stroke(touches, MOUSE, 0.0)
    left = touches.move(MOUSE, now, 1.1, 0.5, inside=False)
    assert left is not None
    assert len(touches) == 1
    assert touches.move(MOUSE, now + 0.1, 1.2, 0.5, inside=False) is None
    assert touches.due(now + 5.0) == []
    touches.move(MOUSE, now + 6.0, 0.5, 0.5)
    back = touches.release(MOUSE, now + 6.1)
    assert back is not None
    assert (back.pattern, back.duration) == ("tap", pytest.approx(0.1))


def test_a_pointer_that_is_up_or_came_from_elsewhere_does_nothing() -> None:
    touches = Touches()
    assert touches.move(MOUSE, 0.0, 0.5, 0.5, 0.7) is None
    assert len(touches) == 0
    assert touches.release(MOUSE, 0.1) is None


def test_dropping_tells_nothing() -> None:
    touches = Touches()
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    touches.drop()
    assert touches.due(9.0) == []
    assert touches.release(MOUSE, 9.0) is None
    touches.press(FINGER, 10.0, 0.5, 0.5, 1.0)
    touches.press(FINGER + 1, 10.0, 0.5, 0.5, 1.0)
    touches.drop(FINGER)
    assert touches.release(FINGER, 10.1) is None
    assert touches.release(FINGER + 1, 10.1) is not None


def test_what_is_no_position_is_refused_and_the_touch_goes_on() -> None:
    touches = Touches()
    touches.press(MOUSE, 0.0, 0.5, 0.5, 1.0)
    with pytest.raises(InvalidDataError):
        touches.move(MOUSE, 0.1, math.nan, 0.5)
    assert touches.release(MOUSE, 0.1) is not None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("press", "move", "out", "release", "due", "drop")),
        st.integers(-1, 3),
        st.floats(0, 1),
        st.floats(0, 0.4),
        st.floats(0, 1),
    ),
    max_size=60,
)


@given(STEPS, st.sampled_from((0.0, 0.1, 0.5)))
def test_no_order_of_events_breaks_it_or_the_limit(
    steps: list[tuple[str, int, float, float, float]], interval: float
) -> None:
    touches = Touches(interval)
    now = 0.0
    told: list[tuple[int, float]] = []

    def tell(pointer: int, gesture: Gesture | None) -> None:
        if gesture is not None:
            assert 0.0 <= gesture.pressure <= 1.0
            assert gesture.duration >= 0.0
            told.append((pointer, now))

    for kind, pointer, place, wait, pressure in steps:
        now += wait
        if kind == "press":
            touches.press(pointer, now, place, 0.5, 1.0)
        elif kind in ("move", "out"):
            inside = kind == "move"
            tell(pointer, touches.move(pointer, now, place, 0.5, pressure, inside=inside))
        elif kind == "release":
            tell(pointer, touches.release(pointer, now))
        elif kind == "due":
            assert len(touches.due(now)) <= 5
        else:
            touches.drop()
    for pointer in range(-1, 4):
        times = [at for which, at in told if which == pointer]
        apart = [b - a for a, b in pairwise(times)]
        assert all(gap >= interval - 1e-6 for gap in apart)
