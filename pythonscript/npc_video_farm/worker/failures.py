"""Turns errors of a generator into what the store keeps about a failed job."""

from dataclasses import dataclass

from npc_video.backends.blame import may_go_elsewhere
from npc_video.errors import (
    ClipTooLargeError,
    GenerationError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorUnavailableError,
)

__all__ = ["Failure", "failure_of"]

_KINDS = (
    (GenerationRefusedError, "refused"),
    (GenerationInvalidError, "invalid"),
    (ClipTooLargeError, "too_large"),
    (GeneratorUnavailableError, "unavailable"),
)
_PERMANENT = frozenset({"refused", "invalid", "too_large"})


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure of a run.

    Attributes:
        kind: as the gateway tells it to the game.
        may_retry: whether another attempt may help, and costs no money twice.
        is_untouched: whether the job has certainly not begun and the generator is out of order, so
            that this was no attempt.
    """

    kind: str
    text: str
    may_retry: bool
    is_untouched: bool


def failure_of(error: Exception, *, finishes_started: bool) -> Failure:
    """The failure that an error means.

    Args:
        finishes_started: whether every started clip costs money.
    """
    if not isinstance(error, GenerationError):
        text = f"The generator has a fault: {type(error).__name__}: {error}"
        return Failure("failed", text, not finishes_started, is_untouched=False)
    kind = next((kind for of, kind in _KINDS if isinstance(error, of)), "failed")
    is_untouched = kind == "unavailable" and may_go_elsewhere(error)
    costs = error.has_begun or (finishes_started and not is_untouched)
    return Failure(kind, str(error), kind not in _PERMANENT and not costs, is_untouched)
