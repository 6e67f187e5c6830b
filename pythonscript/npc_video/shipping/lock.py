"""One process at a time where two would collide; the operating system frees the lock if we die."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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
def exclusive(path: Path, *, busy: str, remove: bool = False) -> Iterator[None]:
    """Hold the lock file `path` for the block; say `busy` once if another process has it.

    Args:
        path: The file, made if need be.
        busy: What the user reads while it has to wait.
        remove: Remove the file at the end, unless the system forbids it as others wait for it.
    """
    handle = _locked(path, busy)
    try:
        yield
    finally:
        if remove and sys.platform != "win32":
            _remove(path)
        handle.close()
        if remove and sys.platform == "win32":  # which removes no file that is open
            _remove(path)


def _locked(path: Path, busy: str) -> TextIO:
    """The open file, once no other process has it locked."""
    has_said = False
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            handle = stack.enter_context(path.open("a", encoding="utf-8"))
            while not _try_lock(handle):
                if not has_said:
                    say(busy)
                    has_said = True
                time.sleep(0.1)
            if _is_still(path, handle):
                stack.pop_all()
                return handle
            # Who had it has removed it: what others lock now is another file.


def _remove(path: Path) -> None:
    with suppress(OSError):  # a file too many is no reason to fail
        path.unlink()


def _is_still(path: Path, handle: TextIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except FileNotFoundError:
        return False
