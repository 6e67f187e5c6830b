"""Generates a clip several times, quickly at first and better each time.

Starting with the cheapest preset shortens the time to the exact clip most.
`VideoGenerationManager` does this itself; the loader is for use of a backend without a manager.
"""

from collections.abc import AsyncIterator, Sequence

from ..records import (
    CLIP_SECONDS,
    QUALITY_PRESETS,
    GeneratedClip,
    Purpose,
    QualityPreset,
    VideoParams,
)
from .base import Backend, GenerationRequest, OnProgress

__all__ = ["ProgressiveVideoLoader"]


class ProgressiveVideoLoader:
    """Generates a clip at one preset after another.

    Args:
        backend: the generator; not closed.
        presets: the fastest first; at least one.
        clip_seconds: length of the clip.
    """

    def __init__(
        self,
        backend: Backend,
        presets: Sequence[QualityPreset] = (QUALITY_PRESETS["realtime"], QUALITY_PRESETS["fast"]),
        *,
        clip_seconds: float = CLIP_SECONDS,
    ):
        self._backend = backend
        self._presets = tuple(presets)
        self._clip_seconds = clip_seconds

    async def load(
        self, params: VideoParams, on_progress: OnProgress = lambda fraction: None
    ) -> AsyncIterator[GeneratedClip]:
        """Yields the clip at each preset, better each time.

        `on_progress` takes the progress of the whole, 0 to 1. Stop iterating when a clip is good
        enough.

        Raises:
            GenerationError: the backend could not generate the next one.
        """
        count = len(self._presets)
        for done, preset in enumerate(self._presets):

            def tell(fraction: float, done: int = done) -> None:
                on_progress((done + fraction) / count)

            purpose = Purpose.UPGRADE if done else Purpose.URGENT
            request = GenerationRequest(params, preset, self._clip_seconds, purpose=purpose)
            yield await self._backend.generate(request, tell)
