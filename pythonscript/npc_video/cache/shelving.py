"""The cache's work on the disk, done beside the game: the main thread has no time for it."""

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
    """Opens and closes `cache` and brings clips to and from its disk, each in a thread.

    Where the disk fails, that is logged and the game goes on without.
    """

    def __init__(self, cache: ClipCache):
        self._cache = cache
        # On their way to the disk, so that none is lost when the game ends.
        self._unwritten: dict[CacheKey, PendingWrite] = {}

    async def open(self) -> None:
        await self._attempt(self._cache.open)

    async def warm(self) -> None:
        """Brings into memory what will be asked for."""
        await self._attempt(self._cache.warm)

    async def erase(self) -> None:
        """Empties the disk."""
        await self._attempt(self._cache.erase)

    async def load(self, key: CacheKey) -> GeneratedClip | None:
        """A clip from the disk; None if it is damaged or gone."""
        try:
            return await asyncio.to_thread(self._cache.load, key)
        except NpcVideoError as error:
            _log.warning("%s", error)
            return None

    def write(self, pending: PendingWrite) -> Coroutine[Any, Any, None]:
        """What is to be run to have a clip on the disk; from now on `close` will see to it too."""
        self._unwritten[pending.key] = pending
        return self._write(pending)

    async def close(self) -> None:
        """Writes what is still to be written."""
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
