"""Finds clips that a paid service had to make twice without need.

A job may be sent again when its last attempt ended badly or was given up, and when the game has
thrown the clip away. It may not while the last attempt still runs, nor when its clip has arrived.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Attempt", "Doubled", "End", "Ledger"]

# The longest time from the game giving up a clip until its service learns of it. On a busy machine
# with slow frames that is long.
_GIVE_UP_S = 8.0
# The time from the last byte of a clip until the game has it: it is checked and decoded first.
_TAKE_S = 2.0


class End(Enum):
    """The end of an attempt at a job."""

    OPEN = "still made"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given up"


@dataclass
class Attempt:
    """One submission of a job.

    Attributes:
        job: Equal for all requests for the same clip in the same quality.
        how: The service's plan for it.
        began: The time of its arrival, in seconds; `ended`, of its end, if it has ended.
    """

    job: str
    began: float
    how: str = ""
    end: End = End.OPEN
    ended: float | None = None

    def finish(self, end: End, now: float) -> None:
        """Records the first end; a delivery to a receiver that had gone may still change."""
        if self.end is End.OPEN or (self.end is End.DELIVERED and end is End.GIVEN_UP):
            self.end, self.ended = end, now


@dataclass(frozen=True)
class Doubled:
    """A job that was sent again without need.

    Attributes:
        at: The time of the second submission, in seconds.
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
    """The attempts of one service, or of several that replace each other."""

    attempts: list[Attempt] = field(default_factory=list)

    def begin(self, job: str, now: float, how: str = "") -> Attempt:
        self.attempts.append(Attempt(job, now, how))
        return self.attempts[-1]

    def counts(self) -> dict[str, int]:
        """Counts the attempts by their end."""
        found = Counter(attempt.end.value for attempt in self.attempts)
        return {end.value: found[end.value] for end in End}

    def doubled(self, given_up: Iterable[float], cleared: Iterable[float]) -> list[Doubled]:
        """Returns the jobs that were sent again without need.

        Args:
            given_up: Times at which the game may have given up pending clips.
            cleared: Times at which it threw away finished ones.
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
    else:  # its service still makes it
        was_cleared = False
    # A clip that is given up as it arrives is gone, and some services learn of it only after they
    # end.
    arrived = min(again, over + _TAKE_S)
    was_given_up = any(before.began - _GIVE_UP_S <= at <= arrived for at in given_up)
    return not was_given_up and not was_cleared
