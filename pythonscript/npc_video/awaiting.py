"""Waits for work that continues if the waiting task is cancelled."""

import asyncio
from typing import TypeVar

__all__ = ["unhurt"]

T = TypeVar("T")


async def unhurt(going_on: asyncio.Future[T]) -> T:
    """The result of a future or task that is not cancelled together with the waiting task.

    A cancelled task may still ask for the result. `asyncio.shield` would log its error even then:
    from Python 3.14 on it does so if the waiting task was cancelled first.
    """
    await asyncio.wait({going_on})
    return going_on.result()
