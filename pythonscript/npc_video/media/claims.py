"""What an MP4 claims to hold, checked before FFmpeg believes it.

FFmpeg makes an entry of its index for each sample that a file claims, before it looks for the
samples: a file of three kilobytes can take gigabytes. Boxes are found by their names wherever they
are, because FFmpeg reads them wherever they are.
"""

import struct
import sys
from array import array

from ..errors import DamagedClipError

__all__ = ["ClaimsCheck", "check_claims"]

# An index of these is about 100 MB; a minute of sound without compression has as many.
_MAX_SAMPLES = 4 * 1024 * 1024
# Of a file whose size is not known yet: a minute of sound and picture has a tenth of these.
_MAX_EARLY_SAMPLES = 64 * 1024
# FFmpeg repeats the samples for each edit; encoders write one or two.
_MAX_EDITS = 64
_SIZE, _LARGE = 4, 8  # bytes of the size of a box, and of one that does not fit in these
_NAME, _COUNTS = 4, 12  # bytes of the name of a box, and of what is checked in it
_REACH = _NAME + _LARGE + _COUNTS
_OWN_SIZES = (
    0xF00  # flags of a run whose samples have fields of their own (ISO/IEC 14496-12, 8.8.8)
)
# Of samples without compression, FFmpeg puts so many of a chunk into one entry.
_PER_ENTRY = 1024
# The first has to be there as a whole before what follows is checked.
_NAMES = (b"stsc", b"stsz", b"trun", b"elst", b"stco", b"co64")
_ENTRY = 12  # bytes of an entry of the first


def check_claims(data: bytes) -> None:
    """Raises DamagedClipError when the file claims more than its bytes can hold."""
    ClaimsCheck(len(data), min(_MAX_SAMPLES, len(data))).check(data, is_whole=True)


class ClaimsCheck:
    """Goes through a file from front to back, as far as it is there.

    Args:
        max_bytes: how large the file may become.
        max_samples: how many its tables may claim, each of them, and all of its runs together.
    """

    def __init__(self, max_bytes: int, max_samples: int = _MAX_EARLY_SAMPLES):
        self._max_bytes = max_bytes
        self._max_samples = max_samples
        self._in_runs = 0
        self._chunks = self._in_chunk = 1  # the most of any track, and of any of their chunks
        self._checked = 0

    def check(self, data: bytes | bytearray, *, is_whole: bool) -> int:
        """How many bytes of the beginning are checked now.

        Args:
            data: the file as far as it is there; it begins with what it was before.

        Raises:
            DamagedClipError: the file claims more than it can hold.
        """
        end = len(data) if is_whole else len(data) - _REACH
        for name in _NAMES:
            at = data.find(name, max(_SIZE, self._checked), max(0, end) + _NAME - 1)
            while at >= 0:
                (size,) = struct.unpack_from(">I", data, at - _SIZE)
                start = at + _NAME + (_LARGE if size == 1 else 0)
                # Sizes that reach beyond the file are those of chance finds among the samples.
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
        # Which chunks are those of which track is not known: each may be of the one with the most.
        return self._chunks * self._in_chunk <= self._max_samples * _PER_ENTRY

    def _is_run_sound(self, flags: int, count: int) -> bool:
        if not flags & _OWN_SIZES:
            self._in_runs += count
        return self._in_runs <= self._max_samples

    def _is_to_come(self, data: bytes | bytearray, start: int) -> bool:
        """Whether a part of the table of chunks at `start` is not there yet."""
        (count,) = struct.unpack_from(">I", data, start + 4)
        size = 8 + count * _ENTRY
        return bool(size <= self._max_bytes and start + size > len(data))

    def _look_at_chunks(self, data: bytes | bytearray, start: int) -> None:
        """At how many samples each chunk has, says the table at `start`."""
        (count,) = struct.unpack_from(">I", data, start + 4)
        there = min(3 * count, (len(data) - start - 8) // 4)
        # Not by NumPy, which a game's start does not wait for.
        entries = array("I", bytes(data[start + 8 : start + 8 + 4 * there]))
        if sys.byteorder == "little":
            entries.byteswap()
        self._in_chunk = max(self._in_chunk, max(entries[1::3], default=0))
