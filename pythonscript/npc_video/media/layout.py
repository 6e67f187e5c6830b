"""The places of a frame's planes in one picture of one or two bytes per pixel.

So a frame is a single texture: one upload, and one coordinate computation for each plane.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from ..errors import UnsupportedClipError

__all__ = ["MAX_SIDE", "Box", "PictureLayout", "Plane"]

MAX_SIDE = 16384
"""The most columns and rows of a picture that today's desktop renderers support."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of a frame: `rows` rows of `stride` bytes, of which `width` are picture."""

    data: memoryview
    width: int
    stride: int
    rows: int


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture, in pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PictureLayout:
    """The sizes of a clip's planes, and their places in the picture.

    Luma is on top. The two planes of chroma follow: side by side if they are half as wide as luma,
    otherwise one below the other. Alpha is at the bottom::

        4:2:0  YYYY   4:4:4  YYYY
               YYYY          YYYY
               UUVV          UUUU
               AAAA          UUUU
               AAAA          VVVV
                             VVVV

    Odd sizes leave a column beside luma that belongs to no plane. If the result is larger than the
    renderer's largest texture, the planes are arranged in a grid with as few columns as possible.

    Attributes:
        width, height: of luma and alpha, in pixels; those of the decoded clip.
        chroma_width, chroma_height: of each plane of chroma.
        max_side: the most columns and rows of the picture.
        sample_bytes: bytes per pixel, 1 or 2, little-endian.
        boxes: the places of luma, the two planes of chroma and, if there is one, of alpha.
        size: columns and rows of the picture.

    Raises:
        UnsupportedClipError: the planes do not fit into such a picture.
    """

    width: int
    height: int
    chroma_width: int
    chroma_height: int
    has_alpha: bool
    max_side: int = MAX_SIDE
    sample_bytes: int = 1
    boxes: tuple[Box, ...] = field(init=False)
    size: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        # Stored, because every frame needs them.
        for boxes in (self._stacked(), *map(self._grid, (2, 3, 4))):
            columns = max(box.x + box.width for box in boxes)
            rows = max(box.y + box.height for box in boxes)
            if max(columns, rows) <= self.max_side:
                object.__setattr__(self, "boxes", boxes)
                object.__setattr__(self, "size", (columns, rows))
                return
        raise UnsupportedClipError(
            f"The clip is {self.width}×{self.height}, and textures of this renderer have at most"
            f" {self.max_side} pixels a side: use a smaller clip."
        )

    def _stacked(self) -> tuple[Box, ...]:
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

    def _grid(self, columns: int) -> tuple[Box, ...]:
        luma, chroma = (self.width, self.height), (self.chroma_width, self.chroma_height)
        sizes = (luma, chroma, chroma, luma) if self.has_alpha else (luma, chroma, chroma)
        return tuple(
            Box(index % columns * self.width, index // columns * self.height, *size)
            for index, size in enumerate(sizes)
        )

    def pack(self, planes: Iterable[Plane], memory: memoryview) -> None:
        """Copies the planes of a frame to their places, without holding the interpreter lock.

        Args:
            memory: of the picture, rows without gaps. Bytes of no plane stay unchanged.
        """
        columns, rows = self.size
        kind = np.dtype(f"<u{self.sample_bytes}")
        picture = np.frombuffer(memory, kind).reshape(rows, columns)
        for plane, box in zip(planes, self.boxes, strict=True):
            place = picture[box.y : box.y + box.height, box.x : box.x + box.width]
            # Rows of a decoder may be longer than the picture is wide.
            np.copyto(
                place,
                np.ndarray(place.shape, kind, plane.data, strides=(plane.stride, kind.itemsize)),
            )
