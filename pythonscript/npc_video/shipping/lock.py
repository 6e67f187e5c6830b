"""Locks a file against other processes; the operating system frees the lock if the holder dies."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from .console import Failure, say

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
def exclusive(path: Path, *, busy: str, remove: bool = False, waits: bool = True) -> Iterator[None]:
    """Holds the lock file `path` for the block; prints `busy` once if another process has it.

    Args:
        path: The file, created if it does not exist.
        busy: The message for the user who has to wait.
        remove: Removes the file at the end, unless the system forbids it because others wait for
            it.
        waits: Whether to wait for the other process.

    Raises:
        Failure: `busy`, if it does not wait.
    """
    handle = _locked(path, busy, waits=waits)
    try:
        yield
    finally:
        if remove and sys.platform != "win32":
            _remove(path)
        handle.close()
        if remove and sys.platform == "win32":  # which removes no open file
            _remove(path)


def _locked(path: Path, busy: str, *, waits: bool) -> TextIO:
    """Waits until no other process has the file locked, and returns it open."""
    has_said = False
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            handle = stack.enter_context(path.open("a", encoding="utf-8"))
            while not _try_lock(handle):
                if not waits:
                    raise Failure(busy)
                if not has_said:
                    say(busy)
                    has_said = True
                time.sleep(0.1)
            if _is_still(path, handle):
                stack.pop_all()
                return handle
            # Its holder has removed it: others now lock another file.


def _remove(path: Path) -> None:
    with suppress(OSError):  # a file that stays is no reason to fail
        path.unlink()


def _is_still(path: Path, handle: TextIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except FileNotFoundError:
        return False
