"""Threads that work beside a game and give way to it."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

__all__ = ["background_threads"]

# Of 0 (as the game) to 19 (only when nothing else runs).
_NICENESS = 10


def background_threads(count: int, name: str) -> ThreadPoolExecutor:
    """A pool of `count` threads, which get less of the processor than the game's own.

    Only Linux has a priority for each thread; elsewhere they have the usual one.
    """
    return ThreadPoolExecutor(count, thread_name_prefix=name, initializer=_give_way)


def _give_way() -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
