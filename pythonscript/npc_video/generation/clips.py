"""What deciding needs of a cache."""

from typing import Protocol

from ..cache import PendingWrite, Similar
from ..records import CacheKey, GeneratedClip, VideoParams

__all__ = ["Clips"]


class Clips(Protocol):
    """`ClipCache` is one; none of this blocks."""

    def __contains__(self, key: CacheKey) -> bool:
        """Whether there is a clip, in memory or on disk."""

    def get(self, key: CacheKey) -> GeneratedClip | None:
        """The clip, if it is in memory."""

    def is_stored(self, key: CacheKey) -> bool:
        """Whether there is a clip on disk."""

    def put(self, key: CacheKey, clip: GeneratedClip) -> PendingWrite | None:
        """Keeps a clip, and tells what is to be written."""

    def drop(self, clip: GeneratedClip) -> None:
        """Forgets a clip that cannot be played, and has `is_stored` ones looked at anew."""

    def most_similar(self, params: VideoParams, minimum: float) -> Similar | None:
        """The clip of the same NPC most like `params`, of at least this similarity, 0 to 1."""
