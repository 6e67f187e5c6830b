"""Limits how many jobs a service gets at once from the whole game.

Players with different settings have managers of their own, with threads and connections, and a pool
has its hosts. The service behind them is the same, so its jobs are counted by its address.
"""

import asyncio
import bisect
import itertools
import threading
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

__all__ = ["JobSlots", "slots_of"]


@dataclass(slots=True, order=True)
class _Waiter:
    """A job that waits or has begun."""

    rank: tuple[bool, int]
    max_jobs: int = field(compare=False)
    may_begin: asyncio.Future[None] = field(compare=False)
    has_begun: bool = field(default=False, compare=False)

    def tell(self) -> bool:
        """Lets the job begin, on its own thread; False if that thread has ended."""
        try:
            self.may_begin.get_loop().call_soon_threadsafe(self._begin)
        except RuntimeError:
            return False
        return True

    def _begin(self) -> None:
        if not self.may_begin.done():
            self.may_begin.set_result(None)


class JobSlots:
    """Limits how many jobs of the game a service has at once, from any thread.

    Urgent jobs go first, then in order of arrival.
    """

    def __init__(self) -> None:
        # A discarded coroutine may release its slot while another one is being taken.
        self._lock = threading.RLock()
        self._begun = 0
        self._waiting: list[_Waiter] = []
        self._numbers = itertools.count()

    @asynccontextmanager
    async def take(self, max_jobs: int, *, is_urgent: bool) -> AsyncIterator[None]:
        """Holds a slot during a block, once fewer than `max_jobs` are taken."""
        may_begin = asyncio.get_running_loop().create_future()
        waiter = _Waiter((not is_urgent, next(self._numbers)), max_jobs, may_begin)
        with self._lock:
            bisect.insort(self._waiting, waiter)
            self._go_on()
        try:
            await may_begin
            yield
        finally:
            with self._lock:
                if waiter.has_begun:
                    self._begun -= 1
                elif waiter in self._waiting:
                    self._waiting.remove(waiter)
                self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._begun < self._waiting[0].max_jobs:
            waiter = self._waiting.pop(0)
            waiter.has_begun = waiter.tell()
            self._begun += waiter.has_begun


_shared: WeakValueDictionary[Hashable, JobSlots] = WeakValueDictionary()
_sharing = threading.Lock()


def slots_of(service: Hashable) -> JobSlots:
    """Returns the slots of a service, shared by all who use it."""
    with _sharing:
        slots = _shared.get(service)
        if slots is None:
            slots = _shared[service] = JobSlots()
        return slots
