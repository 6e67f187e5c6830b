"""Trying again after a failure: how soon and how often."""

import random

__all__ = ["MAX_ATTEMPTS", "backoff"]

MAX_ATTEMPTS = 3
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 8.0


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to rest after failure number `attempt`, from 1: doubling, spread by a half.

    The spread keeps clients that failed together from coming back together.
    """
    longest: float = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** (attempt - 1))
    return longest * chance.uniform(0.5, 1.0)
