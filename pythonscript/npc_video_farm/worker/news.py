"""Passes on how far a run is, and its clip's bytes, while the clip is made."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from npc_video.backends.base import ClipPart, Early

from ..errors import StoreError
from ..store.valkey import Store

__all__ = ["News"]

_PAUSE_SECONDS = 0.05


class News:
    """Tells the store about one job of a run, in order, and not more often than is seen.

    Args:
        on_fenced: called once if the store says that the job is not this run's any more.
    """

    def __init__(self, store: Store, key: str, token: str, on_fenced: Callable[[], object]):
        self._store, self._key, self._token = store, key, token
        self._on_fenced = on_fenced
        self._progress: float | None = None
        self._data = bytearray()
        self._told = 0  # bytes of the file
        self._media_type = ""
        self._is_news = asyncio.Event()

    def take_progress(self, part: float) -> None:
        self._progress = part
        self._is_news.set()

    def take_early(self, early: Early) -> None:
        """Takes bytes of the clip; previews are not shown by a farm."""
        if isinstance(early, ClipPart):
            self._data += early.data
            self._media_type = early.media_type
            self._is_news.set()

    async def tell_on(self) -> None:
        """Tells what is new until it is cancelled, or the job is not this run's any more."""
        is_ours = True
        while is_ours:
            await self._is_news.wait()
            with suppress(StoreError):  # the next news may arrive
                is_ours = await self.tell()
            await asyncio.sleep(_PAUSE_SECONDS)
        self._on_fenced()

    async def tell(self) -> bool:
        """Tells what is new now; False if the job is not this run's any more."""
        self._is_news.clear()
        is_ours = True
        if (progress := self._progress) is not None:
            self._progress = None
            is_ours = await self._store.progress(self._key, self._token, progress)
        if self._data and is_ours:
            data, self._data = bytes(self._data), bytearray()
            at, self._told = self._told, self._told + len(data)
            # Refused parts do not end the run: too long a file is told as a whole.
            await self._store.part(self._key, self._token, at, data, self._media_type)
        return is_ours
