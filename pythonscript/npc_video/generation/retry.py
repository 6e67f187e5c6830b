"""Trying again after a failure: how soon and how often."""

import math
import random

from ..records import CacheKey

__all__ = ["MAX_ATTEMPTS", "Setbacks", "backoff"]

MAX_ATTEMPTS = 3
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 8.0

_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0

_FORGOTTEN_SECONDS = 60.0


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to rest after failure number `attempt`, from 1: doubling, spread by a half.

    The spread keeps clients that failed together from coming back together.
    """
    longest: float = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** (attempt - 1))
    return longest * chance.uniform(0.5, 1.0)


class Setbacks:
    """Keeps what fails from being made ahead again at once, for nobody has asked for it.

    After a failure nothing is made ahead for a pause, and after each further one in a row the next
    pause is twice as long; the clip itself is not made ahead for a minute. Else a service that
    refuses at once would be asked as quickly as it answers.
    """

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE_SECONDS
        self._over_at = -math.inf
        self._failed: dict[CacheKey, float] = {}

    def failed(self, key: CacheKey, now: float) -> None:
        self._failed = {
            key: at for key, at in self._failed.items() if now - at < _FORGOTTEN_SECONDS
        }
        self._failed[key] = now
        self._over_at = now + self._pause
        self._pause = min(_LONGEST_PAUSE_SECONDS, 2 * self._pause)

    def succeeded(self, key: CacheKey) -> None:
        self._failed.pop(key, None)
        self._over_at = -math.inf
        self._pause = _FIRST_PAUSE_SECONDS

    def are_over(self, now: float) -> bool:
        """Whether anything may be made ahead."""
        return now >= self._over_at

    def include(self, key: CacheKey, now: float) -> bool:
        """Whether this clip has failed within the last minute."""
        return now - self._failed.get(key, -math.inf) < _FORGOTTEN_SECONDS
