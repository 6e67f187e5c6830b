"""What an MP4 claims to hold, checked before FFmpeg believes it.

FFmpeg makes an entry of its index for each sample that a file claims, before it looks for the
samples: a file of three kilobytes can take gigabytes. Boxes are found by their names wherever they
are, because FFmpeg reads them wherever they are.
"""

import struct

from ..errors import DamagedClipError

__all__ = ["check_claims"]

# An index of these is about 100 MB; a minute of sound without compression has as many.
_MOST_SAMPLES = 4 * 1024 * 1024
# FFmpeg repeats the samples for each edit; encoders write one or two.
_MOST_EDITS = 64
_SIZE, _LARGE = 4, 8  # bytes of the size of a box, and of one that does not fit in these
_OWN_SIZES = (
    0xF00  # flags of a run whose samples have fields of their own (ISO/IEC 14496-12, 8.8.8)
)


def check_claims(data: bytes) -> None:
    """Raises DamagedClipError when the file claims more than its bytes can hold."""
    for name, check in _CHECKS.items():
        at = data.find(name, _SIZE)
        while at >= 0:
            (size,) = struct.unpack_from(">I", data, at - _SIZE)
            start = at + len(name) + (_LARGE if size == 1 else 0)
            # Sizes that reach beyond the file are those of chance finds among the samples.
            if size <= len(data) and start + 12 <= len(data) and not check(data, start):
                raise DamagedClipError("The clip is damaged: it claims more than it can hold.")
            at = data.find(name, at + 1)


def _is_sample_table_sound(data: bytes, start: int) -> bool:
    size: int
    count: int
    size, count = struct.unpack_from(">II", data, start + 4)
    return size == 0 or (count <= _MOST_SAMPLES and count * size <= len(data))


def _is_run_sound(data: bytes, start: int) -> bool:
    flags, count = struct.unpack_from(">II", data, start)
    return bool(flags & _OWN_SIZES) or count <= min(_MOST_SAMPLES, len(data))


def _is_edit_list_sound(data: bytes, start: int) -> bool:
    count: int
    (count,) = struct.unpack_from(">I", data, start + 4)
    return count <= _MOST_EDITS


_CHECKS = {
    b"stsz": _is_sample_table_sound,
    b"trun": _is_run_sound,
    b"elst": _is_edit_list_sound,
}
