"""Combines predictors, weighted by how often each has been right."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from msgspec import Meta, Struct

from ..records import CacheKey
from ..saved import read_saved
from .base import Observation, Predictor, Proposal, ResponseModel
from .lookahead import LookaheadPredictor
from .markov import MarkovPredictor, SavedHabits
from .matching import WHAT
from .rules import DEFAULT_PROGRESSION, RulePredictor, SavedRules

__all__ = ["BlendedPredictor", "standard_predictor"]

# The weight of the past after each request: half after about 35 requests.
_MEMORY = 0.98
# Each source starts as if it had been right this often.
_CREDIT = 1.0
_LEAST_RELIABILITY = 0.15


_Part = Annotated[float, Meta(ge=0.0)]


class _Saved(Struct, frozen=True):
    """`npc` is the fingerprint of the NPC; the answers of another one are not used."""

    npc: str = ""
    habits: SavedHabits | None = None
    rules: SavedRules | None = None
    reliability: dict[str, tuple[_Part, _Part]] = {}


@dataclass(slots=True)
class _Record:
    """The record of a source: how often it expected to be right, and how often it was.

    Both are weighted by its probabilities. So their ratio is the slope of the line through 0 that
    best maps probability to truth. It is 1 for a source whose probabilities are true.
    """

    expected: float = 0.0
    right: float = 0.0

    @property
    def reliability(self) -> float:
        return (self.right + _CREDIT) / (self.expected + _CREDIT)


class BlendedPredictor:
    """Merges proposals: for each clip the strongest, weighted by the reliability of its source.

    A source with a reliability below 0.15 is ignored until it would have done better.

    Args:
        predictors: asked for every proposal.
        learned: returns their learned state, as JSON.
    """

    def __init__(
        self,
        predictors: Sequence[Predictor],
        learned: Callable[[], dict[str, Any]] = dict,
    ):
        self._predictors = tuple(predictors)
        self._learned = learned
        self._records: defaultdict[str, _Record] = defaultdict(_Record)
        self._proposed: list[Proposal] = []

    @property
    def reliabilities(self) -> dict[str, float]:
        """By source: how often it was right ÷ how often it expected to be."""
        return {source: record.reliability for source, record in self._records.items()}

    def to_dict(self) -> dict[str, Any]:
        """The learned state, as JSON."""
        records = {source: [each.expected, each.right] for source, each in self._records.items()}
        return {**self._learned(), "reliability": records}

    def recall(self, reliability: Mapping[str, tuple[float, float]]) -> None:
        """Restores the reliability of each source."""
        for source, (expected, right) in reliability.items():
            self._records[source] = _Record(expected, right)

    def observe(self, seen: Observation) -> None:
        for record in self._records.values():
            record.expected *= _MEMORY
            record.right *= _MEMORY
        for proposal in self._proposed:
            if proposal.step == 1:
                record = self._records[proposal.source]
                record.expected += proposal.probability**2
                record.right += proposal.probability * (proposal.key == seen.key)
        self._proposed = []
        for predictor in self._predictors:
            predictor.observe(seen)

    def propose(self, now: float, gap: float) -> list[Proposal]:
        self._proposed = [
            proposal
            for predictor in self._predictors
            for proposal in _merged(predictor.propose(now, gap))
        ]
        strongest: dict[tuple[CacheKey, int], Proposal] = {}
        for proposal in self._proposed:
            record = self._records.get(proposal.source)
            reliability = 1.0 if record is None else record.reliability
            if reliability < _LEAST_RELIABILITY:
                continue
            probability = min(1.0, proposal.probability * reliability)
            place = (proposal.key, proposal.step)
            if place not in strongest or probability > strongest[place].probability:
                strongest[place] = replace(proposal, probability=probability)
        return list(strongest.values())


def standard_predictor(
    model: ResponseModel | None = None,
    *,
    learned: Mapping[str, Any] | None = None,
    look_ahead: int = 3,
    progression: Mapping[str, tuple[str, ...]] = DEFAULT_PROGRESSION,
) -> BlendedPredictor:
    """The manager's predictor for an NPC: habits, a look-ahead through its graph, and rules.

    Args:
        model: the NPC's evaluator, if it has one.
        learned: the result of `to_dict` in an earlier session.
        look_ahead: interactions to look ahead with the model; 0 for none.
        progression: for the rules.

    Raises:
        InvalidDataError: `learned` is damaged.
    """
    saved = read_saved(learned or {}, _Saved, WHAT)
    made_by = "" if model is None else model.fingerprint
    is_same = made_by == saved.npc
    habits, rules = MarkovPredictor(), RulePredictor(progression, model=model)
    if saved.habits is not None:
        habits = MarkovPredictor.of(saved.habits, with_answers=is_same)
    if saved.rules is not None and is_same:
        rules.recall(saved.rules)
    predictors: list[Predictor] = [habits, rules]
    if model is not None and look_ahead:
        predictors.append(LookaheadPredictor(model, habits, steps=look_ahead))
    blended = BlendedPredictor(
        predictors,
        lambda: {"npc": made_by, "habits": habits.to_dict(), "rules": rules.to_dict()},
    )
    blended.recall(saved.reliability)
    return blended


def _merged(proposals: list[Proposal]) -> list[Proposal]:
    """Sums the proposals of each clip, step and source, as several futures may need one clip."""
    sums: dict[tuple[CacheKey, int, str], Proposal] = {}
    for proposal in proposals:
        place = (proposal.key, proposal.step, proposal.source)
        known = sums.get(place)
        if known is not None:
            proposal = replace(proposal, probability=known.probability + proposal.probability)
        sums[place] = proposal
    return list(sums.values())
