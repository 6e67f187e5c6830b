"""What the NPC's own response graph will ask for.

The graph is a deterministic machine: a copy of it, run forward under what the player is likely to
do, names exact clips that were never seen, thresholds and decay included.
"""

import heapq
import itertools
from typing import Any

from .base import Followers, Observation, Proposal, ResponseModel

__all__ = ["LookaheadPredictor"]

_STEPS = 3
_EVALUATIONS = 24
_LEAST_PROBABILITY = 0.03

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
        steps: int = _STEPS,
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
                key = params.cache_key()
                proposals.append(Proposal(params, key, probability, step + 1, "lookahead"))
                if step + 1 < self._steps:
                    after = self._followers.extend(context, interaction)
                    heapq.heappush(futures, (-probability, next(order), step + 1, branch, after))
        return proposals
