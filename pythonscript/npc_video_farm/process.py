"""The end of a farm's process: by a signal, or with the process that started it."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any

__all__ = ["run_until_ended"]

_PARENT_SECONDS = 0.5


def run_until_ended(
    work: Coroutine[Any, Any, None],
    *,
    parent: int = 0,
    on_end: Callable[[signal.Signals], bool] = lambda number: False,
) -> None:
    """Runs `work` on an event loop until it ends; SIGINT and SIGTERM cancel it.

    Args:
        parent: id of the process with whose end this one ends, as if it were interrupted; 0 for
            none.
        on_end: called with each signal; true if it has asked `work` to end, so that it need not be
            cancelled.
    """
    asyncio.run(_run(work, parent, on_end))


async def _run(
    work: Coroutine[Any, Any, None],
    parent: int,
    on_end: Callable[[signal.Signals], bool],
) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(work)

    def end(number: signal.Signals) -> None:
        if not on_end(number):
            task.cancel()

    def signalled(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end, signal.Signals(number))

    # Not the loop's own handlers, which Windows lacks.
    before = {each: signal.signal(each, signalled) for each in (signal.SIGINT, signal.SIGTERM)}
    watching = asyncio.create_task(_watch(parent, end)) if parent else None
    try:
        with suppress(asyncio.CancelledError):
            await task
    finally:
        if watching is not None:
            watching.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


async def _watch(parent: int, end: Callable[[signal.Signals], None]) -> None:
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_SECONDS)
    end(signal.SIGINT)
