"""Waiting for what goes on when nobody waits for it any more."""

import asyncio
from typing import TypeVar

__all__ = ["unhurt"]

T = TypeVar("T")


async def unhurt(going_on: asyncio.Future[T]) -> T:
    """The result of a future or task, which is not cancelled with whoever waits for it.

    Who is cancelled may still ask how it ended. `asyncio.shield` would write its error to the log
    even so: from Python 3.14 on it does when the one who waits was cancelled first.
    """
    await asyncio.wait({going_on})
    return going_on.result()
