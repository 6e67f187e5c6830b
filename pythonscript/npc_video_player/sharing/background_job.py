"""Runs coroutines on threads of their own, so that the main thread does not wait."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from typing import Any

from godot import at_exit, run_on_main_thread
from npc_video.errors import NpcVideoError, WorkerError
from npc_video.worker import Worker

__all__ = ["BackgroundJob"]


class BackgroundJob:
    """A piece of work whose result arrives on the main thread.

    Args:
        work: gets a function that calls others on the main thread, while the job lasts.
        ended: gets the result.
        failed: gets a sentence with the reason if there is none.
    """

    def __init__(
        self,
        work: Callable[[Callable[..., None]], Coroutine[Any, Any, Any]],
        ended: Callable[[Any], None],
        failed: Callable[[str], None],
    ):
        self._ended, self._failed = ended, failed
        self._is_over = False
        self._future: Future[Any] = _worker().submit(work(self._tell))
        self._future.add_done_callback(lambda future: run_on_main_thread(self._end, future))

    def cancel(self) -> None:
        """Gives the job up; its callbacks are not called any more."""
        self._is_over = True
        self._future.cancel()

    def _tell(self, function: Callable[..., None], *arguments: Any) -> None:
        run_on_main_thread(self._call, function, arguments)

    def _call(self, function: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        if not self._is_over:
            function(*arguments)

    def _end(self, future: Future[Any]) -> None:
        if self._is_over:
            return
        self._is_over = True
        error = future.exception()
        if error is None:
            self._ended(future.result())
        elif isinstance(error, NpcVideoError | OSError):
            self._failed(str(error))
        else:
            self._failed(f"It broke: {error!r}.")


@cache
def _worker() -> Worker:
    return Worker()


@at_exit
def _stop() -> None:
    if _worker.cache_info().currsize:
        with suppress(WorkerError):  # nobody waits for work that cannot be interrupted
            _worker().stop()
        _worker.cache_clear()
