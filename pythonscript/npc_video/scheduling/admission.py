"""Decides which tasks are refused because too many wait already."""

import math
from dataclasses import dataclass

from ..records import Purpose

__all__ = ["MOST_AHEAD_SECONDS", "Refusal", "refusal"]

MOST_AHEAD_SECONDS = 60.0
"""Speculation is refused where more than this waits before it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sentence with the reason, and the seconds after which to ask again."""

    reason: str
    retry_after: float


def refusal(
    purpose: Purpose, ahead_seconds: float, waiting: int = 0, most_waiting: float = math.inf
) -> Refusal | None:
    """The refusal of a task; None if it may wait.

    Args:
        ahead_seconds: the time that the workers need for what waits, infinite without a worker.
        waiting: the tenant's tasks that wait.
        most_waiting: the most that may.
    """
    if waiting >= most_waiting:
        return Refusal(
            f"{waiting} clips are waiting: request fewer at once.", _pause(ahead_seconds)
        )
    if purpose is Purpose.SPECULATION and ahead_seconds > MOST_AHEAD_SECONDS:
        reason = "The generators are busy with clips that are needed: speculate later."
        return Refusal(reason, _pause(ahead_seconds - MOST_AHEAD_SECONDS))
    return None


def _pause(seconds: float) -> float:
    return min(MOST_AHEAD_SECONDS, max(1.0, seconds))
