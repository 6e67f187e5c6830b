"""Decides how many workers of a generator there should be; nothing here waits or starts them."""

import math
from collections import deque

__all__ = ["Scale"]

_STEADY_SECONDS = 120.0


class Scale:
    """The number of workers: more at once, fewer once that was enough for two minutes.

    Args:
        least: there are always so many, at least one: with none, nobody would learn what the
            generator can do.
        most: there are never more.
    """

    def __init__(self, least: int = 1, most: float = math.inf):
        self._least, self._most = least, max(least, most)
        self._wanted: deque[tuple[float, int]] = deque()

    def target(self, wanted: float, now: float) -> int:
        """The number of workers, from the number that the work needs.

        Args:
            now: seconds; it only grows.
        """
        count = int(max(self._least, min(self._most, math.ceil(wanted))))
        while self._wanted and self._wanted[-1][1] <= count:
            self._wanted.pop()
        self._wanted.append((now, count))
        while now - self._wanted[0][0] > _STEADY_SECONDS:
            self._wanted.popleft()
        return self._wanted[0][1]
