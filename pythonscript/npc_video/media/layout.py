"""Where the planes of a frame lie in one picture of one byte per pixel.

A frame is then one texture: one upload, and one lookup of its place for each plane.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .decode import Plane

__all__ = ["Box", "PictureLayout"]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PictureLayout:
    """The sizes of the planes of a clip, and from them their places in the picture.

    Luma is on top. Below it are the two planes of chroma, side by side where they are half as wide
    as luma and one below the other where they are as wide; alpha is at the bottom::

        4:2:0  YYYY   4:4:4  YYYY
               YYYY          YYYY
               UUVV          UUUU
               AAAA          UUUU
               AAAA          VVVV
                             VVVV

    Odd sizes leave a column beside luma that belongs to no plane.

    Attributes:
        width, height: of luma and alpha, in pixels; those of the clip.
        chroma_width, chroma_height: of each plane of chroma.
        boxes: the places of luma, the two planes of chroma and, where there is one, of alpha.
        size: columns and rows of the picture.
    """

    width: int
    height: int
    chroma_width: int
    chroma_height: int
    has_alpha: bool
    boxes: tuple[Box, ...] = field(init=False)
    size: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        # Kept, because they are asked for with every frame.
        boxes = self._place()
        columns = max(box.x + box.width for box in boxes)
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "size", (columns, max(box.y + box.height for box in boxes)))

    def _place(self) -> tuple[Box, ...]:
        width, height = self.chroma_width, self.chroma_height
        u = Box(0, self.height, width, height)
        if width < self.width:
            v = Box(width, u.y, width, height)
        else:
            v = Box(0, u.y + height, width, height)
        boxes = (Box(0, 0, self.width, self.height), u, v)
        if not self.has_alpha:
            return boxes
        return (*boxes, Box(0, v.y + height, self.width, self.height))

    def pack(self, planes: Iterable[Plane], memory: memoryview) -> None:
        """Copies the planes of a frame to their places, and lets other threads run meanwhile.

        Args:
            memory: of the picture: its rows without gaps. What belongs to no plane stays as it is.
        """
        columns, rows = self.size
        picture = np.frombuffer(memory, np.uint8).reshape(rows, columns)
        for plane, box in zip(planes, self.boxes, strict=True):
            place = picture[box.y : box.y + box.height, box.x : box.x + box.width]
            # Rows of a decoder are longer than the picture is wide.
            np.copyto(
                place, np.ndarray(place.shape, np.uint8, plane.data, strides=(plane.stride, 1))
            )
