"""The order of waiting tasks: by class, then by tenant, then by deadline.

The class is the purpose, with two exceptions. Speculation and baking that have waited for a minute
have a class of their own, which gets a tenth of the workers' time before the upgrades do, so that
they are made at some time. Urgent tasks go with the upgrades after their deadline, so that those
that can still be in time are not late too.
"""

import math
from enum import IntEnum

from ..records import Purpose
from .tasks import Task

__all__ = [
    "AGEING_SECONDS",
    "EARLY",
    "TURNS",
    "AgedTurn",
    "Class",
    "class_ends_at",
    "class_of",
    "due",
]

AGEING_SECONDS = 60.0
"""Speculation and baking are aged after this wait."""
# The part of all slots that aged tasks may have before the upgrades.
_AGED_SHARE = 0.1


class Class(IntEnum):
    """The classes of waiting tasks; a higher one goes first."""

    BAKE = 0
    AGED = 1
    SPECULATION = 2
    UPGRADE = 3
    URGENT = 4


TURNS = (Class.URGENT, Class.AGED, Class.UPGRADE, Class.SPECULATION, Class.AGED, Class.BAKE)
"""The classes in turn; the early turn of the aged ones is theirs only while it is open."""

EARLY = TURNS.index(Class.AGED)
"""The place of the early turn of the aged ones."""

_OF_PURPOSE = {
    Purpose.BAKE: Class.BAKE,
    Purpose.SPECULATION: Class.SPECULATION,
    Purpose.UPGRADE: Class.UPGRADE,
    Purpose.URGENT: Class.URGENT,
}


class AgedTurn:
    """The time from which an aged task may start before the upgrades."""

    def __init__(self) -> None:
        self._opens_at = -math.inf

    def is_open(self, now: float) -> bool:
        return now >= self._opens_at

    def use(self, seconds: float, slots: int, now: float) -> None:
        """Notes the start of an aged task, and closes until its part of the slots has made it."""
        self._opens_at = now + seconds / (_AGED_SHARE * max(1, slots))


def class_of(purpose: Purpose, asked_at: float, due_at: float | None, now: float) -> Class:
    """The class of a task that waits."""
    if now < class_ends_at(purpose, asked_at, due_at):
        return _OF_PURPOSE[purpose]
    return Class.UPGRADE if purpose is Purpose.URGENT else Class.AGED


def class_ends_at(purpose: Purpose, asked_at: float, due_at: float | None) -> float:
    """The time from which a task has another class than its purpose says; infinite if never."""
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
