"""Models how people play: each kind is a distribution of the next act, given the earlier ones.

A state is immutable, so that a policy which may know the true probabilities can look ahead with the
same code that the player acts by.

The habits of each kind were fitted to the part of the generating time that an LRU cache for a
quarter of a game's clips saves: found to be 0.61 for habitual play, 0.27 for exploratory play, 0.25
for random play and 0.50 for six NPCs; for bursty play none is known. To check, look at the rows `…,
quarter` of `python3 run.py bench latency`: within 0.03 of those. Other players would fit as well,
and the gain of a policy depends on the choice: its figures hold for these.
"""

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from npc_video import ToolInteraction

__all__ = ["KINDS", "Act", "Player", "Stage", "make_player"]

_PRESSURE_NOISE = 0.03
_ESCALATION = 0.12
_GAP_SPREAD = 0.35
_ANY_PRESSURE = (0.3, 0.6, 0.9)


@dataclass(frozen=True, slots=True)
class Act:
    """An act on an NPC, with its pressure before the hand shakes."""

    npc: int
    tool: str
    zone: str
    pattern: str
    pressure: float

    def interaction(self, at: float) -> ToolInteraction:
        return ToolInteraction(
            self.tool, self.tool, self.pressure, 0.5, self.pattern, self.zone, 0.6, at
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """The possible acts on one NPC."""

    tools: Sequence[str]
    zones: Sequence[str]

    def acts(self, npc: int) -> list[Act]:
        patterns = ("tap", "stroke", "hold")
        return [
            Act(npc, tool, zone, patterns[(i + j) % 3], (0.35, 0.55, 0.75)[(i + 2 * j) % 3])
            for i, tool in enumerate(self.tools)
            for j, zone in enumerate(self.zones)
        ]


Options = list[tuple[float, Act, Any]]
"""Probability, act, state after it."""


class Player(ABC):
    """A person with their own habits, which come from `rng`.

    Args:
        escalates: presses harder and harder with the same tool.
    """

    gap = 4.0
    """Usual seconds between two acts."""

    def __init__(self, stages: Sequence[Stage], rng: random.Random, *, escalates: bool):
        self.acts = [stage.acts(npc) for npc, stage in enumerate(stages)]
        self._rng = rng
        self._escalates = escalates

    @abstractmethod
    def start(self) -> Any:
        """Returns the state before the first act."""

    @abstractmethod
    def options(self, state: Any) -> Options:
        """Returns all possible next acts, with probabilities that add up to 1."""

    def usual_gap(self, before: Act | None, act: Act) -> float:
        return self.gap

    def play(self, count: int, rng: random.Random) -> Iterator[tuple[float, Act, Any]]:
        """Yields seconds, act and state after it, `count` times."""
        state, at, before = self.start(), 1.0, None
        for _ in range(count):
            options = self.options(state)
            _, act, state = rng.choices(options, [option[0] for option in options])[0]
            if before is not None:
                at += self.usual_gap(before, act) * math.exp(rng.gauss(0.0, _GAP_SPREAD))
            shaken = min(1.0, max(0.0, act.pressure + rng.gauss(0.0, _PRESSURE_NOISE)))
            yield at, replace(act, pressure=shaken), state
            before = act

    def routine(self, acts: Sequence[Act], things: int) -> list[Act]:
        """Returns so many acts, each repeated one to three times in a row."""
        return [
            self.harder(act, run)
            for act in self._rng.sample(acts, things)
            for run in range(self._rng.randint(1, 3))
        ]

    def harder(self, act: Act, run: int) -> Act:
        """Returns `act` with the pressure after `run` repetitions."""
        if not self._escalates or not run:
            return act
        return replace(act, pressure=min(1.0, act.pressure + _ESCALATION * run))


def at_any_pressure(acts: Iterable[Act]) -> list[Act]:
    return [replace(act, pressure=pressure) for act in acts for pressure in _ANY_PRESSURE]


class Habitual(Player):
    """Follows two routines, the first much more often, and strays from them one time in ten."""

    def __init__(self, stages: Sequence[Stage], rng: random.Random, *, escalates: bool):
        super().__init__(stages, rng, escalates=escalates)
        self._routines = [self.routine(self.acts[0], 3) for _ in range(2)]

    def start(self) -> Any:
        return (0, 0)

    def options(self, state: Any) -> Options:
        routine, index = state
        steps = self._routines[routine]
        options: Options = []
        if index < len(steps):
            options.append((0.9, steps[index], (routine, index + 1)))
        else:
            for other, share in enumerate((0.8, 0.2)):
                options.append((0.9 * share, self._routines[other][0], (other, 1)))
        acts = self.acts[0]
        return options + [(0.1 / len(acts), act, state) for act in acts]


class Exploratory(Player):
    """Tries new acts, at any pressure, and repeats an act one time in seven."""

    gap = 5.0

    def __init__(self, stages: Sequence[Stage], rng: random.Random, *, escalates: bool):
        super().__init__(stages, rng, escalates=escalates)
        self._acts = at_any_pressure(self.acts[0])

    def start(self) -> Any:
        return (None, 0, frozenset())

    def options(self, state: Any) -> Options:
        last, run, tried = state
        weights = [0.15 if act in tried else 1.0 for act in self._acts]
        fresh = 1.0 if last is None else 0.85
        total = sum(weights)
        options: Options = [
            (fresh * weight / total, act, (act, 0, tried | {act}))
            for act, weight in zip(self._acts, weights, strict=True)
        ]
        if last is not None:
            options.append((0.15, self.harder(last, run + 1), (last, run + 1, tried)))
        return options


class Random(Player):
    """Does anything, at any pressure."""

    def start(self) -> Any:
        return None

    def options(self, state: Any) -> Options:
        acts = at_any_pressure(self.acts[0])
        return [(1.0 / len(acts), act, None) for act in acts]


class Bursty(Player):
    """Repeats one act several times quickly, pauses, then takes up another favourite."""

    def __init__(self, stages: Sequence[Stage], rng: random.Random, *, escalates: bool):
        super().__init__(stages, rng, escalates=escalates)
        acts = self.acts[0]
        self._favourites = rng.sample(acts, min(8, len(acts)))

    def start(self) -> Any:
        return (None, 0)

    def options(self, state: Any) -> Options:
        last, run = state
        fresh = 1.0 if last is None else 0.2
        weights = [1.0 / rank for rank in range(1, len(self._favourites) + 1)]
        options: Options = [
            (fresh * weight / sum(weights), act, (act, 0))
            for act, weight in zip(self._favourites, weights, strict=True)
        ]
        if last is not None:
            options.append((0.8, self.harder(last, run + 1), (last, run + 1)))
        return options

    def usual_gap(self, before: Act | None, act: Act) -> float:
        goes_on = before and (before.tool, before.zone) == (act.tool, act.zone)
        return 1.3 if goes_on else 9.0


class SixNpcs(Player):
    """Goes among six NPCs, and has three routines, of which each NPC gets one.

    Stays with one for a dozen acts, then mostly goes to the next on the usual way, and strays from
    the routine one time in twenty.
    """

    gap = 3.0

    def __init__(self, stages: Sequence[Stage], rng: random.Random, *, escalates: bool):
        super().__init__(stages, rng, escalates=escalates)
        # NPCs may differ in their possible acts, so only equal ones share a routine.
        routines = [self.routine(acts, 2) for acts in self.acts[:3]]
        self._routines = [
            [replace(act, npc=npc) for act in rng.choice(routines)]
            if len({len(acts) for acts in self.acts}) == 1
            else self.routine(self.acts[npc], 2)
            for npc in range(len(self.acts))
        ]
        self._way = rng.sample(range(len(stages)), len(stages))

    def start(self) -> Any:
        return (self._way[0], (0,) * len(self.acts))

    def options(self, state: Any) -> Options:
        npc, places = state
        following = self._way[(self._way.index(npc) + 1) % len(self._way)]
        goes_to = dict.fromkeys(range(len(self.acts)), 0.01 / len(self.acts))
        goes_to[npc] += 0.92
        goes_to[following] += 0.07
        options: Options = []
        for other, share in goes_to.items():
            routine, acts = self._routines[other], self.acts[other]
            moved = (*places[:other], (places[other] + 1) % len(routine), *places[other + 1 :])
            options.append((share * 0.95, routine[places[other]], (other, moved)))
            options += [(share * 0.05 / len(acts), act, (other, places)) for act in acts]
        return options


KINDS: dict[str, type[Player]] = {
    "habitual": Habitual,
    "exploratory": Exploratory,
    "random": Random,
    "bursty": Bursty,
    "six_npcs": SixNpcs,
}


def make_player(
    kind: str, stages: Sequence[Stage], rng: random.Random, *, escalates: bool
) -> Player:
    return KINDS[kind](stages, rng, escalates=escalates)
