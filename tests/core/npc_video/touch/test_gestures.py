import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.errors import InvalidDataError
from npc_video.touch.gestures import PATTERNS, Gesture, GestureDetector

EXTENT = 400.0

# Where the pointer is, in its own size, at a share of the gesture from 0 to 1.
Shape = Callable[[float], tuple[float, float]]


def circle(rounds: float) -> Shape:
    return lambda s: (0.5 * math.cos(math.tau * rounds * s), 0.5 * math.sin(math.tau * rounds * s))


def ellipse(rounds: float) -> Shape:
    return lambda s: (0.5 * math.cos(math.tau * rounds * s), 0.28 * math.sin(math.tau * rounds * s))


def triangle(phase: float) -> float:
    return abs(2.0 * (phase % 1.0) - 1.0) * 2.0 - 1.0


def scrub(legs: int) -> Shape:
    return lambda s: (0.5 * triangle(legs * s / 2.0), 0.0)


def saw(legs: int) -> Shape:
    return lambda s: (s, 0.2 * triangle(legs * s / 2.0))


def rounded_saw(legs: int) -> Shape:
    return lambda s: (s, 0.2 * math.sin(math.pi * legs * s))


def line(s: float) -> tuple[float, float]:
    return s, 0.0


def arc(s: float) -> tuple[float, float]:
    return 0.5 * math.cos(math.pi * 0.5 * s), 0.5 * math.sin(math.pi * 0.5 * s)


def there_and_back(s: float) -> tuple[float, float]:
    return 1.0 - abs(2.0 * s - 1.0), 0.0


def still(s: float) -> tuple[float, float]:
    return 0.0, 0.0


def recognised(
    shape: Shape,
    seconds: float,
    size: float = 0.5,
    rate: float = 60.0,
    angle: float = 0.0,
    noise: float = 0.0,
    seed: int = 0,
) -> Gesture:
    """Plays a shape of `size` extents; `noise` is a part of the size."""
    chance = random.Random(seed)
    detector = GestureDetector(EXTENT)
    cos, sin = math.cos(angle), math.sin(angle)
    samples = max(1, round(seconds * rate))
    for index in range(samples + 1):
        x, y = shape(index / samples)
        x += chance.gauss(0.0, noise)
        y += chance.gauss(0.0, noise)
        scale = size * EXTENT
        detector.add(
            7.0 + seconds * index / samples,
            300.0 + scale * (x * cos - y * sin),
            200.0 + scale * (x * sin + y * cos),
        )
    gesture = detector.finish()
    assert gesture is not None
    return gesture


CASES: list[tuple[str, Shape, float, float]] = [
    ("tap", still, 0.1, 0.02),
    ("tap", still, 0.25, 0.02),
    ("hold", still, 0.6, 0.02),
    ("hold", still, 5.0, 0.02),
    ("circular", circle(1.0), 0.8, 0.5),
    ("circular", circle(-1.0), 1.5, 0.3),
    ("circular", circle(3.0), 2.0, 0.5),
    ("circular", circle(0.85), 1.0, 0.8),
    ("circular", circle(2.0), 1.0, 0.15),
    ("circular", ellipse(1.5), 1.2, 0.5),
    ("zigzag", scrub(4), 0.8, 0.4),
    ("zigzag", scrub(9), 1.6, 0.2),
    ("zigzag", saw(5), 1.0, 0.5),
    ("zigzag", saw(8), 1.5, 0.8),
    ("zigzag", rounded_saw(6), 1.2, 0.5),
    ("swipe", line, 0.15, 0.5),
    ("swipe", line, 0.3, 0.9),
    ("swipe", line, 0.25, 0.4),
    ("stroke", line, 1.2, 0.5),
    ("stroke", line, 2.5, 0.3),
    ("stroke", arc, 1.0, 0.6),
    ("stroke", there_and_back, 1.5, 0.5),
]


@pytest.mark.parametrize("rate", [15.0, 30.0, 60.0, 125.0, 240.0])
@pytest.mark.parametrize(("pattern", "shape", "seconds", "size"), CASES)
def test_patterns_at_any_rate_and_angle_with_noise(
    pattern: str, shape: Shape, seconds: float, size: float, rate: float
) -> None:
    for seed in range(12):
        angle = seed * 0.55
        for noise in (0.0, 0.015):
            found = recognised(shape, seconds, size, rate, angle, noise, seed)
            assert found.pattern == pattern, (seed, noise)


@given(
    st.sampled_from(CASES),
    st.floats(0.8, 1.25),
    st.floats(15.0, 240.0),
    st.floats(0.0, math.tau),
    st.floats(0.0, 0.015),
    st.integers(0, 1000),
)
def test_patterns_of_other_sizes(
    case: tuple[str, Shape, float, float],
    scale: float,
    rate: float,
    angle: float,
    noise: float,
    seed: int,
) -> None:
    pattern, shape, seconds, size = case
    assert recognised(shape, seconds, size * scale, rate, angle, noise, seed).pattern == pattern


