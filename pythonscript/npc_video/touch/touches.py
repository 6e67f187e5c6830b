"""Turns the pointers on a zone of an NPC into interactions.

Each finger, pen or mouse is tracked separately. A touch is reported when it ends, and at intervals
while it lasts, never more often than the zone allows. The place of the zone and the meaning of
interactions are left to other modules.
"""

import math
from dataclasses import replace

from .gestures import Gesture, GestureDetector

__all__ = ["Touches"]

# A pointer without pressure seems to press harder the longer it stays.
_LIGHT = 0.3
_FULL_AFTER_SECONDS = 2.0

# Times are sums of fractions, so they may miss a limit by very little.
_TOLERANCE = 1e-9


class Touches:
    """All pointers on one zone. Times are seconds of one clock, pointers are any numbers.

    Args:
        interval: seconds between two interactions of one pointer, at least 0.
    """

    def __init__(self, interval: float = 0.5):
        self.interval = interval
        self._extents: dict[int, float] = {}  # of all pressed pointers, also beside the zone
        self._touches: dict[int, _Touch] = {}  # of pointers on the zone
        self._told: dict[int, float] = {}

    def __len__(self) -> int:
        """The number of pointers that were pressed on the zone and are not released yet."""
        return len(self._extents)

    def press(self, pointer: int, now: float, x: float, y: float, extent: float) -> None:
        """Begins a touch, within the zone.

        Args:
            pointer: its number.
            now: seconds.
            x: in the unit of `extent`, as `y`.
            y: see `x`.
            extent: size of the touched object; see `GestureDetector`.

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
        """Moves a pointer; one that is not pressed is ignored.

        Leaving the zone ends the touch, and returning while still pressed begins another.

        Args:
            pressure: 0 to 1. Mice and some fingers report 0 or 1; values between come from a pen.

        Returns:
            the interaction that ended, if it must be reported.

        Raises:
            InvalidDataError: as for `press`; the touch continues without the position.
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
        """Releases a pointer; returns the interaction that ended, if it must be reported."""
        self._extents.pop(pointer, None)
        return self._ended(pointer, now)

    def due(self, now: float) -> list[Gesture]:
        """The present gestures of lasting touches that are due for a report."""
        found = []
        for pointer, touch in self._touches.items():
            since = max(touch.began, self._told.get(pointer, touch.began))
            if not self._may_tell(since, now):
                continue
            gesture = touch.gesture(now)
            if gesture.pattern != "tap":  # a tap is one only after the release
                self._told[pointer] = now
                found.append(gesture)
        return found

    def drop(self, pointer: int | None = None) -> None:
        """Forgets the touch of a pointer, or all, without an interaction."""
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
    """A pointer on the zone, from its arrival."""

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
