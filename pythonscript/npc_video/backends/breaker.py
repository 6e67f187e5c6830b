"""A circuit breaker: decides when to avoid something that fails, and when to try it again."""

import math

__all__ = ["Breaker"]


class Breaker:
    """Avoids a host after some failures in a row.

    After a pause one job tests it. If that fails too, the next pause is twice as long.

    Args:
        failures: the number of failures in a row.
        pause: the first pause, in seconds.
        longest: the longest pause, in seconds.
    """

    def __init__(self, failures: int, pause: float, longest: float = 60.0) -> None:
        self._most = failures
        self._first_pause, self._longest_pause = pause, longest
        self._failures = 0
        self._pause = pause
        self._closed_at = -math.inf
        self._is_trying = False

    @property
    def opens_at(self) -> float:
        """The time of the next test of the host, in seconds; in the past if it works."""
        return self._closed_at

    @property
    def is_resting(self) -> bool:
        return self._failures >= self._most

    def lets_through(self, now: float) -> bool:
        """Whether the host may get a job now."""
        return not self.is_resting or (now >= self._closed_at and not self._is_trying)

    def started(self) -> None:
        self._is_trying = self.is_resting

    def stopped(self) -> None:
        """Notes a cancelled job, which says nothing about the host."""
        self._is_trying = False

    def succeeded(self) -> None:
        self._failures = 0
        self._pause = self._first_pause
        self._is_trying = False

    def failed(self, now: float) -> None:
        was_open = self.is_resting and not self._is_trying
        self._failures += 1
        self._is_trying = False
        # Jobs that began before the breaker closed the host say nothing new.
        if self.is_resting and not was_open:
            self._closed_at = now + self._pause
            self._pause = min(self._longest_pause, 2 * self._pause)
