"""What usually follows what, learned while playing.

Prediction by partial matching: the longest context that has been seen, at most two interactions
long, says most, and each shorter one the rest, in the proportions of Witten and Bell (1991).
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, Generic, Self, TypeVar

from ..errors import InvalidDataError
from ..records import ToolInteraction, VideoParams
from .base import Observation, Proposal

__all__ = ["MarkovPredictor", "PartialMatching"]

Symbol = TypeVar("Symbol", bound=Hashable)

_ORDER = 2
# Before anything is known, a player more likely goes on with what he does.
_GOING_ON = 0.6
_LIKELIEST = 12


class PartialMatching(Generic[Symbol]):
    """The distribution of the next symbol, from all before it."""

    def __init__(self) -> None:
        self._counts: defaultdict[tuple[Symbol, ...], Counter[Symbol]] = defaultdict(Counter)
        self.context: tuple[Symbol, ...] = ()

    def observe(self, symbol: Symbol) -> None:
        for length in range(len(self.context) + 1):
            self._counts[self.context[len(self.context) - length :]][symbol] += 1
        self.context = self.extend(self.context, symbol)

    @staticmethod
    def extend(context: tuple[Symbol, ...], symbol: Symbol) -> tuple[Symbol, ...]:
        return (*context, symbol)[-_ORDER:]

    def distribution(self, context: tuple[Symbol, ...]) -> dict[Symbol, float]:
        """Probabilities of known symbols; what they lack to 1 is that of an unknown one."""
        mixed: dict[Symbol, float] = {context[-1]: _GOING_ON} if context else {}
        for length in range(len(context) + 1):
            counts = self._counts.get(context[len(context) - length :])
            if not counts:
                break
            total, distinct = counts.total(), len(counts)
            mixed = {symbol: p * distinct / (total + distinct) for symbol, p in mixed.items()}
            for symbol, count in counts.items():
                mixed[symbol] = mixed.get(symbol, 0.0) + count / (total + distinct)
        return mixed

    def to_list(self) -> list[list[Any]]:
        """All counts as JSON: `[context, symbol, count]`."""
        return [
            [list(context), symbol, count]
            for context, counts in self._counts.items()
            for symbol, count in counts.items()
        ]

    def load(self, rows: Iterable[tuple[tuple[Symbol, ...], Symbol, int]]) -> None:
        """Adds counts of earlier sessions."""
        for context, symbol, count in rows:
            self._counts[context][symbol] += count


# What is done, with what and where; how hard and how fast is remembered beside it.
_Act = tuple[str, str, str]


class MarkovPredictor:
    """Learns which interaction follows which, and what it led to."""

    def __init__(self) -> None:
        self._acts: PartialMatching[_Act] = PartialMatching()
        # The last interaction of its kind, by the act before it and in general.
        self._examples: dict[tuple[_Act | None, _Act], ToolInteraction] = {}
        self._answers: dict[tuple[_Act, ...], VideoParams] = {}
        self._last: ToolInteraction | None = None
        self._trend = 0.0

    @property
    def context(self) -> tuple[_Act, ...]:
        return self._acts.context

    def observe(self, seen: Observation) -> None:
        if seen.interaction is None:
            return
        act = _act(seen.interaction)
        before = self.context[-1] if self.context else None
        self._trend = 0.0
        if before == act and self._last is not None:
            self._trend = seen.interaction.pressure - self._last.pressure
        self._examples[before, act] = self._examples[None, act] = seen.interaction
        self._acts.observe(act)
        self._answers[self.context] = self._answers[self.context[-1:]] = seen.params
        self._last = seen.interaction

    def options(self, context: tuple[_Act, ...]) -> list[tuple[float, ToolInteraction]]:
        """What may follow, at most twelve; what is going on gets stronger as it did before."""
        likely = sorted(self._acts.distribution(context).items(), key=lambda item: -item[1])
        before = context[-1] if context else None
        return [
            (probability, self._example(before, act)) for act, probability in likely[:_LIKELIEST]
        ]

    def extend(self, context: tuple[_Act, ...], interaction: ToolInteraction) -> tuple[_Act, ...]:
        return self._acts.extend(context, _act(interaction))

    def propose(self, now: float, gap: float) -> list[Proposal]:
        """The clips that the likely interactions led to the last time."""
        proposals = []
        for act, probability in self._acts.distribution(self.context).items():
            params = self._answers.get(self._acts.extend(self.context, act))
            params = params or self._answers.get((act,))
            if params is not None:
                proposals.append(Proposal(params, params.cache_key(), probability, 1, "markov"))
        return proposals

    def to_dict(self) -> dict[str, Any]:
        """What was learned of interactions, as JSON."""
        return {
            "counts": self._acts.to_list(),
            "examples": [
                asdict(interaction)
                for (before, _), interaction in self._examples.items()
                if before is None
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` gave, learned again.

        Raises:
            InvalidDataError: `data` is something else.
        """
        predictor = cls()
        try:
            predictor._acts.load(
                (tuple(_read_act(act) for act in context), _read_act(act), int(count))
                for context, act, count in data["counts"]
            )
            for fields in data["examples"]:
                interaction = ToolInteraction(**fields)
                predictor._examples[None, _act(interaction)] = interaction
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidDataError(f"This is not what a predictor has saved: {error}.") from error
        return predictor

    def _example(self, before: _Act | None, act: _Act) -> ToolInteraction:
        if self._last is not None and before == act == _act(self._last) and self._trend:
            pressure = min(1.0, max(0.0, self._last.pressure + self._trend))
            return replace(self._last, pressure=pressure)
        return self._examples.get((before, act)) or self._examples.get(
            (None, act), ToolInteraction(act[0], act[0], zone=act[1], pattern=act[2])
        )


def _act(interaction: ToolInteraction) -> _Act:
    return (interaction.tool_id, interaction.zone, interaction.pattern)


def _read_act(act: Any) -> _Act:
    tool, zone, pattern = map(str, act)
    return (tool, zone, pattern)
