"""Predicts clips with the NPC's own response graph.

The graph is deterministic. A copy of it, run on likely interactions, names the exact clips, even
those never requested before, with thresholds and decay included.
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
# The largest error of a predicted intensity, because no two touches are equal.
_TREMBLE = 0.03

# Negative probability (a heap returns the smallest), tie-break, step, model, context.
_Future = tuple[float, int, int, ResponseModel, Any]


class LookaheadPredictor:
    """Runs copies of an evaluator on likely interactions, the likeliest future first.

    Args:
        model: the evaluator of the NPC; it is not changed.
        followers: predicts interactions; its owner passes it the observed ones.
        steps: interactions to look ahead.
        evaluations: the most interactions to try.
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
        """Does nothing: the model changes by itself."""

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
    """An answer and the one that a slightly different touch might round to, with their shares."""
    above = params.intensity - round_half_up(params.intensity)
    beyond = 0.5 - (0.05 - abs(above)) / (2.0 * _TREMBLE)
    neighbour = params.intensity + math.copysign(0.1, above)
    if beyond <= 0.0 or not 0.0 <= neighbour <= 1.0:
        yield 1.0, params
    else:
        yield 1.0 - beyond, params
        yield beyond, model.at_intensity(params, neighbour)
