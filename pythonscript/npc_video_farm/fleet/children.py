"""Processes that are started again when they end."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Child", "keep"]

_PAUSE_SECONDS, _LONGEST_PAUSE = 0.1, 5.0
_STEADY_SECONDS = 10.0
_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Child:
    """A program that always runs.

    Attributes:
        name: in messages.
        command: the program and its arguments.
    """

    name: str
    command: Sequence[str]


async def keep(child: Child, say: Callable[[str], None]) -> None:
    """Runs a program again and again; if this is cancelled, ends it.

    A program that ends soon after its start is started again later and later, at most every five
    seconds.
    """
    pause = _PAUSE_SECONDS
    while True:
        began = time.perf_counter()
        # A group of its own: Ctrl-C reaches the parent alone, which ends its children in order.
        process = await asyncio.create_subprocess_exec(
            *child.command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        lived = time.perf_counter() - began
        pause = _PAUSE_SECONDS if lived >= _STEADY_SECONDS else min(2 * pause, _LONGEST_PAUSE)
        say(f"{child.name} ended ({_told(code)}); it is started again in {pause:.1f} s.")
        await asyncio.sleep(pause)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Interrupts it, and kills it if it does not end."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), _END_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _told(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
