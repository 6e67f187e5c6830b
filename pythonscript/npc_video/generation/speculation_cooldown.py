"""Delays further speculation after failures, because nobody has requested it."""

import math

from ..records import CacheKey

__all__ = ["SpeculationCooldown"]

_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0

_FORGOTTEN_SECONDS = 60.0


class SpeculationCooldown:
    """Pauses speculation after failures.

    After a failure nothing is made ahead for a pause. Each further failure in a row doubles the
    pause. The clip that failed is not made ahead for a minute. Without this a service that refuses
    at once would be asked as quickly as it answers.
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

    def is_over(self, now: float) -> bool:
        """Whether clips may be made ahead again."""
        return now >= self._over_at

    def covers(self, key: CacheKey, now: float) -> bool:
        """Whether this clip has failed within the last minute."""
        return now - self._failed.get(key, -math.inf) < _FORGOTTEN_SECONDS
