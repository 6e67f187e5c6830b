"""Memory that lies free, given back to the system.

A decoder takes megabytes and gives them back with its clip. glibc keeps what lies between memory
that is still used, and fills it again as badly as it fell out, so that a game which shows one clip
after the other would grow for minutes. Other C libraries give free memory back by themselves.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable

__all__ = ["give_back_free_memory"]

# It takes a millisecond, in which other threads may have to wait for memory.
_SECONDS_BETWEEN = 2.0

_turn = threading.Lock()
_last = 0.0


def give_back_free_memory() -> None:
    """Of all threads; does nothing shortly after the last time, and where there is no need."""
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
