"""From the pointers on a zone of an NPC to what counts as an interaction, and when.

Each finger, pen or mouse is a stream of its own. A touch is told when it ends, and as what it is so
far while it lasts; none more often than the zone allows. Where the zone is, and what an
interaction means, is left to others.
"""

import math
from dataclasses import replace

from .gestures import Gesture, GestureDetector

__all__ = ["Touches"]

# A pointer without pressure presses harder the longer it stays.
_LIGHT = 0.3
_FULL_AFTER_SECONDS = 2.0

# Times that are sums of fractions may miss a limit by a hair.
_TOLERANCE = 1e-9


class Touches:
    """All pointers on one zone. Times are seconds of one clock, pointers are any numbers.

    Args:
        interval: seconds between two interactions of one pointer, 0 or more.
    """

    def __init__(self, interval: float = 0.5):
        self.interval = interval
        self._extents: dict[int, float] = {}  # of pointers that are down, on the zone or beside it
        self._touches: dict[int, _Touch] = {}  # of those on it
        self._told: dict[int, float] = {}

    def __len__(self) -> int:
        """How many pointers that came down on the zone are still down, on it or beside it."""
        return len(self._extents)

    def press(self, pointer: int, now: float, x: float, y: float, extent: float) -> None:
        """A touch begins, within the zone.

        Args:
            pointer: which.
            now: seconds.
            x: in the unit of `extent`, as `y`.
            y: see `x`.
            extent: size of what is touched; see `GestureDetector`.

        Raises:
            InvalidDataError: a number is not finite, or `extent` is not above 0.
        """
        self._touches[pointer] = _Touch(now, x, y, extent)
        self._extents[pointer] = extent

    def move(
        self,
        pointer: int,
        now: float,
        x: float,
        y: float,
        pressure: float = 0.0,
        *,
        inside: bool = True,
    ) -> Gesture | None:
        """A pointer is elsewhere; one that is not down is ignored.

        To leave the zone ends the touch, and to come back to it, still down, begins another.

        Args:
            pressure: 0 to 1. Mice and some fingers tell 0 or 1; what is between comes from a pen.

        Returns:
            the interaction that ended, if it is to be told.

        Raises:
            InvalidDataError: as for `press`; the touch goes on without the position.
        """
        if pointer not in self._extents:
            return None
        if not inside:
            return self._ended(pointer, now)
        if pointer in self._touches:
            self._touches[pointer].move(now, x, y, pressure)
        else:
            self.press(pointer, now, x, y, self._extents[pointer])
        return None

    def release(self, pointer: int, now: float) -> Gesture | None:
        """A pointer is up: the interaction that ended, if it is to be told."""
        self._extents.pop(pointer, None)
        return self._ended(pointer, now)

    def due(self, now: float) -> list[Gesture]:
        """What touches that last are so far, of those that it is time to tell again."""
        found = []
        for pointer, touch in self._touches.items():
            since = max(touch.began, self._told.get(pointer, touch.began))
            if not self._may_tell(since, now):
                continue
            gesture = touch.gesture(now)
            if gesture.pattern != "tap":  # which it is only once the pointer is up
                self._told[pointer] = now
                found.append(gesture)
        return found

    def drop(self, pointer: int | None = None) -> None:
        """Forgets the touch of a pointer, or all of them: it was no interaction."""
        if pointer is None:
            self._extents.clear()
            self._touches.clear()
        else:
            self._extents.pop(pointer, None)
            self._touches.pop(pointer, None)

    def _ended(self, pointer: int, now: float) -> Gesture | None:
        touch = self._touches.pop(pointer, None)
        if touch is None or not self._may_tell(self._told.get(pointer, -math.inf), now):
            return None
        recent = {p: at for p, at in self._told.items() if not self._may_tell(at, now)}
        self._told = {**recent, pointer: now}
        return touch.gesture(now)

    def _may_tell(self, since: float, now: float) -> bool:
        return now - since >= self.interval - _TOLERANCE


class _Touch:
    """One pointer from where it came onto the zone."""

    def __init__(self, began: float, x: float, y: float, extent: float):
        self.began = began
        self._is_pen = False
        self._detector = GestureDetector(extent)
        self._detector.add(began, x, y)

    def move(self, now: float, x: float, y: float, pressure: float) -> None:
        self._is_pen = self._is_pen or 0.0 < pressure < 1.0
        self._detector.add(now, x, y, pressure if self._is_pen else None)

    def gesture(self, now: float) -> Gesture:
        gesture = self._detector.gesture(now)
        assert gesture is not None  # it has a position since it was made
        if self._is_pen:
            return gesture
        share = min(1.0, gesture.duration / _FULL_AFTER_SECONDS)
        return replace(gesture, pressure=_LIGHT + (1.0 - _LIGHT) * share)
