"""Plays a game through the decisions that ship, under a virtual clock."""

import heapq
import math
from collections.abc import Mapping

from npc_video.generation.core import GenerationCore
from npc_video.generation.decision import Decision
from npc_video.generation.events import ClipReady
from npc_video.generation.jobs import Start
from npc_video.records import CacheKey

from .generator import generated, seconds_for
from .measures import Measures
from .policies import Policy
from .world import Game, Reaction

__all__ = ["simulate"]

# Seconds that the player still watches after the last interaction.
_EPILOGUE_SECONDS = 20.0


def simulate(
    game: Game, make_policy: type[Policy], *, seed: int, hosts: int = 1, preset: str = "fast"
) -> Measures:
    """Plays one whole game under one policy.

    Args:
        seed: of the generator's durations.
        preset: the best one that is wanted.
    """
    game = game.fresh()
    return _Run(game, make_policy(game, preset), hosts, seed).run()


class _Run:
    def __init__(self, game: Game, policy: Policy, hosts: int, seed: int):
        self._game = game
        self._policy = policy
        self._seed = seed
        self._slots: Mapping[str, int] = {f"host {number}": 1 for number in range(hosts)}
        self._core = GenerationCore(
            policy.config, policy.clips, self._slots, planner=policy.planner
        )
        self._now = 0.0
        self._ends: list[tuple[float, int]] = []
        self._running: dict[int, tuple[Start, float]] = {}
        self._measures = Measures(waits=[None] * len(game.reactions))
        # The awaited clip by NPC, and the time of its request.
        self._awaited: dict[str, tuple[CacheKey, float]] = {}
        # Awaited clips that have not begun, with their reaction and time.
        self._unstarted: dict[CacheKey, tuple[int, float]] = {}

    def run(self) -> Measures:
        for index, reaction in enumerate(self._game.reactions):
            self._run_until(reaction.at)
            self._react(index, reaction)
        end = self._game.reactions[-1].at + _EPILOGUE_SECONDS
        self._run_until(end)
        for npc_id in list(self._awaited):
            self._censor(npc_id, end)
        stats = self._core.stats()
        self._measures.busy_seconds = stats.busy_seconds
        self._measures.wasted_seconds = stats.wasted_seconds
        return self._measures

    def _react(self, index: int, reaction: Reaction) -> None:
        now, npc_id = reaction.at, reaction.npc_id
        self._game.evaluators[npc_id].evaluate_at(reaction.interaction, now)
        self._policy.advance(index)
        self._censor(npc_id, now)
        answer, decision = self._core.request(reaction.params, 10, now, reaction.interaction)
        if answer.fallback is None:
            self._measures.hits += 1
            self._measures.exact.append((0.0, True))
        else:
            self._awaited[npc_id] = (reaction.key, now)
            if any(start.job.key == reaction.key for start, _ in self._running.values()):
                self._measures.waits[index] = 0.0
            else:
                self._unstarted[reaction.key] = (index, now)
        self._do(decision, now)

    def _censor(self, npc_id: str, now: float) -> None:
        """Records that the awaited clip does not come in time to be seen."""
        if npc_id in self._awaited:
            key, since = self._awaited.pop(npc_id)
            self._measures.exact.append((now - since, False))
            self._end_wait(key, now)

    def _run_until(self, end: float) -> None:
        while True:
            now = self._next_time()
            if now > end:
                return
            if self._ends and self._ends[0][0] == now:
                _, ticket = heapq.heappop(self._ends)
                if ticket in self._running:
                    start, seconds = self._running.pop(ticket)
                    clip = generated(start.job, seconds)
                    self._do(self._core.finish(ticket, clip, now), now)
            else:
                self._do(self._core.advance(now), now)

    def _next_time(self) -> float:
        wake = self._core.next_wake(self._now)
        return min(self._ends[0][0] if self._ends else math.inf, math.inf if wake is None else wake)

    def _do(self, decision: Decision, now: float) -> None:
        self._now = now
        for stop in decision.stops:
            self._running.pop(stop.ticket, None)
        for start in decision.starts:
            seconds = seconds_for(start.job, self._seed)
            self._running[start.ticket] = (start, seconds)
            heapq.heappush(self._ends, (now + seconds, start.ticket))
            self._end_wait(start.job.key, now)
        for event in decision.events:
            if isinstance(event, ClipReady):
                self._arrive(event, now)

    def _end_wait(self, key: CacheKey, now: float) -> None:
        if key in self._unstarted:
            index, since = self._unstarted.pop(key)
            self._measures.waits[index] = now - since

    def _arrive(self, event: ClipReady, now: float) -> None:
        npc_id = event.params.npc_id
        if npc_id in self._awaited and self._awaited[npc_id][0] == event.params.cache_key():
            _, since = self._awaited.pop(npc_id)
            self._measures.exact.append((now - since, True))
