"""How many of our jobs a server has at once."""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Places"]

# One runs and one waits, so that the server is never idle between two jobs, and an urgent one has
# no more than that before it.
_MOST = 2
# Servers number jobs from 0 on and run lower ones first.
_URGENT = -1_000_000


class Places:
    """Lets two jobs go to the server; the others wait here. Urgent ones go at once.

    They overtake whatever waits at the server, and each other never.
    """

    def __init__(self) -> None:
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._numbers = itertools.count(_URGENT)

    @asynccontextmanager
    async def take(self, *, is_urgent: bool) -> AsyncIterator[float | None]:
        """A place for the length of a block; gives the number that the server is to sort by."""
        if not is_urgent:
            await self._wait()
        self._taken += 1
        try:
            yield float(next(self._numbers)) if is_urgent else None
        finally:
            self._taken -= 1
            self._wake()

    async def _wait(self) -> None:
        while self._taken >= _MOST:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()
                raise

    def _wake(self) -> None:
        while self._waiting and self._taken < _MOST:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
