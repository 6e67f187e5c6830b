"""Keeps the session files that players record in, and writes them on one thread beside the game."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from godot import at_exit
from npc_video.background import background_threads
from npc_video.errors import InvalidDataError

if TYPE_CHECKING:
    from npc_video.npc.recording import SessionFile

__all__ = ["OpenFile"]

_open: dict[Path, OpenFile] = {}


class OpenFile:
    """A session file in which one player records; its lines are written in their order.

    Attributes:
        error: the reason why a line could not be written; none is written after it.

    Raises:
        OSError: the file cannot be written to.
        InvalidDataError: it is something else, or another player records in it.
    """

    def __init__(self, path: Path):
        from npc_video.npc.recording import SessionFile  # which few games need

        self._path = path.resolve()
        if self._path in _open:
            raise InvalidDataError(
                f"another player records in {path.name}: give each player a file of its own."
            )
        self._file: SessionFile = SessionFile(path)
        self.error: OSError | None = None
        _open[self._path] = self

    def write(self, line: bytes) -> None:
        """Has a line written, unless the game has ended."""
        if _open.get(self._path) is self:
            _thread().submit(self._write, line)

    def close(self) -> None:
        """Has the file closed when all lines are written; may be called again."""
        if _open.get(self._path) is self:
            del _open[self._path]
            _thread().submit(self._close)

    def _write(self, line: bytes) -> None:
        if self.error is None:
            try:
                self._file.write(line)
            except OSError as error:
                self.error = error

    def _close(self) -> None:
        try:
            self._file.close()
        except OSError as error:  # for the rest of a line that did not fit
            self.error = self.error or error


@cache
def _thread() -> ThreadPoolExecutor:
    """Returns the thread that writes."""
    return background_threads(1, "recording")


@at_exit
def close() -> None:
    """Writes the remaining lines at exit."""
    for file in list(_open.values()):
        file.close()
    if _thread.cache_info().currsize:
        _thread().shutdown()
        _thread.cache_clear()
