"""The thread on which everything that waits runs: an asyncio loop beside the game's own."""

import asyncio
import atexit
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from .errors import WorkerError

__all__ = ["Worker"]

T = TypeVar("T")

_STOP_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Worker:
    """Runs coroutines for other threads, from its making until it is stopped.

    A worker that nobody stops does not keep the interpreter from ending: it is stopped then.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._last: Coroutine[Any, Any, None] | None = None
        self._is_stopping = False
        self._lock = threading.Lock()  # so that nothing is submitted behind the stop
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
        raise WorkerError("The worker thread has been stopped and takes no work any more.")

    def stop(
        self, seconds: float = _STOP_SECONDS, last: Coroutine[Any, Any, None] | None = None
    ) -> None:
        """Cancels what runs, then runs `last`, then ends the thread; a second call does nothing.

        Args:
            seconds: how long to wait for the end.
            last: what is left to do, such as giving back connections.

        Raises:
            WorkerError: something did not let itself be cancelled in time. The thread goes on until
                it does.
        """
        with self._lock:
            if self._is_stopping:
                if last is not None:
                    last.close()
            else:
                self._is_stopping, self._last = True, last
                self._loop.call_soon_threadsafe(self._loop.stop)
        atexit.unregister(self.stop)
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise WorkerError(
                f"The worker thread did not end within {seconds:g} s: a coroutine ignores that it"
                " was cancelled."
            )

    def _run(self) -> None:
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._wind_up())
        finally:
            self._loop.close()

    async def _wind_up(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._last is not None:
            try:
                await self._last
            except Exception:
                _log.exception("The worker thread could not tidy up before its end.")
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()