@pytest.mark.parametrize("rate", [15.0, 60.0, 240.0])
def test_speed_is_the_way_per_second_whatever_the_rate(rate: float) -> None:
    slow = recognised(line, 1.0, 0.3, rate, noise=0.01)
    fast = recognised(line, 0.25, 0.3, rate, noise=0.01)
    assert slow.speed == pytest.approx(0.1, abs=0.03)
    assert fast.speed == pytest.approx(0.4, abs=0.1)
    assert recognised(still, 1.0, rate=rate).speed == 0.0


def test_speed_has_a_limit() -> None:
    assert recognised(scrub(20), 1.0, 0.5).speed == 1.0


def test_duration_is_that_of_the_whole_touch() -> None:
    assert recognised(still, 0.25).duration == pytest.approx(0.25)
    assert recognised(circle(10.0), 10.0).duration == pytest.approx(10.0)


def test_pressure_of_a_pen() -> None:
    detector = GestureDetector()
    for index, pressure in enumerate((0.2, 0.4, None, 9.0, -1.0)):
        detector.add(index * 0.1, 0.0, 0.0, pressure)
    gesture = detector.gesture()
    assert gesture is not None
    assert gesture.pressure == pytest.approx((0.2 + 0.4 + 1.0 + 0.0) / 4)
    assert recognised(still, 0.1).pressure == 0.5


def test_a_long_touch_is_what_it_has_become() -> None:
    detector = GestureDetector(EXTENT)
    seen = []
    for index in range(20 * 60):
        time = index / 60.0
        x, y = still(0.0) if time < 7.0 else circle(1.0)(time - 7.0)
        detector.add(time, 200.0 * x, 200.0 * y)
        if index % 60 == 59:
            gesture = detector.gesture()
            assert gesture is not None
            seen.append(gesture.pattern)
    assert seen[5] == "hold"
    assert set(seen[10:]) == {"circular"}


def test_a_pointer_that_rests_and_tells_nothing_holds() -> None:
    detector = GestureDetector(EXTENT)
    for index in range(10):
        detector.add(index * 0.02, index * 25.0, 0.0)
    swipe, later = detector.gesture(), detector.gesture(now=60.0)
    assert swipe is not None
    assert later is not None
    assert (swipe.pattern, later.pattern) == ("swipe", "hold")
    assert (later.speed, later.duration) == (0.0, 60.0)


def test_without_a_touch_there_is_no_gesture() -> None:
    detector = GestureDetector()
    assert detector.gesture() is None
    assert detector.finish(5.0) is None


def test_finish_makes_room_for_the_next_touch() -> None:
    detector = GestureDetector(EXTENT)
    for index in range(10):
        detector.add(index * 0.02, index * 30.0, 0.0)
    assert detector.finish() is not None
    detector.add(9.0, 0.0, 0.0)
    gesture = detector.finish(9.1)
    assert gesture is not None
    assert (gesture.pattern, gesture.duration) == ("tap", pytest.approx(0.1))


def test_memory_is_bounded() -> None:
    detector = GestureDetector()
    for index in range(50_000):
        detector.add(index / 1000.0, index % 7, index % 5)
    assert len(detector._buckets) <= 3 * 60 + 2


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, 1e300])
@pytest.mark.parametrize("field", ["time", "x", "y", "pressure"])
def test_what_is_no_number_is_refused_and_the_touch_goes_on(field: str, wrong: float) -> None:
    detector = GestureDetector()
    detector.add(0.0, 0.0, 0.0)
    good = {"time": 0.1, "x": 0.0, "y": 0.0, "pressure": 0.5}
    with pytest.raises(InvalidDataError, match=field):
        detector.add(**{**good, field: wrong})
    detector.add(**good)
    gesture = detector.finish()
    assert gesture is not None
    assert gesture.pattern == "tap"


@pytest.mark.parametrize("extent", [0.0, -1.0, math.nan, math.inf])
def test_an_extent_that_is_none_is_refused(extent: float) -> None:
    with pytest.raises(InvalidDataError, match="extent"):
        GestureDetector(extent)


numbers = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.0, 5e-324, 1e9, -1e9])


@given(
    st.lists(st.tuples(numbers, numbers, numbers, st.none() | numbers), max_size=40),
    st.floats(1e-300, 1e9),
    st.none() | numbers,
)
def test_no_order_of_times_and_no_position_breaks_it(
    samples: list[tuple[float, float, float, float | None]], extent: float, now: float | None
) -> None:
    detector = GestureDetector(extent)
    for sample in samples:
        detector.add(*sample)
        detector.gesture(now)
    gesture = detector.finish(now)
    assert (gesture is None) == (not samples)
    if gesture is not None:
        assert gesture.pattern in PATTERNS
        assert 0.0 <= gesture.speed <= 1.0
        assert 0.0 <= gesture.pressure <= 1.0
        assert gesture.duration >= 0.0
