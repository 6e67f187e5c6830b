"""The thread for everything that waits: an asyncio loop beside the game's main thread."""

import asyncio
import atexit
import logging
import math
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from .errors import WorkerError

__all__ = ["Worker"]

T = TypeVar("T")

_STOP_SECONDS = 5.0
# The time for cancelled work to end, including threads of the loop.
_GRACE_SECONDS = 2.0
_PIECE_SECONDS = 0.2

_log = logging.getLogger(__name__)
# Loops that were interrupted; kept, because their pending tasks would warn when collected.
_left_behind: list[asyncio.AbstractEventLoop] = []


class Worker:
    """Runs coroutines for other threads, from its creation until it is stopped.

    A worker that is not stopped does not keep the interpreter from exiting: that stops it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._last: Coroutine[Any, Any, None] | None = None
        self._grace = _GRACE_SECONDS
        self._is_stopping = False
        self._listens, self._is_tidy = threading.Event(), threading.Event()
        self._lock = threading.Lock()  # prevents submitting after the stop
        self._thread = threading.Thread(target=self._run, name="npc_video", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Starts `work`, from any thread. Cancelling the future cancels it.

        Raises:
            WorkerError: the worker has been stopped.
        """
        with self._lock:
            if not self._is_stopping:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise WorkerError("The worker thread has been stopped and accepts no more work.")

    def stop(
        self, seconds: float = _STOP_SECONDS, last: Coroutine[Any, Any, None] | None = None
    ) -> None:
        """Cancels running work, then runs `last`, then ends the thread; a second call does nothing.

        Running work has two seconds to end, or less if `seconds` is shorter. If it blocks the loop
        for longer, `last` is skipped.

        Args:
            seconds: the longest wait for `last`.
            last: final work, such as closing connections.

        Raises:
            WorkerError: some work could not be cancelled in time. The thread continues until that
                ends.
        """
        grace = min(seconds, _GRACE_SECONDS)
        with self._lock:
            if self._is_stopping:
                if last is not None:
                    last.close()
            else:
                self._is_stopping, self._last, self._grace = True, last, grace
                self._loop.call_soon_threadsafe(self._loop.stop)
        atexit.unregister(self.stop)
        if _waits(self._listens.wait, grace):
            _waits(self._is_tidy.wait, grace + seconds)
            _waits(self._ends, grace)
        if (unsaid := self._take_last()) is not None:
            unsaid.close()
        if self._thread.is_alive():
            # Errors of work that is still running are not reported any more.
            self._loop.set_exception_handler(lambda _loop, _context: None)
            raise WorkerError(
                f"The worker thread did not end within {seconds:g} s: a coroutine ignores that it"
                " was cancelled, or a thread that it awaits goes on."
            )

    def _ends(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _take_last(self) -> Coroutine[Any, Any, None] | None:
        with self._lock:
            last, self._last = self._last, None
        return last

    def _run(self) -> None:
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._wind_up())
        except SystemExit:  # ends this thread only
            _left_behind.append(self._loop)
        else:
            self._loop.close()

    async def _wind_up(self) -> None:
        self._listens.set()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=self._grace)
        last = self._take_last()
        if last is not None:
            try:
                await last
            except Exception:
                _log.exception("The worker thread could not clean up before its end.")
        self._is_tidy.set()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*left, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()


def _waits(wait: Callable[[float], bool], seconds: float) -> bool:
    """Waits in short pieces, so that a process that is halted meanwhile loses only one of them."""
    pieces = max(1, math.ceil(seconds / _PIECE_SECONDS))
    return any(wait(seconds / pieces) for _ in range(pieces))
