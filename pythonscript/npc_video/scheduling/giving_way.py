"""Which runs make way for an urgent task: baking first, then speculation, the youngest first."""

from collections.abc import Iterable

from ..records import Purpose
from .tasks import Task

__all__ = ["MOST_DISPLACED", "giving_way"]

MOST_DISPLACED = 2
"""A task makes way so many times at most, so that it is made at some time."""


def giving_way(tasks: Iterable[Task]) -> Purpose | None:
    """The purpose with which a run of these tasks gives way; None if it does not."""
    highest = Purpose.BAKE
    for task in tasks:
        if task.purpose >= Purpose.UPGRADE or task.displaced >= MOST_DISPLACED:
            return None
        highest = max(highest, task.purpose)
    return highest
