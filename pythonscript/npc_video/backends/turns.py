"""How many clips a service makes at once, whoever of a game asks it.

Players that differ in a setting have managers of their own, with threads and connections, and a
pool has its hosts; the service behind them is one. So its jobs are counted by its address.
"""

import asyncio
import bisect
import itertools
import threading
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

__all__ = ["Turns", "turns_of"]


@dataclass(slots=True, order=True)
class _Turn:
    """A job that waits or has begun."""

    rank: tuple[bool, int]
    most: int = field(compare=False)
    may_begin: asyncio.Future[None] = field(compare=False)
    has_begun: bool = field(default=False, compare=False)

    def tell(self) -> bool:
        """Have the job begin, on its own thread; False where that has ended."""
        try:
            self.may_begin.get_loop().call_soon_threadsafe(self._begin)
        except RuntimeError:
            return False
        return True

    def _begin(self) -> None:
        if not self.may_begin.done():
            self.may_begin.set_result(None)


class Turns:
    """Lets jobs to a service in turn, from any thread.

    What somebody waits for goes before what is made ahead, and else who came first.
    """

    def __init__(self) -> None:
        # A coroutine that is thrown away may give its turn back while another one is given.
        self._lock = threading.RLock()
        self._begun = 0
        self._waiting: list[_Turn] = []
        self._numbers = itertools.count()

    @asynccontextmanager
    async def take(self, most: int, *, is_urgent: bool) -> AsyncIterator[None]:
        """A turn for the length of a block, once fewer than `most` have one."""
        may_begin = asyncio.get_running_loop().create_future()
        turn = _Turn((not is_urgent, next(self._numbers)), most, may_begin)
        with self._lock:
            bisect.insort(self._waiting, turn)
            self._go_on()
        try:
            await may_begin
            yield
        finally:
            with self._lock:
                if turn.has_begun:
                    self._begun -= 1
                elif turn in self._waiting:
                    self._waiting.remove(turn)
                self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._begun < self._waiting[0].most:
            turn = self._waiting.pop(0)
            turn.has_begun = turn.tell()
            self._begun += turn.has_begun


_shared: WeakValueDictionary[Hashable, Turns] = WeakValueDictionary()
_sharing = threading.Lock()


def turns_of(service: Hashable) -> Turns:
    """Those of a service, shared by all who keep them."""
    with _sharing:
        turns = _shared.get(service)
        if turns is None:
            turns = _shared[service] = Turns()
        return turns
