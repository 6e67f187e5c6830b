"""The end of the game for Python: exit handlers, threads, and what objects are still held."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
import threading
import time
from collections.abc import Callable

from _pythonscript import lib

from .._ffi.report import report, warn
from .._object import callables, lives
from .main_thread import refuse_work

# How long a game that ends waits for threads that do not.
_JOIN_SECONDS = 5.0
# And then for what such a thread does at last.
_END_SECONDS = 0.5
# How often it looks whether the engine's threads have left.
_LOOK_SECONDS = 0.002
_NEVER_SECONDS = 1e6
_LIBRARIES = ("asyncio", "concurrent.futures")  # by their loggers

_at_exit: list[Callable[[], None]] = []
_is_alone = _must_leave_objects = False


def at_exit(function: Callable[[], None]) -> Callable[[], None]:
    """Has `function` called when the game ends, while the engine is still whole.

    This is the place to stop threads. The last registered is called first. Usable as a decorator.
    """
    _at_exit.append(function)
    return function


def run_exit() -> None:
    """Refuses what waits for the main thread, calls the exit handlers and ends threads."""
    refuse_work()  # before the handlers, which may wait for threads that wait for it
    while _at_exit:
        try:
            _at_exit.pop()()
        except BaseException as error:
            report(error)
    _join_threads()
    _see_visitors_off()
    atexit._run_exitfuncs()  # the interpreter itself is never ended
    _end_threads()
    # The engine waits for its own threads, so one that is still inside must get out some day.
    if any(_is_running(thread) for thread in threading.enumerate()) and not lib.ps_has_visitors():
        _stop_the_world()


def release_all() -> None:
    """Gives back what Python holds of the engine; again whenever it may hold something new.

    Script languages end after the main loop, and what is held of them must be gone by then.
    """
    global _must_leave_objects
    if _is_alone:
        sys.setswitchinterval(_NEVER_SECONDS)
        _must_leave_objects = not lib.ps_await_calls()
    if not _must_leave_objects:
        gc.collect()
        callables.release_all()
        lives.release_all()


def _is_running(thread: threading.Thread) -> bool:
    """Whether it is another thread that runs Python code; those of the engine only visit."""
    is_visitor = isinstance(thread, threading._DummyThread)
    return thread is not threading.main_thread() and not is_visitor


def _to_join() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if _is_running(t) and not t.daemon]


def _join_threads() -> None:
    """As at the end of any Python program, but not for ever, and for no pool of a daemon."""
    waking = threading.Thread(target=_wake_pools, daemon=True)
    waking.start()
    deadline = time.perf_counter() + _JOIN_SECONDS
    while (threads := _to_join()) and (left := deadline - time.perf_counter()) > 0.0:
        threads[0].join(left)
    if threads:
        names = ", ".join(thread.name for thread in threads)
        warn(f"these threads did not end with the game: {names}; stop them in a godot.at_exit")
    waking.join(_END_SECONDS)


def _wake_pools() -> None:
    # The interpreter's own hooks: they end the idle workers of thread pools, and wait for all.
    for hook in reversed(threading._threading_atexits):  # type: ignore[attr-defined]
        hook()


def _see_visitors_off() -> None:
    """Lets no more threads of the engine in, and waits for those that are inside."""
    lib.ps_close_door()
    if not _have_visitors_left(_JOIN_SECONDS):
        warn(
            "a thread of the engine is still in Python at the end of the game and is stopped:"
            " let long work look whether the game ends"
        )


def _have_visitors_left(seconds: float) -> bool:
    deadline = time.perf_counter() + seconds
    while lib.ps_has_visitors() and time.perf_counter() < deadline:
        time.sleep(_LOOK_SECONDS)
    return not lib.ps_has_visitors()


def _end_threads() -> None:
    """Raises SystemExit in the threads that are left, so that they clean up after themselves.

    One that computed on would also ask for the interpreter lock at the very moment when nobody may
    have it any more. What that breaks in loops and pools is not told.
    """
    for name in _LIBRARIES:
        logging.getLogger(name).disabled = True
    left = [thread for thread in threading.enumerate() if _is_running(thread)]
    idents = {thread.ident for thread in left}
    if lib.ps_has_visitors():
        idents |= sys._current_frames().keys() - {threading.main_thread().ident}
    for ident in idents:
        lib.ps_raise_in(ident, id(SystemExit))
    deadline = time.perf_counter() + _END_SECONDS
    for thread in left:
        thread.join(max(0.0, deadline - time.perf_counter()))
    _have_visitors_left(deadline - time.perf_counter())


class _Parked(SystemExit):
    """Raised in a thread, has it wait for ever, as the thread itself makes the exception.

    So it runs no `except` and no `finally` any more.
    """

    def __init__(self) -> None:
        _never.acquire()


_never = threading.Lock()


def _stop_the_world() -> None:
    """Lets no other thread run Python any more: the engine is about to be taken down under them.

    The main thread keeps the lock in what it calls of the engine. Where Python itself lets it go,
    as when a file is closed, another thread may take it, and is parked.
    """
    global _is_alone
    _is_alone = True
    _never.acquire()
    for ident in sys._current_frames().keys() - {threading.main_thread().ident}:
        lib.ps_raise_in(ident, id(_Parked))
    lib.ps_keep_lock()
