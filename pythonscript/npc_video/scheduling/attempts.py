"""Limits how often a task is tried."""

import random
from dataclasses import replace

from .tasks import Task

__all__ = ["MAX_ATTEMPTS", "MAX_KILLS", "backoff", "doom_of", "pardoned", "pause_after"]

MAX_ATTEMPTS = 3
MAX_KILLS = 2
"""A task that so many workers were lost with is given up: it probably kills them."""

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 8.0


def doom_of(task: Task) -> str:
    """The reason for giving up a task that a worker was lost with; "" if it is tried again."""
    if task.kills >= MAX_KILLS:
        return f"{task.kills} workers were lost while they made the clip."
    if task.attempt - task.kills >= MAX_ATTEMPTS:
        return f"The clip was begun {task.attempt} times, and no worker brought it to an end."
    return ""


def pardoned(task: Task) -> Task:
    """The task after a worker that was lost with it came back.

    That run stays a failure, so that a task that silences its workers ends, too.
    """
    return replace(task, kills=task.kills - 1) if task.kills else task


def pause_after(failures: int, chance: random.Random, least: float = 0.0) -> float | None:
    """Seconds until the next attempt, at least `least`; None if the task is given up."""
    if failures >= MAX_ATTEMPTS:
        return None
    return max(least, backoff(failures, chance))


def backoff(failures: int, chance: random.Random) -> float:
    """Seconds to wait after failure number `failures`, from 1: doubling, with a random part.

    The random part keeps clients that failed together from returning together.
    """
    longest: float = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** (failures - 1))
    return longest * chance.uniform(0.5, 1.0)
