"""The part of a cache that decisions need."""

from typing import Protocol

from ..cache import PendingWrite, Similar
from ..records import CacheKey, GeneratedClip, VideoParams

__all__ = ["Clips"]


class Clips(Protocol):
    """Cached clips, such as a `ClipCache`; no method blocks."""

    def __contains__(self, key: CacheKey) -> bool:
        """Whether there is a clip, in memory or on disk."""

    def get(self, key: CacheKey) -> GeneratedClip | None:
        """The clip, if it is in memory."""

    def is_stored(self, key: CacheKey) -> bool:
        """Whether there is a clip on disk."""

    def put(self, key: CacheKey, clip: GeneratedClip) -> PendingWrite | None:
        """Keeps a clip; returns it for writing to disk, if it must be written."""

    def drop(self, clip: GeneratedClip) -> None:
        """Forgets a clip that cannot be played; stored ones are then checked again."""

    def most_similar(self, params: VideoParams, minimum: float) -> Similar | None:
        """The most similar clip of the same NPC with at least this similarity, 0 to 1."""
