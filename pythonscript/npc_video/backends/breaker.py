"""When something that fails is left alone, and when it is tried again."""

import math

__all__ = ["Breaker"]


class Breaker:
    """Leaves a host alone after some failures in a row.

    After a pause one job tries it; if that fails too, the next pause is twice as long.

    Args:
        failures: after how many in a row.
        pause: seconds, the first one.
        longest: seconds, of any pause.
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
        """Seconds, from when on the host is tried again; in the past if it works."""
        return self._closed_at

    @property
    def is_resting(self) -> bool:
        return self._failures >= self._most

    def lets_through(self, now: float) -> bool:
        """Whether the host may be given a job now."""
        return not self.is_resting or (now >= self._closed_at and not self._is_trying)

    def started(self) -> None:
        self._is_trying = self.is_resting

    def stopped(self) -> None:
        """A job was given up: that says nothing of the host."""
        self._is_trying = False

    def succeeded(self) -> None:
        self._failures = 0
        self._pause = self._first_pause
        self._is_trying = False

    def failed(self, now: float) -> None:
        was_open = self.is_resting and not self._is_trying
        self._failures += 1
        self._is_trying = False
        # What had begun before the host was left alone says nothing new.
        if self.is_resting and not was_open:
            self._closed_at = now + self._pause
            self._pause = min(self._longest_pause, 2 * self._pause)
