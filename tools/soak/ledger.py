"""What a service that wants money was asked for: whether it had to make a clip twice for nothing.

A job may be sent again when its last attempt ended badly or was given up, and when the game has
thrown the clip away. It may not while the last attempt still runs, nor when its clip has arrived.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Attempt", "Doubled", "End", "Ledger"]

# From the moment at which the game gives up a clip until its service hears of it, at most: on a
# busy machine with slow frames that is long.
_GIVE_UP_S = 8.0
# From the last byte of a clip until the game has it; it is checked and decoded first.
_TAKE_S = 2.0


class End(Enum):
    """How an attempt at a job has ended."""

    OPEN = "still made"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given up"


@dataclass
class Attempt:
    """One time that a job was sent.

    Attributes:
        job: Equal for all that asks for the same clip in the same quality.
        how: How the service wants to treat it.
        began: When it came, in seconds; `ended`, when it was over, if it is.
    """

    job: str
    began: float
    how: str = ""
    end: End = End.OPEN
    ended: float | None = None

    def finish(self, end: End, now: float) -> None:
        """The first end counts, but for a delivery to somebody who was not there any more."""
        if self.end is End.OPEN or (self.end is End.DELIVERED and end is End.GIVEN_UP):
            self.end, self.ended = end, now


@dataclass(frozen=True)
class Doubled:
    """A job that was sent again without need.

    Attributes:
        at: When it was sent again, in seconds.
        before: The attempt before it.
    """

    job: str
    at: float
    before: Attempt

    def __str__(self) -> str:
        before = self.before
        return (
            f"job {self.job} was sent again at {self.at:.1f} s: before ({before.how}) it was sent"
            f" at {before.began:.1f} s and {before.end.value} at {before.ended}"
        )


@dataclass
class Ledger:
    """Of one service, or of several that stand in for each other."""

    attempts: list[Attempt] = field(default_factory=list)

    def begin(self, job: str, now: float, how: str = "") -> Attempt:
        self.attempts.append(Attempt(job, now, how))
        return self.attempts[-1]

    def counts(self) -> dict[str, int]:
        """How many attempts have ended in which way."""
        found = Counter(attempt.end.value for attempt in self.attempts)
        return {end.value: found[end.value] for end in End}

    def doubled(self, given_up: Iterable[float], cleared: Iterable[float]) -> list[Doubled]:
        """What was sent again without need.

        Args:
            given_up: When the game may have given up what was on its way.
            cleared: When it threw away what it had.
        """
        given_up, cleared = sorted(given_up), sorted(cleared)
        last: dict[str, Attempt] = {}
        found = []
        for attempt in self.attempts:
            before = last.get(attempt.job)
            last[attempt.job] = attempt
            if before is not None and _is_needless(before, attempt.began, given_up, cleared):
                found.append(Doubled(attempt.job, attempt.began, before))
        return found


def _is_needless(
    before: Attempt, again: float, given_up: list[float], cleared: list[float]
) -> bool:
    over = math.inf if before.ended is None else before.ended
    if before.end is End.DELIVERED:
        was_cleared = any(before.began <= at <= again for at in cleared)
    elif over <= again + _GIVE_UP_S:
        return False
    else:  # it is still made, as far as its service knows
        was_cleared = False
    # What is given up as it arrives is gone, and some services do not hear of it before they end.
    arrived = min(again, over + _TAKE_S)
    was_given_up = any(before.began - _GIVE_UP_S <= at <= arrived for at in given_up)
    return not was_given_up and not was_cleared
