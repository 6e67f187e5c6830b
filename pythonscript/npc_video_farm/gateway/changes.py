"""Wakes those who wait for a job, from the one subscription of this process.

With a subscription for each of a thousand waiting clients, the store runs out of connections.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Protocol

from ..errors import FarmError

__all__ = ["Changes", "Watch"]

_REST_SECONDS = 0.5
_log = logging.getLogger(__name__)


class _Source(Protocol):
    def changes(self) -> AsyncIterator[str]: ...


class Watch:
    """A wait for changes of one job."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def wake(self) -> None:
        self._changed.set()

    async def wait(self) -> None:
        """Returns at the next change, or at once if there was one since the last call."""
        await self._changed.wait()
        self._changed.clear()


class Changes:
    """Changes of jobs, by key. One may get lost: look yourself now and then."""

    def __init__(self, source: _Source):
        self._source = source
        self._watches: dict[str, set[Watch]] = {}
        self.is_ending = False

    def end(self) -> None:
        """Wakes everybody for the last time: the gateway ends, so nobody shall wait here."""
        self.is_ending = True
        self._wake("")

    @contextmanager
    def watch(self, key: str) -> Iterator[Watch]:
        watch = Watch()
        self._watches.setdefault(key, set()).add(watch)
        try:
            yield watch
        finally:
            watches = self._watches[key]
            watches.discard(watch)
            if not watches:
                del self._watches[key]

    @property
    def watched(self) -> int:
        """The number of waits."""
        return sum(map(len, self._watches.values()))

    async def run(self) -> None:
        """Passes on changes until it is cancelled."""
        while True:
            try:
                async for key in self._source.changes():
                    self._wake(key)
            except FarmError as error:
                _log.warning("No news of jobs for now: %s", error)
            await asyncio.sleep(_REST_SECONDS)

    def _wake(self, key: str) -> None:
        """Wakes those who wait for a job; everybody if any job may have changed unnoticed."""
        found = (self._watches.get(key, set()),) if key else self._watches.values()
        for watches in found:
            for watch in watches:
                watch.wake()
