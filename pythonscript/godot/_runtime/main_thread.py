"""Work that other threads hand to the engine's main thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar, TypeVarTuple

from .._ffi.report import report
from .._object.lives import drop_leaving

Ts = TypeVarTuple("Ts")
R = TypeVar("R")

_work: deque[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = deque()
_is_over = threading.Event()


def run_on_main_thread(function: Callable[[*Ts], R], *arguments: *Ts) -> Future[R]:
    """Calls `function` on the main thread, in the next frame at the latest.

    Safe on every thread. The future holds the result. It is cancelled if the game ends first. Never
    wait for it on the main thread: that would block for ever.
    """
    future: Future[R] = Future()
    _work.append((future, function, arguments))
    if _is_over.is_set():
        _refuse_waiting()
    return future


def is_main_thread() -> bool:
    """Whether the current thread is the engine's main thread."""
    return threading.current_thread() is threading.main_thread()


def run_frame() -> None:
    """Runs the work handed over so far; work that it hands over itself waits for the next frame."""
    drop_leaving()
    for _ in range(len(_work)):
        future, function, arguments = _work.popleft()
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            report(error)
            future.set_exception(error)


def refuse_work() -> None:
    """Cancels waiting and future work, because there are no more frames."""
    _is_over.set()
    _refuse_waiting()


def _refuse_waiting() -> None:
    while _work:
        try:
            future, _, _ = _work.popleft()
        except IndexError:
            return  # another thread was quicker
        future.cancel()
        future.set_running_or_notify_cancel()
