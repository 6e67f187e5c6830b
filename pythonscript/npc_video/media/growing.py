"""The file of a clip that is still arriving: written on one thread, read on others.

A reader blocks until data arrives, so each needs a thread that nobody else waits for. The end of
the attempt to get the clip also ends the file, and with it the wait.
"""

import io
import threading

from ..errors import DamagedClipError
from .claims import ClaimsCheck

__all__ = ["GrowingFile", "GrowingReader"]

_MAX_BYTES = 64 * 1024 * 1024


class GrowingFile:
    """The bytes of a clip that have arrived in one attempt.

    Args:
        media_type: "video/webm" or "video/mp4".
        max_bytes: a larger file is given up.
    """

    def __init__(self, media_type: str, max_bytes: int = _MAX_BYTES):
        self.media_type = media_type
        self.max_bytes = max_bytes
        self._data: bytes | bytearray = bytearray()
        self._is_whole = self._has_ended = False
        self._changed = threading.Condition()

    @property
    def is_whole(self) -> bool:
        """Whether the file is complete."""
        return self._is_whole

    @property
    def is_given_up(self) -> bool:
        """Whether it will never be complete."""
        return self._has_ended and not self._is_whole

    def is_all_of(self, data: bytes) -> bool:
        """Whether it is complete and has this content."""
        return self._is_whole and self._data == data

    def append(self, part: bytes) -> None:
        """Appends bytes to the file."""
        with self._changed:
            if self._has_ended:
                return
            if len(self._data) + len(part) > self.max_bytes:
                self._end()
            else:
                self._data += part
                self._changed.notify_all()

    def finish(self, data: bytes) -> None:
        """Ends the file; it is complete unless `data` comes from another attempt."""
        with self._changed:
            if not self._has_ended and data[: len(self._data)] == self._data:
                # Whoever keeps the clip keeps these bytes anyway.
                self._data, self._is_whole = data, True
            self._end()

    def give_up(self) -> None:
        """Ends the file because nothing more will arrive; does nothing if it has ended."""
        with self._changed:
            self._end()

    def reader(self) -> "GrowingReader":
        return GrowingReader(self)

    def _end(self) -> None:
        self._has_ended = True
        self._changed.notify_all()


class GrowingReader:
    """Reads a growing file, with the interface of the standard library's files.

    It never raises, because FFmpeg calls it. After an early end, `check` raises.
    """

    def __init__(self, file: GrowingFile):
        self._file = file
        is_mp4 = "mp4" in file.media_type.lower()  # with parameters or without
        self._claims = ClaimsCheck(file.max_bytes) if is_mp4 else None
        self._position = 0
        self._sound = 0  # bytes that may be read
        self._is_stopped = False

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; waits for at least one.

        Empty at the end of a complete file, or if the file was given up or the reader is closed.
        """
        file = self._file
        with file._changed:
            while self._position >= self._look() and not (file._has_ended or self._is_stopped):
                file._changed.wait()
            if self._is_stopped:
                return b""
            found = bytes(file._data[self._position : min(self._position + size, self._sound)])
        self._position += len(found)
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new position; -1 for a seek from the end, which is unknown."""
        if whence == io.SEEK_END:
            return -1
        self._position = offset + (self._position if whence == io.SEEK_CUR else 0)
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        """Ends reading immediately, from any thread."""
        with self._file._changed:
            self._is_stopped = True
            self._file._changed.notify_all()

    def check(self) -> None:
        """Raises DamagedClipError unless the whole file has arrived."""
        if self._is_stopped or not self._file.is_whole:
            raise DamagedClipError("The clip is damaged: it ended before it was complete.")

    def _look(self) -> int:
        """The number of bytes that can be read, after a check of new ones."""
        file = self._file
        if self._claims is None:
            self._sound = len(file._data)
        elif not self._is_stopped:
            try:
                self._sound = self._claims.check(file._data, is_whole=file._has_ended)
            except DamagedClipError:
                self._is_stopped = True
        return self._sound
