"""What every generator of clips keeps to."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from ..records import CLIP_SECONDS, GeneratedClip, QualityPreset, VideoParams

__all__ = ["Backend", "GenerationRequest", "OnProgress"]

OnProgress = Callable[[float], None]
"""Takes the part that is done, 0 to 1; called on the worker thread."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One clip to make.

    Attributes:
        clip_seconds: its length.
    """

    params: VideoParams
    preset: QualityPreset
    clip_seconds: float = CLIP_SECONDS


class Backend(ABC):
    """Makes clips, on the event loop of the worker thread."""

    @abstractmethod
    async def generate(self, request: GenerationRequest, on_progress: OnProgress) -> GeneratedClip:
        """The clip. Cancelling the task gives up the work, on other machines too.

        Raises:
            GenerationError: none will come; its message says what to do.
        """

    @abstractmethod
    async def close(self) -> None:
        """Gives back connections and threads. Nothing is generated afterwards."""
