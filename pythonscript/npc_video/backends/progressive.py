"""The same clip again and better: quick first, then as good as it was wanted.

The cheapest preset first is the largest lever on the time to the exact clip.
`VideoGenerationManager` does this by itself; the loader is for who has a backend and no manager.
"""

from collections.abc import AsyncIterator, Sequence

from ..records import CLIP_SECONDS, QUALITY_PRESETS, GeneratedClip, QualityPreset, VideoParams
from .base import Backend, GenerationRequest, OnProgress

__all__ = ["ProgressiveVideoLoader"]


class ProgressiveVideoLoader:
    """Generates a clip at one preset after the other.

    Args:
        backend: generates it; not closed.
        presets: the quickest first; at least one.
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

        `on_progress` hears how far all of it is, 0 to 1. To be content with what is there, stop
        iterating.

        Raises:
            GenerationError: the backend could not make the next one.
        """
        count = len(self._presets)
        for done, preset in enumerate(self._presets):

            def tell(fraction: float, done: int = done) -> None:
                on_progress((done + fraction) / count)

            request = GenerationRequest(params, preset, self._clip_seconds)
            yield await self._backend.generate(request, tell)
