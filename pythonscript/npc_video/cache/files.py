"""Atomic file writes, and a lock that lets one process at a time change a folder."""

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import CacheError
from ..held_files import is_held, remove, replace

__all__ = ["TEMPORARY", "cache_errors", "locked", "set_aside", "write_atomic"]

TEMPORARY = ".tmp"
"""The suffix of an unfinished file."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LOCK_SECONDS = 10.0  # longest wait for another process: one large clip on a slow disk
_LOCK_POLL_SECONDS = 0.005
_KEPT_ASIDE = 8  # files: enough to examine, too few to fill a disk


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a file atomically: it is never seen unfinished, even after a power cut.

    Raises:
        OSError: it could not be written; nothing is left of it.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def set_aside(path: Path, folder: Path) -> None:
    """Moves a damaged file to `folder`, and deletes the oldest files there.

    Windows does not move a file that another process has open; there it is copied and emptied.

    Raises:
        OSError: it cannot be moved.
    """
    folder.mkdir(exist_ok=True)
    aside = folder / f"{time.time_ns():020}-{path.name}"
    try:
        path.replace(aside)
    except OSError as error:
        if not is_held(error):
            raise
        aside.write_bytes(path.read_bytes())
        os.truncate(path, 0)
    for old in sorted(folder.iterdir())[:-_KEPT_ASIDE]:
        remove(old)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a file lock against other processes and threads until the block ends.

    The operating system releases it if the process dies.

    Raises:
        CacheError: another process holds it for ten seconds.
        OSError: the file cannot be created.
    """
    deadline = time.perf_counter() + _LOCK_SECONDS
    with path.open("ab") as file:
        while not _try_lock(file.fileno()):
            if time.perf_counter() > deadline:
                raise CacheError(
                    "Another process keeps the clip cache locked: close the other game, or give"
                    " this one a folder of its own."
                )
            time.sleep(_LOCK_POLL_SECONDS)
        try:
            yield
        finally:
            _unlock(file.fileno())


@contextlib.contextmanager
def cache_errors(folder: Path) -> Iterator[None]:
    """Turns the operating system's errors into CacheErrors.

    Raises:
        CacheError: `folder` is full, or cannot be used.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise CacheError(
                "The disk of the clip cache is full: free some space, or lower the cache's budget."
            ) from error
        raise CacheError(
            f"The clip cache cannot use its folder {folder} ({error.strerror or error}): remove it,"
            " or choose another."
        ) from error


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _sync_folder(folder: Path) -> None:
        """Does nothing: Windows writes names together with files."""

else:
    import fcntl

    # `flock`, because `lockf` does not separate two caches of one process.
    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _sync_folder(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
