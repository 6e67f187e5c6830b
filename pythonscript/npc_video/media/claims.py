"""Checks the counts in an MP4 before FFmpeg relies on them.

FFmpeg makes an index entry for each sample that a file claims, before it looks for the samples. So
a file of three kilobytes can use gigabytes of memory. Boxes are searched by name anywhere in the
file, because FFmpeg reads them anywhere.
"""

import struct
import sys
from array import array

from ..errors import DamagedClipError

__all__ = ["ClaimsCheck", "check_claims"]

# An index of this size has about 100 MB; a minute of uncompressed sound needs as many.
_MAX_SAMPLES = 4 * 1024 * 1024
# For a file of unknown size: a minute of sound and picture has a tenth of these.
_MAX_EARLY_SAMPLES = 64 * 1024
# FFmpeg repeats the samples for each edit; encoders write one or two.
_MAX_EDITS = 64
_SIZE, _LARGE = 4, 8  # bytes of a box's size, and of a size that does not fit into these
_NAME, _COUNTS = 4, 12  # bytes of a box's name, and of the counts to check
_REACH = _NAME + _LARGE + _COUNTS
_OWN_SIZES = (
    0xF00  # flags of a run whose samples have fields of their own (ISO/IEC 14496-12, 8.8.8)
)
# FFmpeg puts this many uncompressed samples of a chunk into one entry.
_PER_ENTRY = 1024
# The first box must be complete before the others are checked.
_NAMES = (b"stsc", b"stsz", b"trun", b"elst", b"stco", b"co64")
_ENTRY = 12  # bytes of an entry of the first box


def check_claims(data: bytes) -> None:
    """Raises DamagedClipError if the file claims more than its bytes can hold."""
    ClaimsCheck(len(data), min(_MAX_SAMPLES, len(data))).check(data, is_whole=True)


class ClaimsCheck:
    """Checks a file from front to back, as it arrives.

    Args:
        max_bytes: the largest size that the file may reach.
        max_samples: the most samples that each table, and all runs together, may claim.
    """

    def __init__(self, max_bytes: int, max_samples: int = _MAX_EARLY_SAMPLES):
        self._max_bytes = max_bytes
        self._max_samples = max_samples
        self._in_runs = 0
        self._chunks = self._in_chunk = 1  # the most in any track, and in any chunk
        self._checked = 0

    def check(self, data: bytes | bytearray, *, is_whole: bool) -> int:
        """The number of bytes from the start that are checked.

        Args:
            data: the file so far; it starts with the data of earlier calls.

        Raises:
            DamagedClipError: the file claims more than it can hold.
        """
        end = len(data) if is_whole else len(data) - _REACH
        for name in _NAMES:
            at = data.find(name, max(_SIZE, self._checked), max(0, end) + _NAME - 1)
            while at >= 0:
                (size,) = struct.unpack_from(">I", data, at - _SIZE)
                start = at + _NAME + (_LARGE if size == 1 else 0)
                # A size beyond the end means that the name occurs by chance within the samples.
                is_box = size <= self._max_bytes and start + _COUNTS <= len(data)
                if is_box and name == b"stsc":
                    if not is_whole and self._is_to_come(data, start):
                        end = min(end, at - _SIZE)
                        break
                    self._look_at_chunks(data, start)
                if is_box and not self._is_sound(name, *struct.unpack_from(">3I", data, start)):
                    raise DamagedClipError("The clip is damaged: it claims more than it can hold.")
                at = data.find(name, at + 1, max(0, end) + _NAME - 1)
        self._checked = max(self._checked, end)
        return self._checked

    def _is_sound(self, name: bytes, first: int, second: int, third: int) -> bool:
        if name == b"stsz":
            size, count = second, third
            return size == 0 or (count <= self._max_samples and count * size <= self._max_bytes)
        if name == b"elst":
            return second <= _MAX_EDITS
        if name == b"trun":
            return self._is_run_sound(first, second)
        if name != b"stsc":
            self._chunks = max(self._chunks, second)
        # It is not known which chunks belong to which track, so the largest counts are combined.
        return self._chunks * self._in_chunk <= self._max_samples * _PER_ENTRY

    def _is_run_sound(self, flags: int, count: int) -> bool:
        if not flags & _OWN_SIZES:
            self._in_runs += count
        return self._in_runs <= self._max_samples

    def _is_to_come(self, data: bytes | bytearray, start: int) -> bool:
        """Whether a part of the chunk table at `start` has not arrived yet."""
        (count,) = struct.unpack_from(">I", data, start + 4)
        size = 8 + count * _ENTRY
        return bool(size <= self._max_bytes and start + size > len(data))

    def _look_at_chunks(self, data: bytes | bytearray, start: int) -> None:
        """Reads from the table at `start` how many samples each chunk has."""
        (count,) = struct.unpack_from(">I", data, start + 4)
        there = min(3 * count, (len(data) - start - 8) // 4)
        # Without NumPy, so that starting a game does not wait for it.
        entries = array("I", bytes(data[start + 8 : start + 8 + 4 * there]))
        if sys.byteorder == "little":
            entries.byteswap()
        self._in_chunk = max(self._in_chunk, max(entries[1::3], default=0))
