"""Defines policies that have the clip ready before the request: ours, and those for comparison.

All of them use the queue, the presets and the generators in the same way. They differ in the clips
that they keep and in those that they make ahead.
"""

from __future__ import annotations

import heapq
import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from npc_video import VideoGenerationConfig, VideoParams
from npc_video.cache import ClipCache
from npc_video.cache.similar import Similar
from npc_video.generation.pace import Pace
from npc_video.generation.planner import Planner
from npc_video.generation.speculation_budget import SpeculationBudget
from npc_video.prediction.base import Observation, Proposal
from npc_video.prediction.blended import BlendedPredictor, standard_predictor
from npc_video.prediction.markov import MarkovPredictor
from npc_video.prediction.rules import RulePredictor
from npc_video.records import CacheKey, GeneratedClip

from .world import Game, Reaction

__all__ = ["CACHE_SIZE", "POLICIES", "Policy"]

CACHE_SIZE = 60
_CONFIG = VideoGenerationConfig(cache_size=CACHE_SIZE)


class Policy:
    """A policy at work in one game: `observe` gets every reaction before the core does."""

    config = _CONFIG

    def __init__(self, game: Game, preset: str):
        self.config = replace(type(self).config, preset=preset)
        self.clips = self.make_clips()
        self.planner = self.make_planner(game)

    def make_clips(self) -> Any:
        return ClipCache(self.config.cache_size)

    def make_planner(self, game: Game) -> Planner:
        return Planner()

    def advance(self, index: int) -> None:
        """Prepares for reaction number `index`, which is requested next."""


class Default(Policy):
    """The policy that ships."""

    def make_planner(self, game: Game) -> Planner:
        planner = Planner()
        for npc_id, evaluator in game.evaluators.items():
            planner.register(npc_id, standard_predictor(evaluator))
        return planner


class Returning(Default):
    """The policy that ships, with the player's habits saved in an earlier session."""

    def make_planner(self, game: Game) -> Planner:
        planner, earlier = Planner(), game.earlier()
        habits = {npc_id: MarkovPredictor() for npc_id in game.evaluators}
        for reaction in earlier:
            seen = Observation(reaction.params, reaction.key, reaction.interaction, reaction.at)
            habits[reaction.npc_id].observe(seen)
        for npc_id, evaluator in game.evaluators.items():
            saved = json.loads(json.dumps({"habits": habits[npc_id].to_dict()}))
            planner.register(npc_id, standard_predictor(evaluator, learned=saved))
        return planner


class WantedPreset(Default):
    """The policy that ships, without the cheapest preset first."""

    config = replace(_CONFIG, progressive=False, adaptive=False)


class Lru(Policy):
    """Keeps the clips that were used last, makes nothing ahead."""

    config = replace(_CONFIG, predictive=False)


class Nothing(Lru):
    """Keeps nothing, makes nothing ahead."""

    def make_clips(self) -> Any:
        return _NoClips()


class _NoClips:
    def __contains__(self, key: CacheKey) -> bool:
        return False

    def get(self, key: CacheKey) -> GeneratedClip | None:
        return None

    def is_stored(self, key: CacheKey) -> bool:
        return False

    def put(self, key: CacheKey, clip: GeneratedClip) -> None:
        pass

    def drop(self, clip: GeneratedClip) -> None:
        pass

    def most_similar(self, params: VideoParams, minimum: float) -> Similar | None:
        return None


class Rules(Policy):
    """The three rules of the specification, taken literally."""

    def make_planner(self, game: Game) -> Planner:
        planner = Planner(budget=_boundless())
        for npc_id, looks in game.looks.items():
            model = game.evaluators[npc_id]
            planner.register(npc_id, _Unweighed(RulePredictor(looks=looks, model=model)))
        return planner


class _Unweighed(BlendedPredictor):
    """A predictor that is believed whatever its success."""

    def __init__(self, predictor: RulePredictor):
        super().__init__([predictor])
        self._predictor = predictor

    @property
    def reliabilities(self) -> dict[str, float]:
        return {}

    def observe(self, seen: Observation) -> None:
        self._predictor.observe(seen)

    def propose(self, now: float, gap: float) -> list[Proposal]:
        return self._predictor.propose(now, gap)


