"""Delays of retries after failures."""

import random

__all__ = ["MAX_ATTEMPTS", "backoff"]

MAX_ATTEMPTS = 3
_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 8.0


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to wait after failure number `attempt`, from 1: doubling, with a random part.

    The random part keeps clients that failed together from returning together.
    """
    longest: float = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** (attempt - 1))
    return longest * chance.uniform(0.5, 1.0)
