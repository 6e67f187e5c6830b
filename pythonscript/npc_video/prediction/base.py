"""What every predictor keeps to, and what it is told and tells."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

from ..records import CacheKey, ToolInteraction, VideoParams

__all__ = ["Followers", "Observation", "Predictor", "Proposal", "ResponseModel"]


@dataclass(frozen=True, slots=True)
class Observation:
    """A request for a clip, and the interaction that led to it, if one did.

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
        probability: 0 to 1, that it answers interaction number `step` with this NPC from now.
        step: 1 for the next interaction with it, 2 for the one after that, …
        source: the predictor, and its rule, that says so.
    """

    params: VideoParams
    key: CacheKey
    probability: float
    step: int
    source: str


class Predictor(Protocol):
    """Says what one NPC will be asked for. Learns while it is played with."""

    def observe(self, seen: Observation) -> None:
        """Learns from a request."""

    def propose(self, now: float, gap: float) -> list[Proposal]:
        """What may come; `gap` is the usual time between two interactions, seconds."""


class ResponseModel(Protocol):
    """The part of an evaluator that predictors need."""

    @property
    def fingerprint(self) -> str:
        """Another one when it would answer the same otherwise."""

    def copy(self) -> Self:
        """One of its own, in the same state."""

    def evaluate_at(self, interaction: ToolInteraction, now: float) -> VideoParams | None:
        """The answer to an interaction at `now`, seconds; None if there is none."""

    def asked_for(self, wanted: VideoParams) -> VideoParams:
        """A clip of this look, as it would be asked for if it were an answer."""

    def at_intensity(self, answer: VideoParams, intensity: float) -> VideoParams:
        """An answer as it would be asked for at another intensity."""


class Followers(Protocol):
    """Says which interactions may follow. A context is the past, in a form of its own."""

    @property
    def context(self) -> Any:
        """The past up to now."""

    def options(self, context: Any) -> Iterator[tuple[float, ToolInteraction]]:
        """Interactions that may follow `context`, with probabilities, the likeliest first."""

    def extend(self, context: Any, interaction: ToolInteraction) -> Any:
        """The context after one more interaction."""
