"""Plans the troubles around the game and their times: the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

__all__ = ["Kind", "Trouble", "plan"]

_BEGIN_S, _FIRST_S = 2.0, 15.0
_HOUR = 3600


class Kind(Enum):
    """The kinds of trouble."""

    STOP = "the game is stopped"
    FULL = "the disk is full"
    READ_ONLY = "the disk is read-only"
    CLOCK = "the clock jumps"
    SERVICES = "the services' mood changes"
    REFUSE = "a service's port is closed"
    COMFY_DIES = "ComfyUI dies"
    COMFY_MODE = "ComfyUI misbehaves"
    KILL_GAME = "the other game is killed"
    KILL_WRITER = "the other writer is killed"


@dataclass(frozen=True, order=True)
class Trouble:
    """One trouble.

    Attributes:
        at: Seconds after the play began.
        seconds: Its duration; 0 for one that is over at once.
        kind: Its kind.
        value: The details: a clock's offset in seconds, a mood, a mode, the number of a service.
    """

    at: float
    seconds: float
    kind: Kind
    value: str = ""

    def __str__(self) -> str:
        value = f" ({self.value})" if self.value else ""
        return f"{self.kind.value}{value} for {self.seconds:.1f} s"


@dataclass(frozen=True)
class _Habit:
    """The frequency of a kind of trouble.

    Attributes:
        gap: Seconds from the end of one to the next, at least and at most.
        lasts: Seconds, at least and at most.
        values: The possible values.
    """

    kind: Kind
    gap: tuple[float, float]
    lasts: tuple[float, float]
    values: tuple[str, ...] = ("",)


_HABITS = (
    _Habit(Kind.STOP, (8, 25), (0.2, 7)),
    _Habit(Kind.FULL, (10, 40), (4, 20)),
    _Habit(Kind.READ_ONLY, (25, 80), (3, 10)),
    _Habit(
        Kind.CLOCK,
        (6, 25),
        (2, 12),
        tuple(str(hours * _HOUR) for hours in (-24 * 365, -24, -1, 1, 24, 24 * 365 * 5)),
    ),
    _Habit(Kind.SERVICES, (0, 0), (8, 20), ("well", "slow", "dead", "broken", "busy", "mixed")),
    _Habit(Kind.REFUSE, (10, 30), (2, 12), ("0", "1", "2", "3", "4")),
    _Habit(Kind.COMFY_DIES, (15, 40), (2, 15)),
    _Habit(
        Kind.COMFY_MODE,
        (4, 15),
        (5, 15),
        ("slow", "failed", "cancelled", "overloaded", "refused", "invalid", "unreachable"),
    ),
    _Habit(Kind.KILL_GAME, (20, 60), (0, 0)),
    _Habit(Kind.KILL_WRITER, (5, 25), (0, 0)),
)


def plan(seed: int, seconds: float) -> list[Trouble]:
    """Returns all troubles of a play of this length, by their time; each ends before the play."""
    return sorted(
        (trouble for habit in _HABITS for trouble in _of(habit, seed, seconds)),
        key=lambda trouble: trouble.at,
    )


def _of(habit: _Habit, seed: int, seconds: float) -> Iterator[Trouble]:
    chance = random.Random(f"{seed} {habit.kind.name}")
    # The first one comes early, so that a short run has one of each kind.
    at = _BEGIN_S + chance.uniform(0.0, _FIRST_S)
    while True:
        lasts, value = chance.uniform(*habit.lasts), chance.choice(habit.values)
        if at + lasts >= seconds:
            return
        yield Trouble(at, lasts, habit.kind, value)
        at += lasts + chance.uniform(*habit.gap)
