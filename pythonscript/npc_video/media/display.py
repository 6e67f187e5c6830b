"""Which of a file's videos is shown, turned how, and with pixels of which shape."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

__all__ = ["UPRIGHT", "Rotation", "chosen_stream", "rotation_of", "shown_size"]

# What is a picture beside the clip rather than a part of it.
_NO_CLIP = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
# Pixels of other shapes are mistakes.
_NARROWEST, _WIDEST = Fraction(1, 16), Fraction(16)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation by a multiple of 90 degrees, or a reflection.

    Attributes:
        rows: of the matrix that leads from a place on screen to one in the decoded picture, both
            seen from the middle, x to the right and y down.
    """

    rows: tuple[tuple[int, int], tuple[int, int]]

    @property
    def swaps_sides(self) -> bool:
        """Whether it makes of what is wide what is high."""
        return self.rows[0][0] == 0


UPRIGHT = Rotation(((1, 0), (0, 1)))


def rotation_of(matrix: bytes | None) -> Rotation:
    """The rotation that a display matrix stands for; the nearest where it is none.

    Args:
        matrix: nine numbers of 32 bits, as FFmpeg has them: the first two of each row of three lead
            from a place in the decoded picture to one on screen (ISO/IEC 14496-12, 8.3.2).
    """
    if matrix is None or len(matrix) < 36:
        return UPRIGHT
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix[:36])
    if a * d == b * c:
        return UPRIGHT  # it would show nothing
    # The inverse of a rotation is its matrix with rows and columns exchanged; a place is a column.
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Rotation(((_sign(a), 0), (0, _sign(d))))
    return Rotation(((0, _sign(b)), (_sign(c), 0)))


def shown_size(
    width: int, height: int, pixel: Fraction | None, rotation: Rotation = UPRIGHT
) -> tuple[int, int]:
    """Columns and rows on screen, so that no detail is lost.

    Args:
        pixel: the width of a pixel by its height; None or 0 where that is not known.
    """
    if pixel and _NARROWEST <= pixel <= _WIDEST:
        if pixel > 1:
            width = round(width * pixel)
        else:
            height = round(height / pixel)
    return (height, width) if rotation.swaps_sides else (width, height)


def chosen_stream(streams: Iterable[Any], codecs: Iterable[str]) -> Any | None:
    """The stream that a player shows or plays, or None where there is none.

    It is the one that the file calls the default. Pictures of a cover do not count, and those whose
    codec is none of `codecs` only where there are no others.
    """
    clips = [stream for stream in streams if not stream.disposition & _NO_CLIP]
    known = [stream for stream in clips if _codec(stream) in codecs]
    return max(
        known or clips,
        key=lambda stream: bool(stream.disposition & av.stream.Disposition.default),
        default=None,
    )


def _codec(stream: Any) -> str:
    return "" if stream.codec_context is None else stream.codec_context.name


def _sign(value: int) -> int:
    return 1 if value > 0 else -1
