"""Chooses the video stream of a file, and computes its rotation and size on screen."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av

__all__ = ["UPRIGHT", "Rotation", "chosen_stream", "rotation_of", "shown_size"]

# Streams that are pictures beside the clip, such as covers.
_NO_CLIP = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
# Pixels of other shapes are mistakes in the file.
_NARROWEST, _WIDEST = Fraction(1, 16), Fraction(16)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A rotation by a multiple of 90 degrees, or a reflection.

    Attributes:
        rows: of the matrix from a place on screen to one in the decoded picture, both relative to
            the middle, x to the right and y down.
    """

    rows: tuple[tuple[int, int], tuple[int, int]]

    @property
    def swaps_sides(self) -> bool:
        """Whether it exchanges width and height."""
        return self.rows[0][0] == 0


UPRIGHT = Rotation(((1, 0), (0, 1)))


def rotation_of(matrix: bytes | None) -> Rotation:
    """The rotation of a display matrix; the nearest one if it is not a rotation.

    Args:
        matrix: nine 32-bit numbers, as FFmpeg has them: the first two of each row of three map a
            place in the decoded picture to one on screen (ISO/IEC 14496-12, 8.3.2).
    """
    if matrix is None or len(matrix) < 36:
        return UPRIGHT
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix[:36])
    if a * d == b * c:
        return UPRIGHT  # the matrix would show nothing
    # The inverse of a rotation is its transposed matrix; a place is a column vector.
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Rotation(((_sign(a), 0), (0, _sign(d))))
    return Rotation(((0, _sign(b)), (_sign(c), 0)))


def shown_size(
    width: int, height: int, pixel: Fraction | None, rotation: Rotation = UPRIGHT
) -> tuple[int, int]:
    """Columns and rows on screen, large enough to lose no detail.

    Args:
        pixel: the width of a pixel divided by its height; None or 0 if unknown.
    """
    if pixel and _NARROWEST <= pixel <= _WIDEST:
        if pixel > 1:
            width = round(width * pixel)
        else:
            height = round(height / pixel)
    return (height, width) if rotation.swaps_sides else (width, height)


def chosen_stream(streams: Iterable[Any], codecs: Iterable[str]) -> Any | None:
    """The stream that a player shows or plays; None if there is none.

    It is the file's default stream. Cover pictures are ignored. Streams with a codec that is not in
    `codecs` are used only if there are no others.
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
