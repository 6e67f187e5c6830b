"""Asks the store again while it does not answer, because finished work must not be lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..errors import ClipGoneError, FarmError

__all__ = ["insist"]

_T = TypeVar("_T")

_PAUSE_SECONDS = 0.2


async def insist(ask: Callable[[], Awaitable[_T]], patience: float = float("inf")) -> _T:
    """The answer, as soon as there is one.

    Args:
        patience: seconds after which its error is raised; that a file is gone is told at once.
    """
    ends = time.perf_counter() + patience
    while True:
        try:
            return await ask()
        except ClipGoneError:
            raise  # it does not come back
        except FarmError:
            if time.perf_counter() >= ends:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
