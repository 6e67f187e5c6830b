"""Waiting, in an event loop, for what others do."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

_PAUSE_S = 0.005


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Waits until `condition()` is true, or what it returns is true once awaited; returns that.

    Raises:
        TimeoutError: it did not come to that in `seconds`.
    """
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(_PAUSE_S)
