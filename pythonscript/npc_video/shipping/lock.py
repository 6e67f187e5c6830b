"""One process at a time where two would collide; the operating system frees the lock if we die."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .console import say

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: TextIO) -> bool:
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(handle: TextIO) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def exclusive(path: Path, *, busy: str) -> Iterator[None]:
    """Hold the lock file `path` for the block; say `busy` once if another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        if not _try_lock(handle):
            say(busy)
            while not _try_lock(handle):
                time.sleep(0.1)
        yield
