"""The order of waiting tasks: by class, then by tenant, then by deadline.

The class is the purpose, with two exceptions. Speculation and baking go with the upgrades after a
minute, so that they are made at some time. Urgent tasks go with the upgrades after their deadline,
so that those that can still be in time are not late too.
"""

import math

from ..records import Purpose
from .tasks import Task

__all__ = ["AGEING_SECONDS", "class_ends_at", "class_of", "due"]

AGEING_SECONDS = 60.0
"""Speculation and baking go with the upgrades after this wait."""


def class_of(purpose: Purpose, asked_at: float, due_at: float | None, now: float) -> Purpose:
    """The class of a task that waits; a higher one goes first."""
    return Purpose.UPGRADE if now >= class_ends_at(purpose, asked_at, due_at) else purpose


def class_ends_at(purpose: Purpose, asked_at: float, due_at: float | None) -> float:
    """The time from which a task goes with the upgrades; infinite if never."""
    if purpose < Purpose.UPGRADE:
        return asked_at + AGEING_SECONDS
    if purpose is Purpose.URGENT and due_at is not None:
        return due_at
    return math.inf


def due(task: Task) -> float:
    """The time that orders the tasks of one class and tenant, the earliest first.

    One that nobody waits for counts as due a minute after its request, so that later requests
    cannot pass it for ever.
    """
    return task.asked_at + AGEING_SECONDS if task.due_at is None else task.due_at
