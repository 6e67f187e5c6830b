"""Estimates how many workers the arriving and the waiting tasks need."""

import math

__all__ = ["Arrivals", "wanted_workers"]

_WINDOW_SECONDS = 60.0
_LOAD = 0.7
_BACKLOG_SECONDS = 300.0


class Arrivals:
    """The seconds of work that arrive per second, as an average of about a minute."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._at = 0.0

    def note(self, seconds: float, now: float) -> None:
        self._sum = self._sum_at(now) + seconds
        self._at = max(self._at, now)

    def rate(self, now: float) -> float:
        return self._sum_at(now) / _WINDOW_SECONDS

    def _sum_at(self, now: float) -> float:
        return self._sum * math.exp(-max(0.0, now - self._at) / _WINDOW_SECONDS)


def wanted_workers(rate: float, backlog: float) -> float:
    """The workers that keep up, each busy for 70 % of the time, and end the backlog in 5 minutes.

    Args:
        rate: seconds of work that arrive per second, of the upper classes.
        backlog: seconds of all waiting work.
    """
    return rate / _LOAD + backlog / _BACKLOG_SECONDS
