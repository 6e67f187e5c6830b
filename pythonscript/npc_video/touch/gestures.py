"""Recognises gestures from pointer positions and times: a tap, a hold, a circle, …

The path is averaged over sixtieths of a second. So a mouse with 240 samples per second and a touch
screen with 15 give the same result. Only the last three seconds count: a long touch is what it has
become. All lengths are relative to the size of the touched object. The response graph interprets
gestures.
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
_LARGEST = 1e9  # of coordinates and times; larger squares would lose all precision

_USUAL_PRESSURE = 0.5
_FULL_SPEED = 3.0  # extents per second

# A pointer that stays within this part of the extent is at rest.
_RESTING = 0.06
_TAP_SECONDS = 0.3
# The path is followed in steps of this part of its size, which removes noise.
_STEP = 0.1
# Circles: three quarters of a turn (minus what the first step hides), in one direction, not flat.
_CIRCLE_TURN = 1.4 * math.pi
_CIRCLE_ONE_WAY = 0.6
_CIRCLE_ROUND = 0.3
# Zigzags: corners that return by this part of the width, on a path that is wide enough.
_ZIGZAG_CORNERS = 3
_ZIGZAG_RETURN = 0.4
_ZIGZAG_WIDTH = 0.12
# Swipes: fast, short in time, and straight.
_SWIPE_SECONDS = 0.6
_SWIPE_SPEED = 1.0  # extents per second
_SWIPE_STRAIGHT = 0.88

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture of the player.

    Attributes:
        pattern: one of `PATTERNS`.
        speed: 0 to 1, where 1 is three extents per second.
        pressure: 0 to 1, of a pen; 0.5 without one.
        duration: seconds since the touch began.
    """

    pattern: str
    speed: float
    pressure: float
    duration: float


class GestureDetector:
    """Follows one pointer from press to release, in bounded time and memory.

    Args:
        extent: size of the touched object, such as the smaller side of the NPC's picture, in the
            unit of positions.

    Raises:
        InvalidDataError: `extent` is not above 0 and finite.
    """

    def __init__(self, extent: float = 1.0):
        if not 0.0 < extent <= _LARGEST:
            raise InvalidDataError(f"extent: must be above 0 and finite, not {extent!r}.")
        self._extent = extent
        self.reset()

    def reset(self) -> None:
        """Forgets the present touch."""
        self._began: float | None = None
        self._latest = 0.0
        self._buckets: deque[_Bucket] = deque()

    def add(self, time: float, x: float, y: float, pressure: float | None = None) -> None:
        """Adds a position; the first one after `finish` begins a touch.

        A time before that of the last call counts as that of the last call.

        Args:
            time: seconds.
            x: in the unit of the extent, as `y`.
            y: see `x`.
            pressure: of a pen, limited to 0 to 1; None without a pen.

        Raises:
            InvalidDataError: a number is not finite or beyond ±1e9; the touch continues without it.
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
        """The gesture so far; None without a touch.

        Args:
            now: seconds, for a pointer at rest that sends no more positions; None for the time of
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
        """Ends the touch; returns its gesture, None without a touch. Raises as `gesture` does."""
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
    """The diagonal of the bounding box of the path."""
    xs, ys = zip(*path, strict=True)
    return math.hypot(max(xs) - min(xs), max(ys) - min(ys))


def _length(path: Sequence[Point]) -> float:
    return sum(map(math.dist, path, path[1:]))


def _followed(path: Sequence[Point]) -> list[Point]:
    """The path in steps that are large compared with its noise; the last one may be shorter."""
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
    """The offsets of the points along the direction of their largest spread, and across it."""
    centre_x = sum(x for x, _ in path) / len(path)
    centre_y = sum(y for _, y in path) / len(path)
    offsets = [(x - centre_x, y - centre_y) for x, y in path]
    # The principal axis of a 2 × 2 covariance matrix has a closed form.
    xx = sum(x * x for x, _ in offsets)
    yy = sum(y * y for _, y in offsets)
    xy = sum(x * y for x, y in offsets)
    angle = 0.5 * math.atan2(2.0 * xy, xx - yy)
    cos, sin = math.cos(angle), math.sin(angle)
    along = [x * cos + y * sin for x, y in offsets]
    across = [y * cos - x * sin for x, y in offsets]
    return along, across


def _corners(offsets: Iterable[float], least: float) -> int:
    """The number of times that a value turns and goes back by at least `least`."""
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
