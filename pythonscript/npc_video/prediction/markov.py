"""Learns which interaction usually follows which."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Annotated, Any, Self

from msgspec import Meta, Struct

from ..errors import InvalidDataError
from ..records import ToolInteraction, VideoParams
from ..saved import read_saved
from .base import Observation, Proposal
from .matching import WHAT, Context, PartialMatching, SavedMatching, extended, shortened

__all__ = ["MarkovPredictor", "SavedHabits"]

# Tool, zone and pattern. The last pressure and speed are kept beside it.
_Act = tuple[str, str, str]
_Place = tuple[Context[_Act], _Act]


class MarkovPredictor:
    """Learns sequences of interactions, and the clips that they led to."""

    def __init__(self) -> None:
        self._acts: PartialMatching[_Act] = PartialMatching()
        # The last interaction of its kind in each context, and what the NPC answered.
        self._examples: dict[_Place, ToolInteraction] = {}
        self._answers: dict[_Place, VideoParams] = {}

    @property
    def context(self) -> Context[_Act]:
        return self._acts.context

    def observe(self, seen: Observation) -> None:
        if seen.interaction is None:
            return
        act = _act(seen.interaction)
        for known in shortened(self.context):
            self._answers[known, act] = seen.params
            self._examples[known, act] = seen.interaction
        self._acts.observe(act)

    def options(self, context: Context[_Act]) -> Iterator[tuple[float, ToolInteraction]]:
        """Interactions that may follow, the likeliest first, each as it was last done."""
        likely = sorted(self._acts.distribution(context).items(), key=lambda item: -item[1])
        return ((probability, self._example(context, act)) for act, probability in likely)

    def extend(self, context: Context[_Act], interaction: ToolInteraction) -> Context[_Act]:
        return extended(context, _act(interaction))

    def propose(self, now: float, gap: float) -> list[Proposal]:
        """The clips that the likely interactions led to last time."""
        proposals = []
        for act, probability in self._acts.distribution(self.context).items():
            params = next(filter(None, map(self._answers.get, _places(self.context, act))), None)
            if params is not None:
                proposals.append(Proposal(params, params.cache_key(), probability, 1, "markov"))
        return proposals

    def to_dict(self) -> dict[str, Any]:
        """The learned interactions and answers, as JSON."""
        examples: dict[ToolInteraction, int] = {}
        answers: dict[VideoParams, int] = {}
        last = [
            [
                examples.setdefault(self._examples[place], len(examples)),
                answers.setdefault(self._answers[place], len(answers))
                if place in self._answers
                else None,
            ]
            for place in self._acts.places()
        ]
        return {
            "acts": self._acts.to_dict(),
            "examples": [_told(interaction, _NO_INTERACTION) for interaction in examples],
            "answers": [_told(params, _NO_PARAMS) for params in answers],
            "last": last,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, with_answers: bool = True) -> Self:
        """Restores the result of `to_dict`.

        Args:
            with_answers: whether the NPC still gives the same answers.

        Raises:
            InvalidDataError: `data` is something else.
        """
        return cls.of(read_saved(data, SavedHabits, WHAT), with_answers=with_answers)

    @classmethod
    def of(cls, saved: "SavedHabits", *, with_answers: bool) -> Self:
        """Restores a record, as `from_dict` does.

        Raises:
            InvalidDataError: it is inconsistent, or a number in it is out of range.
        """
        strengths = [params.intensity for params in saved.answers]
        for each in saved.examples:
            strengths += (each.pressure, each.speed)
        times = [time for each in saved.examples for time in (each.duration, each.timestamp)]
        if not all(0.0 <= part <= 1.0 for part in strengths) or min(times, default=0.0) < 0.0:
            raise InvalidDataError(f"This is not a {WHAT}: a number is out of range.")
        predictor = cls()
        predictor._acts = PartialMatching.of(saved.acts)
        try:
            for place, (example, answer) in zip(predictor._acts.places(), saved.last, strict=True):
                predictor._examples[place] = saved.examples[example]
                if with_answers and answer is not None:
                    predictor._answers[place] = saved.answers[answer]
        except (IndexError, ValueError) as error:
            raise InvalidDataError(f"This is not a {WHAT}: {error}.") from error
        return predictor

    def _example(self, context: Context[_Act], act: _Act) -> ToolInteraction:
        for place in _places(context, act):
            if place in self._examples:
                return self._examples[place]
        tool, zone, pattern = act
        return ToolInteraction(tool, tool, zone=zone, pattern=pattern)


def _places(context: Context[_Act], act: _Act) -> Iterator[_Place]:
    """Places with knowledge of `act` in `context`, the most specific first."""
    return ((known, act) for known in reversed(list(shortened(context))))


def _act(interaction: ToolInteraction) -> _Act:
    return (interaction.tool_id, interaction.zone, interaction.pattern)


_NO_INTERACTION, _NO_PARAMS = ToolInteraction("", ""), VideoParams()


def _told(record: Any, default: Any) -> dict[str, Any]:
    """The fields of a record that differ from those of `default`."""
    said = ((field.name, getattr(record, field.name)) for field in fields(record))
    return {name: value for name, value in said if value != getattr(default, name)}


_Index = Annotated[int, Meta(ge=0)]


class SavedHabits(Struct, frozen=True):
    """The form of `to_dict`.

    A row of `last` belongs to a context and what followed it, in the order of `acts`. It has the
    index of the last interaction there, and that of the answer if it is known.
    """

    acts: SavedMatching[_Act]
    examples: tuple[ToolInteraction, ...]
    answers: tuple[VideoParams, ...]
    last: tuple[tuple[_Index, _Index | None], ...]
