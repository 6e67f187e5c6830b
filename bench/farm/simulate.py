"""Plays a world on a farm under virtual time."""

import time
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from npc_video import QUALITY_PRESETS
from npc_video.records import Purpose

from ..simulator.measures import percentile_of_censored
from .clients import MAX_WAIT_SECONDS, Client, Moves, Want
from .virtual import Account, Fleet, VirtualFarm
from .world import Moment, Plan

__all__ = ["Figures", "fleet_for", "simulate"]

# Not counted, until the farm is as busy as it stays.
WARM_UP_SECONDS = 60.0
# A tenant beside the games: it bakes, or asks for more than there is.
_STUDIO = -1


@dataclass(frozen=True, slots=True)
class Figures:
    """The result of a simulation. Waits end when the generation of the clip begins; seconds.

    Attributes:
        left: the part of the urgent requests that a newer one overtook before they began.
        loads: of models, per 100 runs.
        useful: the part of the workers' time in which they made clips that came to be.
        speed: seconds of the farm per second of computing.
    """

    urgent_p50: float
    urgent_p95: float
    urgent_p99: float
    upgrade_p95: float
    left: float
    loads: float
    useful: float
    runs_per_second: float
    speed: float


def model_of(game: int) -> str:
    """The model add-ons of a game's characters; a studio bakes for the first game."""
    return f"game {max(game, 0)}"


def fleet_for(plan: Plan, workers: int, load_seconds: float) -> Fleet:
    """Workers whose models are spread as the players are."""
    shares = list(accumulate(1.0 / rank for rank in range(1, plan.games + 1)))
    places = ((number + 0.5) / workers * shares[-1] for number in range(workers))
    return Fleet([model_of(bisect_left(shares, place)) for place in places], load_seconds)


def simulate(
    plan: Plan, moments: Iterable[Moment], fleet: Fleet, *, baking: int = 0, flood: float = 0.0
) -> Figures:
    """Plays all moments of a plan.

    Args:
        baking: clips that a studio asks for at the beginning.
        flood: urgent clips per second that the studio asks for, which are not in the figures.
    """
    began = time.process_time()
    account = _Play(fleet).run(moments, baking, flood)
    computed = time.process_time() - began
    urgent = account.waits[Purpose.URGENT]
    measured = plan.seconds - WARM_UP_SECONDS
    capacity = len(fleet.models) * measured
    made = sum(account.work.get(purpose.word, 0.0) for purpose in Purpose)
    return Figures(
        urgent_p50=percentile_of_censored(urgent, 0.5),
        urgent_p95=percentile_of_censored(urgent, 0.95),
        urgent_p99=percentile_of_censored(urgent, 0.99),
        upgrade_p95=percentile_of_censored(account.waits[Purpose.UPGRADE], 0.95),
        left=sum(not began for _, began in urgent) / max(1, len(urgent)),
        loads=100.0 * account.loads / max(1, account.runs),
        useful=made / capacity,
        runs_per_second=account.runs / measured,
        speed=plan.seconds / computed,
    )


def _flood(number: int) -> Want:
    preset = QUALITY_PRESETS["realtime"]
    return Want(f"flood {number}", _STUDIO, _STUDIO, Purpose.URGENT, preset, MAX_WAIT_SECONDS)


class _Play:
    def __init__(self, fleet: Fleet):
        self._farm = VirtualFarm(fleet, model_of, self._arrive)
        self._clients: dict[int, Client] = {}

    def run(self, moments: Iterable[Moment], baking: int, flood: float) -> Account:
        for number in range(baking):
            preset = QUALITY_PRESETS["balanced"]
            want = Want(f"bake {number}", _STUDIO, _STUDIO, Purpose.BAKE, preset)
            self._farm.ask(want, 0.0)
        is_warm, flooded = False, 0
        for moment in moments:
            while flooded < flood * moment.at:
                flooded += 1
                self._farm.advance(flooded / flood)
                self._farm.ask(_flood(flooded), flooded / flood)
            self._farm.advance(moment.at)
            if not is_warm and moment.at >= WARM_UP_SECONDS:
                is_warm, self._farm.account = True, Account()
            client = self._clients.get(moment.player)
            if client is None:
                client = self._clients[moment.player] = Client(moment.player, moment.game)
            self._do(client.react(moment), moment.at)
        return self._farm.account

    def _do(self, moves: Moves, now: float) -> None:
        for key in moves.leaves:
            self._farm.leave(key, now)
        for want in moves.asks:
            self._farm.ask(want, now)

    def _arrive(self, want: Want, now: float) -> None:
        client = self._clients.get(want.player)
        better = None if client is None else client.arrive(want.key)
        if better is not None:
            self._farm.ask(better, now)
