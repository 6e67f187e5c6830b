"""The end of the game: exit handlers, threads, and the release of objects."""

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

# The longest wait for threads at the end of the game.
_JOIN_SECONDS = 5.0
# The longest wait after that, for the clean-up of threads that were told to exit.
_END_SECONDS = 0.5
# The interval of checks whether the engine's threads have left.
_LOOK_SECONDS = 0.002
_NEVER_SECONDS = 1e6
_LIBRARIES = ("asyncio", "concurrent.futures")  # names of their loggers

_at_exit: list[Callable[[], None]] = []
_is_alone = _must_leave_objects = False


def at_exit(function: Callable[[], None]) -> Callable[[], None]:
    """Registers a function to be called when the game ends, while the engine still works.

    Stop threads here. The last registered function is called first. Usable as a decorator.
    """
    _at_exit.append(function)
    return function


def run_exit() -> None:
    """Cancels work for the main thread, calls the exit handlers and ends threads."""
    refuse_work()  # first, because a handler may wait for a thread that waits for such work
    while _at_exit:
        try:
            _at_exit.pop()()
        except BaseException as error:
            report(error)
    _join_threads()
    _see_visitors_off()
    atexit._run_exitfuncs()  # the interpreter itself is never finalised
    _end_threads()
    # The engine joins its own threads, so one that is still inside must be able to leave.
    if any(_is_running(thread) for thread in threading.enumerate()) and not lib.ps_has_visitors():
        _stop_the_world()


def release_all() -> None:
    """Releases what Python holds of the engine; call it again if it may hold something new.

    Script languages end after the main loop, and nothing of theirs may be held by then.
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
    """Whether it runs Python code and is not the main thread; the engine's threads only visit."""
    is_visitor = isinstance(thread, threading._DummyThread)
    return thread is not threading.main_thread() and not is_visitor


def _to_join() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if _is_running(t) and not t.daemon]


def _join_threads() -> None:
    """Joins threads and thread pools as Python does at exit, but with a time limit."""
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
    # The interpreter's own hooks. They end the idle workers of thread pools, and wait for all.
    for hook in reversed(threading._threading_atexits):  # type: ignore[attr-defined]
        hook()


def _see_visitors_off() -> None:
    """Turns away further threads of the engine, and waits for those that are inside."""
    lib.ps_close_door()
    if not _have_visitors_left(_JOIN_SECONDS):
        warn(
            "a thread of the engine is still in Python at the end of the game and is stopped:"
            " long work must check whether the game is ending"
        )


def _have_visitors_left(seconds: float) -> bool:
    deadline = time.perf_counter() + seconds
    while lib.ps_has_visitors() and time.perf_counter() < deadline:
        time.sleep(_LOOK_SECONDS)
    return not lib.ps_has_visitors()


def _end_threads() -> None:
    """Raises SystemExit in the remaining threads, so that they clean up.

    A thread that went on computing would ask for the interpreter lock when nobody may have it any
    more. Errors that this causes in event loops and pools are not printed.
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
    """Blocks for ever the thread in which it is raised; its constructor runs in that thread.

    So no `except` and no `finally` of the thread runs.
    """

    def __init__(self) -> None:
        _never.acquire()


_never = threading.Lock()


def _stop_the_world() -> None:
    """Stops all other threads from running Python, because the engine is about to go.

    The main thread keeps the lock while it calls the engine. Where Python itself releases it, for
    example to close a file, another thread may take it and is then parked.
    """
    global _is_alone
    _is_alone = True
    _never.acquire()
    for ident in sys._current_frames().keys() - {threading.main_thread().ident}:
        lib.ps_raise_in(ident, id(_Parked))
    lib.ps_keep_lock()
