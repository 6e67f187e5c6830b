"""The predictor protocol, its inputs and outputs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

from ..records import CacheKey, ToolInteraction, VideoParams

__all__ = ["Followers", "Observation", "Predictor", "Proposal", "ResponseModel"]


@dataclass(frozen=True, slots=True)
class Observation:
    """A request for a clip, with the interaction that caused it, if any.

    Attributes:
        at: seconds.
    """

    params: VideoParams
    key: CacheKey
    interaction: ToolInteraction | None
    at: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A clip that may be needed.

    Attributes:
        probability: 0 to 1, that it answers interaction number `step` with this NPC.
        step: 1 for the next interaction with the NPC, 2 for the one after that, …
        source: the predictor, and its rule, that made the proposal.
    """

    params: VideoParams
    key: CacheKey
    probability: float
    step: int
    source: str


class Predictor(Protocol):
    """Predicts the clips of one NPC, and learns from its requests."""

    def observe(self, seen: Observation) -> None:
        """Learns from a request."""

    def propose(self, now: float, gap: float) -> list[Proposal]:
        """Likely clips; `gap` is the usual time between two interactions, in seconds."""


class ResponseModel(Protocol):
    """The part of an evaluator that predictors need."""

    @property
    def fingerprint(self) -> str:
        """A text that changes if the same state gives other answers."""

    def copy(self) -> Self:
        """An independent copy in the same state."""

    def evaluate_at(self, interaction: ToolInteraction, now: float) -> VideoParams | None:
        """The answer to an interaction at `now`, in seconds; None if there is none."""

    def asked_for(self, wanted: VideoParams) -> VideoParams:
        """The parameters with which this look would be requested as an answer."""

    def at_intensity(self, answer: VideoParams, intensity: float) -> VideoParams:
        """The answer as it would be requested at another intensity."""


class Followers(Protocol):
    """Predicts interactions from a context, a summary of the past in a form of its own."""

    @property
    def context(self) -> Any:
        """The context now."""

    def options(self, context: Any) -> Iterator[tuple[float, ToolInteraction]]:
        """Interactions that may follow `context`, with probabilities, the likeliest first."""

    def extend(self, context: Any, interaction: ToolInteraction) -> Any:
        """The context after one more interaction."""
