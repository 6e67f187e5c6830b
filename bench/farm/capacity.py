"""Finds the number of workers that so many players need, by simulation."""

import math
import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass

from .simulate import WARM_UP_SECONDS, fleet_for, simulate
from .world import Plan, moments

__all__ = ["CASES", "MOST_WAIT_SECONDS", "PLAYERS", "Case", "Table", "workers_needed"]

PLAYERS = (100, 300, 1000, 3000, 10_000)
MOST_WAIT_SECONDS = 1.0
"""The generation of 95 % of the urgent clips begins within this time."""

# About so many players times seconds are simulated, for chance to even out.
_PLAYED_SECONDS = 250_000
_LEAST_SECONDS, _MOST_SECONDS = 60.0, 1200.0
# The search ends at workers that are so close.
_CLOSE = 1.05


@dataclass(frozen=True, slots=True)
class Case:
    """Assumptions that differ between farms.

    Attributes:
        unseen: the part of the looks new to a player that nobody saw before.
        load_seconds: the time of loading another model.
        games: each with a model of its own.
    """

    unseen: float = 0.25
    load_seconds: float = 10.0
    games: int = 8


CASES: Mapping[str, Case] = {
    "usual": Case(),
    "one game": Case(games=1),
    "10 % unseen": Case(unseen=0.1),
    "50 % unseen": Case(unseen=0.5),
    "no loading": Case(load_seconds=0.0),
    "60 s loading": Case(load_seconds=60.0),
}

Table = dict[str, dict[int, int]]
"""Workers by case and players."""


def workers_needed() -> Table:
    """The table for all cases."""
    work = [(players, name) for players in sorted(PLAYERS, reverse=True) for name in CASES]
    table: Table = {name: {} for name in CASES}
    # New processes, so that no lock of this one is caught in the copy.
    with multiprocessing.get_context("spawn").Pool() as pool:
        for players, name, workers in pool.imap_unordered(_find, work):
            table[name][players] = workers
    return table


def _find(work: tuple[int, str]) -> tuple[int, str, int]:
    players, name = work
    case = CASES[name]
    seconds = min(_MOST_SECONDS, max(_LEAST_SECONDS, _PLAYED_SECONDS / players))
    plan = Plan(players, WARM_UP_SECONDS + seconds, case.unseen, case.games)
    played = list(moments(plan))

    def is_enough(workers: int) -> bool:
        fleet = fleet_for(plan, workers, case.load_seconds)
        return simulate(plan, played, fleet).urgent_p95 <= MOST_WAIT_SECONDS

    too_few, enough = 0, max(1, round(players * case.unseen / 10))
    while not is_enough(enough):
        too_few, enough = enough, math.ceil(enough * 1.5)
    while enough > too_few * _CLOSE and enough - too_few > 1:
        middle = (too_few + enough) // 2
        if is_enough(middle):
            enough = middle
        else:
            too_few = middle
    return players, name, enough
