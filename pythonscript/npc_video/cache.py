"""Finished clips, kept as the compressed files they are."""

from collections import OrderedDict

from .records import CacheKey, GeneratedClip

__all__ = ["ClipCache"]


class ClipCache:
    """The clips that were used last, in memory.

    Args:
        size: how many clips, at least one.
    """

    def __init__(self, size: int):
        self._size = size
        self._clips: OrderedDict[CacheKey, GeneratedClip] = OrderedDict()

    def get(self, key: CacheKey) -> GeneratedClip | None:
        """The clip of this key, which is now the one used last."""
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
        return clip

    def put(self, key: CacheKey, clip: GeneratedClip) -> None:
        """Keeps `clip`, and drops the one unused for longest if there are too many."""
        self._clips[key] = clip
        self._clips.move_to_end(key)
        while len(self._clips) > self._size:
            self._clips.popitem(last=False)

    def clear(self) -> None:
        self._clips.clear()
