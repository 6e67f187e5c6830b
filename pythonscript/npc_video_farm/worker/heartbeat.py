"""Tells the store that a worker lives, from a thread and over a connection of its own.

So a generator that keeps the event loop busy for a while does not look dead, and a stopped process
does.
"""

import asyncio
import threading
import time
from contextlib import suppress

from ..errors import FarmError
from ..jobs import WorkerView
from ..store.valkey import Store

__all__ = ["Heartbeat"]

_BEAT_SECONDS = 0.4  # the store forgets a worker after 1.5
_END_SECONDS = 2.0
_STUCK_SECONDS = 60.0


class Heartbeat:
    """Repeats the latest state of a worker until it is ended.

    Args:
        url: the address of the store.
    """

    def __init__(self, url: str, view: WorkerView):
        self._url = url
        self._view = view
        self._alive_at = time.perf_counter()
        self._loop = asyncio.new_event_loop()
        self._is_news = asyncio.Event()
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def show(self, view: WorkerView) -> None:
        """Tells another state, at once."""
        if view != self._view:
            self._view = view
            self._loop.call_soon_threadsafe(self._is_news.set)

    def note_life(self) -> None:
        """Tells that the worker's loop runs; a minute without that stops the heart."""
        self._alive_at = time.perf_counter()

    def end(self) -> None:
        self._is_ending = True
        self._loop.call_soon_threadsafe(self._is_news.set)
        self._thread.join(_END_SECONDS)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._beat_on())
        finally:
            self._loop.close()

    async def _beat_on(self) -> None:
        while not self._is_ending:
            with suppress(FarmError):  # the store is away: until it is back, nobody counts beats
                store = await Store.open(self._url)
                try:
                    await self._beat(store)
                finally:
                    await store.close()
            await self._rest()

    async def _beat(self, store: Store) -> None:
        while not self._is_ending:
            self._is_news.clear()
            if time.perf_counter() - self._alive_at < _STUCK_SECONDS:
                await store.beat(self._view)
            await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_news.wait(), _BEAT_SECONDS)
