"""Work for the engine's main thread, handed over from any other, and the end of the game."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ._objects import drop_leaving
from ._report import report, warn

# How long a game that ends waits for threads that do not.
_JOIN_SECONDS = 5.0

_work: deque[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = deque()
_at_exit: list[Callable[[], None]] = []


def run_on_main_thread(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Calls `function` on the main thread, in the next frame at the latest.

    Safe from every thread. The future holds the result; waiting for it on the main thread itself
    would wait for ever.
    """
    future: Future[Any] = Future()
    _work.append((future, function, arguments))
    return future


def is_main_thread() -> bool:
    """Whether this is the engine's main thread."""
    return threading.current_thread() is threading.main_thread()


def at_exit(function: Callable[[], None]) -> Callable[[], None]:
    """Has `function` called when the game ends, while the engine is still whole.

    This is the place to stop threads. The last registered is called first. Usable as a decorator.
    """
    _at_exit.append(function)
    return function


def run_frame() -> None:
    """What was handed over so far; what that hands over itself waits for the next frame."""
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


def run_exit() -> None:
    """Calls the exit handlers, refuses waiting work and joins threads."""
    while _at_exit:
        try:
            _at_exit.pop()()
        except BaseException as error:
            report(error)
    while _work:
        future, _, _ = _work.popleft()
        future.cancel()
    _join_threads()


def _join_threads() -> None:
    """As at the end of any Python program, but not for ever."""
    ending = threading.Thread(target=_wake_and_join, daemon=True)
    ending.start()
    ending.join(_JOIN_SECONDS)
    if ending.is_alive():
        names = ", ".join(thread.name for thread in _others())
        warn(f"these threads did not end with the game: {names}; stop them in a godot.at_exit")


def _wake_and_join() -> None:
    # The interpreter's own hooks: they end the idle workers of thread pools.
    for hook in reversed(threading._threading_atexits):  # type: ignore[attr-defined]
        hook()
    for thread in _others():
        thread.join()


def _others() -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if not thread.daemon and thread is not threading.main_thread()
    ]
