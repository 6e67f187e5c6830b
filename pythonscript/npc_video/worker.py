"""The thread on which everything that waits runs: an asyncio loop beside the game's own."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from .errors import WorkerError

__all__ = ["Worker"]

T = TypeVar("T")

_STOP_SECONDS = 5.0


class Worker:
    """Runs coroutines for other threads until it is stopped."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="npc_video", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Starts `work`, from any thread. Cancelling the future cancels it.

        Raises:
            WorkerError: the worker has been stopped.
        """
        if self._loop.is_closed() or not self._thread.is_alive():
            work.close()
            raise WorkerError("The worker thread has been stopped and takes no work any more.")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self, seconds: float = _STOP_SECONDS) -> None:
        """Cancels what runs and ends the thread; does nothing the second time.

        Raises:
            WorkerError: something did not let itself be cancelled within `seconds`.
        """
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise WorkerError(f"The worker thread did not end within {seconds:g} s.")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            waiting = asyncio.all_tasks(self._loop)
            for task in waiting:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()
