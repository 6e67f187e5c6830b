"""What a player usually does after what, and how; learned while playing."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Self

from ..errors import InvalidDataError
from ..records import ToolInteraction, VideoParams
from .base import Observation, Proposal
from .matching import Context, PartialMatching, extended, shortened

__all__ = ["MarkovPredictor"]

# What is done, with what and where; how hard and how fast is remembered beside it.
_Act = tuple[str, str, str]
_Place = tuple[Context[_Act], _Act]


class MarkovPredictor:
    """Learns which interaction follows which, and what it led to."""

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
        """What may follow, the likeliest first, each as it was done the last time."""
        likely = sorted(self._acts.distribution(context).items(), key=lambda item: -item[1])
        return ((probability, self._example(context, act)) for act, probability in likely)

    def extend(self, context: Context[_Act], interaction: ToolInteraction) -> Context[_Act]:
        return extended(context, _act(interaction))

    def propose(self, now: float, gap: float) -> list[Proposal]:
        """The clips that the likely interactions led to the last time."""
        proposals = []
        for act, probability in self._acts.distribution(self.context).items():
            params = next(filter(None, map(self._answers.get, _places(self.context, act))), None)
            if params is not None:
                proposals.append(Proposal(params, params.cache_key(), probability, 1, "markov"))
        return proposals

    def to_dict(self) -> dict[str, Any]:
        """What was learned of interactions, as JSON."""
        return {
            "counts": self._acts.to_list(),
            "examples": [
                asdict(interaction)
                for (context, _), interaction in self._examples.items()
                if not context
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
                (
                    tuple((_read_act(act), int(length)) for act, length in context),
                    _read_act(act),
                    int(count),
                )
                for context, act, count in data["counts"]
            )
            for fields in data["examples"]:
                interaction = ToolInteraction(**fields)
                predictor._examples[(), _act(interaction)] = interaction
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidDataError(f"This is not what a predictor has saved: {error}.") from error
        return predictor

    def _example(self, context: Context[_Act], act: _Act) -> ToolInteraction:
        for place in _places(context, act):
            if place in self._examples:
                return self._examples[place]
        tool, zone, pattern = act
        return ToolInteraction(tool, tool, zone=zone, pattern=pattern)


def _places(context: Context[_Act], act: _Act) -> Iterator[_Place]:
    """Where to look for what is known of `act` in `context`, the most telling place first."""
    return ((known, act) for known in reversed(list(shortened(context))))


def _act(interaction: ToolInteraction) -> _Act:
    return (interaction.tool_id, interaction.zone, interaction.pattern)


def _read_act(act: Any) -> _Act:
    tool, zone, pattern = map(str, act)
    return (tool, zone, pattern)
