"""Disk work of the cache on other threads, because the main thread must not block."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..errors import NpcVideoError
from ..records import CacheKey, GeneratedClip
from .clip_cache import ClipCache, PendingWrite

__all__ = ["Shelving"]

_log = logging.getLogger(__name__)


class Shelving:
    """Opens and closes `cache`, and reads and writes its clips on disk, each call on a thread.

    Disk errors are logged, and the game continues without the clip.
    """

    def __init__(self, cache: ClipCache):
        self._cache = cache
        # Clips not yet written, so that `close` can write them.
        self._unwritten: dict[CacheKey, PendingWrite] = {}

    async def open(self) -> None:
        await self._attempt(self._cache.open)

    async def warm(self) -> None:
        """Loads baked clips into memory."""
        await self._attempt(self._cache.warm)

    async def erase(self) -> None:
        """Deletes all clips except the baked ones."""
        await self._attempt(self._cache.erase)

    async def load(self, key: CacheKey) -> GeneratedClip | None:
        """Loads a clip from disk; None if it is damaged or missing."""
        try:
            return await asyncio.to_thread(self._cache.load, key)
        except NpcVideoError as error:
            _log.warning("%s", error)
            return None

    def write(self, pending: PendingWrite) -> Coroutine[Any, Any, None]:
        """A coroutine that writes a clip; `close` also writes it if the coroutine has not."""
        self._unwritten[pending.key] = pending
        return self._write(pending)

    async def close(self) -> None:
        """Writes the remaining clips, then closes the cache."""
        for pending in list(self._unwritten.values()):
            await self._write(pending)
        await self._attempt(self._cache.close)

    async def _write(self, pending: PendingWrite) -> None:
        await self._attempt(lambda: self._cache.write(pending))
        if self._unwritten.get(pending.key) is pending:
            del self._unwritten[pending.key]

    async def _attempt(self, work: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(work)
        except NpcVideoError as error:
            _log.warning("%s", error)
