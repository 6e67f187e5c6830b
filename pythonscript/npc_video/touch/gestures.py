"""From where a pointer was, and when, to what the player did: a tap, a hold, a circle, …

The path is averaged over sixtieths of a second, so that a mouse with 240 samples a second and a
touch screen with 15 give the same, and only its last three seconds count: a long touch is what it
has become. All lengths are measured against the size of what is touched. What a gesture means is
left to the response graph.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..errors import InvalidDataError

__all__ = ["PATTERNS", "Gesture", "GestureDetector"]

PATTERNS = ("tap", "hold", "circular", "zigzag", "swipe", "stroke")

_WINDOW_SECONDS = 3.0
_BUCKET_SECONDS = 1.0 / 60.0
_LARGEST = 1e9  # of coordinates and times; squares of larger ones are no use to anyone

_USUAL_PRESSURE = 0.5
_FULL_SPEED = 3.0  # extents per second

# A pointer that stays within this part of the extent does not move.
_RESTING = 0.06
_TAP_SECONDS = 0.3
# The path is followed in steps of this part of its own size, which smooths noise away.
_STEP = 0.1
# Circles: three quarters around (less what the first step cannot show), one way, and not flat.
_CIRCLE_TURN = 1.4 * math.pi
_CIRCLE_ONE_WAY = 0.6
_CIRCLE_ROUND = 0.3
# Zigzags: corners that go back by this part of the width, across which the path is wide enough.
_ZIGZAG_CORNERS = 3
_ZIGZAG_RETURN = 0.4
_ZIGZAG_WIDTH = 0.12
# Swipes: quick, short in time, and straight.
_SWIPE_SECONDS = 0.6
_SWIPE_SPEED = 1.0  # extents per second
_SWIPE_STRAIGHT = 0.88

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gesture:
    """What the player did.

    Attributes:
        pattern: one of `PATTERNS`.
        speed: 0 to 1, which is three extents per second.
        pressure: 0 to 1, of a pen; 0.5 where there is none.
        duration: seconds since the touch began.
    """

    pattern: str
    speed: float
    pressure: float
    duration: float


class GestureDetector:
    """Follows one pointer from press to release. Takes bounded time and memory for any touch.

    Args:
        extent: size of what is touched, such as the smaller side of the NPC's picture, in the unit
            of the positions.

    Raises:
        InvalidDataError: `extent` is not above 0 and finite.
    """

    def __init__(self, extent: float = 1.0):
        if not 0.0 < extent <= _LARGEST:
            raise InvalidDataError(f"extent: must be above 0 and finite, not {extent!r}.")
        self._extent = extent
        self.reset()

    def reset(self) -> None:
        """Forgets the touch going on."""
        self._began: float | None = None
        self._latest = 0.0
        self._buckets: deque[_Bucket] = deque()

    def add(self, time: float, x: float, y: float, pressure: float | None = None) -> None:
        """Takes where the pointer is; the first call after a `finish` begins a touch.

        A time before that of the last call counts as that of the last call.

        Args:
            time: seconds.
            x: in the unit of the extent, as `y`.
            y: see `x`.
            pressure: of a pen, limited to 0 to 1; None if it knows none.

        Raises:
            InvalidDataError: a number is not finite or beyond ±1e9; the touch goes on without it.
        """
        _check(time=time, x=x, y=y, pressure=_USUAL_PRESSURE if pressure is None else pressure)
        if self._began is None:
            self._began = self._latest = time
        self._latest = max(self._latest, time)
        if not self._buckets or self._latest >= self._buckets[-1].began + _BUCKET_SECONDS:
            self._buckets.append(_Bucket(self._latest))
        self._buckets[-1].add(x, y, pressure)
        while self._buckets[0].began < self._latest - _WINDOW_SECONDS:
            self._buckets.popleft()

    def gesture(self, now: float | None = None) -> Gesture | None:
        """What the touch is so far; None if there is none.

        Args:
            now: seconds, for a pointer that rests and tells nothing any more; None for the time of
                the last position.

        Raises:
            InvalidDataError: `now` is not finite or beyond ±1e9.
        """
        if self._began is None:
            return None
        _check(now=self._latest if now is None else now)
        end = self._latest if now is None else max(now, self._latest)
        recent = [b for b in self._buckets if b.began >= end - _WINDOW_SECONDS]
        recent = recent or [self._buckets[-1]]
        duration = end - self._began
        positions = [bucket.position() for bucket in recent]
        path = _followed(positions)
        seconds = end - recent[0].began
        travelled = _length(path) / self._extent
        speed = travelled / seconds if seconds > 0.0 else 0.0
        pressures = [p for p in (bucket.pressure() for bucket in recent) if p is not None]
        return Gesture(
            self._pattern(positions, path, duration, speed),
            min(1.0, speed / _FULL_SPEED),
            sum(pressures) / len(pressures) if pressures else _USUAL_PRESSURE,
            duration,
        )

    def finish(self, now: float | None = None) -> Gesture | None:
        """Ends the touch and tells what it was; None if there was none. As `gesture` otherwise."""
        gesture = self.gesture(now)
        self.reset()
        return gesture

    def _pattern(
        self, positions: Sequence[Point], path: Sequence[Point], duration: float, speed: float
    ) -> str:
        if _size(positions) <= _RESTING * self._extent:
            return "tap" if duration <= _TAP_SECONDS else "hold"
        if _is_circular(path):
            return "circular"
        if _is_zigzag(positions):
            return "zigzag"
        is_swipe = (
            duration <= _SWIPE_SECONDS
            and speed >= _SWIPE_SPEED
            and math.dist(path[0], path[-1]) >= _SWIPE_STRAIGHT * _length(path)
        )
        return "swipe" if is_swipe else "stroke"


class _Bucket:
    """The positions of a sixtieth of a second, as sums."""

    __slots__ = ("_count", "_pressed", "_pressure", "_x", "_y", "began")

    def __init__(self, began: float):
        self.began = began
        self._count = self._pressed = 0
        self._x = self._y = self._pressure = 0.0

    def add(self, x: float, y: float, pressure: float | None) -> None:
        self._count += 1
        self._x += x
        self._y += y
        if pressure is not None:
            self._pressed += 1
            self._pressure += min(1.0, max(0.0, pressure))

    def position(self) -> Point:
        return self._x / self._count, self._y / self._count

    def pressure(self) -> float | None:
        return self._pressure / self._pressed if self._pressed else None


def _check(**numbers: float) -> None:
    for name, value in numbers.items():
        if not -_LARGEST <= value <= _LARGEST:
            raise InvalidDataError(f"{name}: must be finite and within ±1e9, not {value!r}.")


# ---- Shapes ----


def _size(path: Sequence[Point]) -> float:
    """The diagonal of the box around the path."""
    xs, ys = zip(*path, strict=True)
    return math.hypot(max(xs) - min(xs), max(ys) - min(ys))


def _length(path: Sequence[Point]) -> float:
    return sum(map(math.dist, path, path[1:]))


def _followed(path: Sequence[Point]) -> list[Point]:
    """The path in steps that are large against its noise, the last one perhaps shorter."""
    step = _STEP * _size(path)
    kept = [path[0]]
    for point in path:
        if math.dist(kept[-1], point) > step:
            kept.append(point)
    if math.dist(kept[-1], path[-1]) > 0.5 * step:
        kept.append(path[-1])
    return kept


def _is_circular(path: Sequence[Point]) -> bool:
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]
    turns = [
        math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]) for a, b in pairwise(steps)
    ]
    turned = abs(sum(turns))
    if turned < _CIRCLE_TURN or turned < _CIRCLE_ONE_WAY * sum(map(abs, turns)):
        return False
    widths = [max(offsets) - min(offsets) for offsets in _along_axes(path)]
    return min(widths) >= _CIRCLE_ROUND * max(widths)


def _is_zigzag(path: Sequence[Point]) -> bool:
    size = _size(path)
    for offsets in _along_axes(path):
        width = max(offsets) - min(offsets)
        corners = _corners(offsets, _ZIGZAG_RETURN * width)
        if width >= _ZIGZAG_WIDTH * size and corners >= _ZIGZAG_CORNERS:
            return True
    return False


def _along_axes(path: Sequence[Point]) -> tuple[list[float], list[float]]:
    """The offsets of the points along the direction in which they spread most, and across it."""
    centre_x = sum(x for x, _ in path) / len(path)
    centre_y = sum(y for _, y in path) / len(path)
    offsets = [(x - centre_x, y - centre_y) for x, y in path]
    # The principal axis of a covariance matrix of two by two has a closed form.
    xx = sum(x * x for x, _ in offsets)
    yy = sum(y * y for _, y in offsets)
    xy = sum(x * y for x, y in offsets)
    angle = 0.5 * math.atan2(2.0 * xy, xx - yy)
    cos, sin = math.cos(angle), math.sin(angle)
    along = [x * cos + y * sin for x, y in offsets]
    across = [y * cos - x * sin for x, y in offsets]
    return along, across


def _corners(offsets: Iterable[float], least: float) -> int:
    """How often a value turns round and goes back by at least `least`."""
    corners = 0
    low = high = next(iter(offsets))
    direction = 0
    for value in offsets:
        if direction >= 0:
            high = max(high, value)
        if direction <= 0:
            low = min(low, value)
        if direction >= 0 and value <= high - least:
            corners += direction != 0
            direction, low = -1, value
        elif direction <= 0 and value >= low + least:
            corners += direction != 0
            direction, high = 1, value
    return corners