class Known(Policy):
    """Looks ahead as ours does, and knows the true probabilities of the player's acts."""

    planner: _KnowingPlanner

    def make_planner(self, game: Game) -> Planner:
        return _KnowingPlanner(game)

    def advance(self, index: int) -> None:
        self.planner.index = index


class _KnowingPlanner(Planner):
    _STEPS = 3
    _EVALUATIONS = 60
    _LEAST_PROBABILITY = 0.02

    def __init__(self, game: Game):
        super().__init__()
        self._game = game
        self._ahead: list[tuple[float, int, Proposal]] = []
        self.index = 0

    def observe(self, seen: Observation) -> None:
        super().observe(seen)
        self._ahead = self._look_ahead(seen.at)

    def _expected(self, now: float) -> list[tuple[float, int, Proposal]]:
        return self._ahead

    def _look_ahead(self, now: float) -> list[tuple[float, int, Proposal]]:
        """Runs the same search as `LookaheadPredictor`, over all NPCs at once."""
        game, gap = self._game, self.pace.median
        assert game.player is not None
        order = itertools.count()
        state = game.states[self.index]
        futures: list[Any] = [(-1.0, next(order), 0, dict(game.evaluators), state)]
        found: dict[tuple[CacheKey, int], tuple[float, int, Proposal]] = {}
        tried = 0
        while futures and tried < self._EVALUATIONS:
            negative, _, step, evaluators, state = heapq.heappop(futures)
            options = sorted(game.player.options(state), key=lambda option: -option[0])
            for share, act, after in options:
                chance = -negative * share
                if chance < self._LEAST_PROBABILITY or tried == self._EVALUATIONS:
                    break
                tried += 1
                at = now + (step + 1) * gap
                npc_id = game.npcs[act.npc].npc.id
                branch = evaluators[npc_id].copy()
                params = branch.evaluate_at(act.interaction(at), at)
                if params is None:
                    continue
                key = params.cache_key()
                before = found[key, step][0] if (key, step) in found else 0.0
                proposal = Proposal(params, key, 1.0, step + 1, "known")
                found[key, step] = (before + chance, step + 1, proposal)
                if step + 1 < self._STEPS:
                    moved = {**evaluators, npc_id: branch}
                    heapq.heappush(futures, (-chance, next(order), step + 1, moved, after))
        return list(found.values())


class Clairvoyant(Policy):
    """Knows the future requests and their times."""

    planner: _SeeingPlanner

    def make_planner(self, game: Game) -> Planner:
        return _SeeingPlanner(game.reactions)

    def advance(self, index: int) -> None:
        self.planner.index = index


class _SeeingPlanner(Planner):
    _AHEAD = 8

    def __init__(self, reactions: Sequence[Reaction]):
        self._reactions = reactions
        self.index = 0
        super().__init__(pace=_SeenPace(self), budget=_boundless())

    def _expected(self, now: float) -> list[tuple[float, int, Proposal]]:
        ahead = self._reactions[self.index + 1 : self.index + 1 + self._AHEAD]
        return [
            (1.0, step, Proposal(reaction.params, reaction.key, 1.0, step, "clairvoyant"))
            for step, reaction in enumerate(ahead, 1)
        ]

    def time_of(self, step: int) -> float:
        index = self.index + step
        return self._reactions[index].at if index < len(self._reactions) else math.inf


class _SeenPace(Pace):
    def __init__(self, planner: _SeeingPlanner):
        super().__init__()
        self._planner = planner

    def chance(self, now: float, seconds: float, step: int = 1) -> float:
        return float(self._planner.time_of(step) - now > seconds)


def _boundless() -> SpeculationBudget:
    return SpeculationBudget(share=math.inf, least=0.0)


POLICIES: dict[str, type[Policy]] = {
    "none": Nothing,
    "lru": Lru,
    "rules": Rules,
    "default": Default,
    "returning": Returning,
    "known": Known,
    "clairvoyant": Clairvoyant,
    "wanted_preset": WantedPreset,
}
