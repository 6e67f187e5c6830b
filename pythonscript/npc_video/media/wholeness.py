"""Detects truncated files, which decode without an error."""

import struct

__all__ = ["is_whole"]

# Matroska (RFC 9559): ids of the header, and of the element that contains everything else.
_HEADER, _SEGMENT = 0x1A45DFA3, 0x18538067
_ID_BYTES = 4


def is_whole(data: bytes, container: str) -> bool | None:
    """Whether the file is complete; None if its boxes do not say.

    Args:
        container: "matroska" or "mp4".
    """
    return _is_whole_matroska(data) if container == "matroska" else _is_whole_mp4(data)


def _is_whole_matroska(data: bytes) -> bool | None:
    end = 0
    for wanted in (_HEADER, _SEGMENT):
        begin = end  # the header precedes the segment, which is the rest
        if int.from_bytes(data[begin : begin + _ID_BYTES], "big") != wanted:
            return None
        size, begin = _number(data, begin + _ID_BYTES)
        if size is None:
            return None  # it was sent while it was being made
        end = begin + size
    return end <= len(data)


def _number(data: bytes, at: int) -> tuple[int | None, int]:
    """A number of one to eight bytes, None for "unknown", and its end (RFC 8794, 4)."""
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    if length > 8 or at + length > len(data):
        return None, at
    value = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), at + length


def _is_whole_mp4(data: bytes) -> bool | None:
    at, boxes = 0, dict[bytes, tuple[int, int]]()
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
        elif size == 0:
            size = len(data) - at  # extends to the end of the file
        if size < 8:
            return None
        boxes[name] = at, at + size
        at += size
    if at > len(data):
        return False
    # A fragmented file may lack its last fragments, unless the index at its end is there.
    is_in_fragments = data.find(b"mvex", *boxes.get(b"moov", (0, 0))) >= 0
    return True if (b"mfra" if is_in_fragments else b"moov") in boxes else None
