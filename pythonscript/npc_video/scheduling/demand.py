"""Estimates how many workers the arriving and the waiting tasks need."""

import math

__all__ = ["Arrivals", "needed_workers", "wanted_workers"]

_WINDOW_SECONDS = 60.0
_LEAST_SECONDS = 10.0
_LOAD = 0.7
_SPARE = 2.0
_BACKLOG_SECONDS = 300.0


class Arrivals:
    """The seconds of work that arrive per second, as an average of about a minute."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._at = 0.0
        self._since: float | None = None

    def note(self, seconds: float, now: float) -> None:
        if self._since is None:
            self._since = now
        self._sum = self._sum_at(now) + seconds
        self._at = max(self._at, now)

    def rate(self, now: float) -> float:
        if self._since is None:
            return 0.0
        # What came before the first request would be missing in the average.
        age = max(_LEAST_SECONDS, now - self._since)
        return self._sum_at(now) / (_WINDOW_SECONDS * -math.expm1(-age / _WINDOW_SECONDS))

    def _sum_at(self, now: float) -> float:
        return self._sum * math.exp(-max(0.0, now - self._at) / _WINDOW_SECONDS)


def needed_workers(rate: float) -> float:
    """The workers that keep up with what arrives and hardly let anything wait.

    This is square-root staffing (Halfin and Whitt, 1981): chance makes few workers busy together
    more often than many.
    """
    return rate + _SPARE * math.sqrt(rate)


def wanted_workers(rate: float, backlog: float) -> float:
    """The workers that keep up, each busy for 70 % of the time, and end the backlog in 5 minutes.

    Args:
        rate: seconds of work that arrive per second, of the upper classes.
        backlog: seconds of all waiting work.
    """
    return rate / _LOAD + backlog / _BACKLOG_SECONDS
