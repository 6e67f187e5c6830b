"""Decodes the first pictures of clips in advance, so that a cached clip is on screen at once.

There are few of them, but they are far larger than compressed clips. So they have a budget of their
own, and the least recently used are dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from ..records import CacheKey, GeneratedClip
from .picture import FirstPicture

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from .picture import PictureMaker

__all__ = ["FirstPictures"]


_Kept = tuple[GeneratedClip, "Future[FirstPicture]"]


class FirstPictures:
    """First pictures by clip; for the caller's thread. Only decoding uses another thread.

    Args:
        max_bytes: of all kept pictures.
    """

    def __init__(self, decoders: Executor, make_picture: PictureMaker, max_bytes: int):
        self._decoders = decoders
        self._make_picture = make_picture
        self._max_bytes = max_bytes
        self._kept: OrderedDict[CacheKey, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, clip: GeneratedClip) -> None:
        """Decodes the first picture of `clip`, which may be needed soon."""
        key = clip.params.cache_key()
        kept = self._kept.get(key)
        if kept is None or kept[0].data != clip.data:
            self._kept[key] = clip, self._decoders.submit(_open, clip, self._make_picture)
        self._kept.move_to_end(key)
        self._trim()

    def of(self, clip: GeneratedClip) -> FirstPicture | None:
        """The first picture of `clip`, if it is decoded."""
        key = clip.params.cache_key()
        kept = self._kept.get(key)
        if kept is None or kept[0].data != clip.data:
            return None
        self._kept.move_to_end(key)
        return _result(kept[1])

    def clear(self) -> None:
        self._kept.clear()

    def _trim(self) -> None:
        sizes = {key: _bytes(first) for key, (_, first) in self._kept.items()}
        total = sum(sizes.values())
        while total > self._max_bytes:
            key, (_, first) = self._kept.popitem(last=False)
            first.cancel()
            total -= sizes[key]


def _result(first: Future[FirstPicture]) -> FirstPicture | None:
    """None if pending or failed; a player of the clip reports the reason."""
    is_there = first.done() and not first.cancelled() and first.exception() is None
    return first.result() if is_there else None


def _bytes(first: Future[FirstPicture]) -> int:
    found = _result(first)
    if found is None:
        return 0
    columns, rows = found.info.layout.size
    return columns * rows * found.info.layout.sample_bytes


def _open(clip: GeneratedClip, make_picture: PictureMaker) -> FirstPicture:
    # Imports FFmpeg here, on a thread that nobody waits for.
    from .decode import ClipDecoder
    from .likeness import Sketcher

    with ClipDecoder(
        clip.data,
        clip.media_type,
        max_side=make_picture.max_side,
        untagged_colours=clip.untagged_colours,
    ) as decoder:
        layout = decoder.info.layout
        picture = make_picture(*layout.size, layout.sample_bytes)
        frame = next(iter(decoder.frames()))
        layout.pack(frame.planes, picture.writable())
        return FirstPicture(decoder.info, picture, Sketcher(decoder.info)(frame.planes))
