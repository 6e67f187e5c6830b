"""What the NPC's own response graph will ask for.

The graph is a deterministic machine: a copy of it, run forward under what the player is likely to
do, names exact clips that were never seen, thresholds and decay included.
"""

import heapq
import itertools
import math
from collections.abc import Iterator
from typing import Any

from ..records import VideoParams, round_half_up
from .base import Followers, Observation, Proposal, ResponseModel

__all__ = ["LookaheadPredictor"]

_EVALUATIONS = 24
_LEAST_PROBABILITY = 0.03
# How far off an intensity is at most because no two touches are alike.
_TREMBLE = 0.03

# Probability (negative: a heap gives the smallest), tie-break, step, model, context.
_Future = tuple[float, int, int, ResponseModel, Any]


class LookaheadPredictor:
    """Runs copies of an evaluator forward, the likeliest future first.

    Args:
        model: the evaluator of the NPC; never changed here.
        followers: says what the player may do; it is told of interactions by its owner.
        steps: how many interactions ahead.
        evaluations: how many interactions are tried out at most.
    """

    def __init__(
        self,
        model: ResponseModel,
        followers: Followers,
        *,
        steps: int = 3,
        evaluations: int = _EVALUATIONS,
    ):
        self._model = model
        self._followers = followers
        self._steps = steps
        self._evaluations = evaluations

    def observe(self, seen: Observation) -> None:
        """Nothing is learned here: the model moves on by itself."""

    def propose(self, now: float, gap: float) -> list[Proposal]:
        proposals: list[Proposal] = []
        order = itertools.count()
        futures: list[_Future] = [(-1.0, next(order), 0, self._model, self._followers.context)]
        tried = 0
        while futures and tried < self._evaluations:
            negative, _, step, model, context = heapq.heappop(futures)
            for share, interaction in self._followers.options(context):
                probability = -negative * share
                if probability < _LEAST_PROBABILITY or tried == self._evaluations:
                    break
                tried += 1
                branch = model.copy()
                params = branch.evaluate_at(interaction, now + (step + 1) * gap)
                if params is None:
                    continue
                proposals += [
                    Proposal(look, look.cache_key(), probability * part, step + 1, "lookahead")
                    for part, look in _spread(branch, params)
                ]
                if step + 1 < self._steps:
                    after = self._followers.extend(context, interaction)
                    heapq.heappush(futures, (-probability, next(order), step + 1, branch, after))
        return proposals


def _spread(model: ResponseModel, params: VideoParams) -> Iterator[tuple[float, VideoParams]]:
    """An answer, and what a touch slightly off might round it to, each with its part."""
    above = params.intensity - round_half_up(params.intensity)
    beyond = 0.5 - (0.05 - abs(above)) / (2.0 * _TREMBLE)
    neighbour = params.intensity + math.copysign(0.1, above)
    if beyond <= 0.0 or not 0.0 <= neighbour <= 1.0:
        yield 1.0, params
    else:
        yield 1.0 - beyond, params
        yield beyond, model.at_intensity(params, neighbour)
