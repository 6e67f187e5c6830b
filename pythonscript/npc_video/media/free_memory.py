"""Returns free memory to the system.

A decoder allocates megabytes and frees them with its clip. glibc keeps free memory between blocks
in use, and reuses it so badly that a game with one clip after the other would grow for minutes.
Other C libraries return free memory themselves.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable

__all__ = ["give_back_free_memory"]

# It takes a millisecond, during which other threads may have to wait for memory.
_SECONDS_BETWEEN = 2.0

_turn = threading.Lock()
_last = 0.0


def give_back_free_memory() -> None:
    """Returns the free memory of all threads; does nothing shortly after the last call."""
    global _last
    if _trim is None or not _turn.acquire(blocking=False):
        return
    try:
        if time.perf_counter() - _last >= _SECONDS_BETWEEN:
            _trim(0)
            _last = time.perf_counter()
    finally:
        _turn.release()


def _found_trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


_trim = _found_trim()
