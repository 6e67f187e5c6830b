"""The similarity of pictures of clips, on a small scale.

A decoder's thread makes a sketch of each frame, once per playing clip: 32 by 32 cells of luma as it
is on screen. So clips of other sizes, rates and codecs can be compared. Only four pixels of each
cell are read, which takes a small part of the decoding time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .display import UPRIGHT, Rotation

if TYPE_CHECKING:
    from .decode import ClipInfo
    from .layout import Plane

__all__ = ["SIDE", "Sketch", "Sketcher", "Sketches", "apart", "sketch_of"]

SIDE = 32
"""Columns and rows of cells in a sketch."""

Sketch = NDArray[np.uint8]
"""Luma of the cells, 0 to 255, shape (SIDE, SIDE)."""

_LOOKED_AT = 2  # pixels read per cell, across and down


class Sketcher:
    """Makes sketches of the frames of a clip."""

    def __init__(self, info: ClipInfo):
        layout = info.layout
        self._kind = np.dtype(f"<u{layout.sample_bytes}")
        self._has_alpha = layout.has_alpha
        matrix, offset = info.colour.to_rgb()
        # 10-bit samples are in two bytes.
        self._gain = matrix[0] if layout.sample_bytes == 1 else matrix[0] / 4.0
        self._black = offset[0] * matrix[0] * 255.0
        self._places = _places(layout.width, layout.height, info.rotation)

    def __call__(self, planes: Sequence[Plane]) -> Sketch:
        """The sketch of a frame; transparent pixels are black."""
        levels = self._means(planes[0]) * self._gain - self._black
        if self._has_alpha:
            levels *= self._means(planes[3]) / 255.0
        sketch: Sketch = np.clip(levels, 0.0, 255.0).astype(np.uint8)
        return sketch

    def _means(self, plane: Plane) -> NDArray[np.float32]:
        y, x = self._places
        rows = np.frombuffer(plane.data, self._kind)
        seen = rows.take(y * (plane.stride // self._kind.itemsize) + x)
        means: NDArray[np.float32] = seen.mean(axis=0, dtype=np.float32)
        return means


def sketch_of(luma: NDArray[np.floating[Any]]) -> Sketch:
    """The sketch of a picture as it is on screen, from its luma, 0 to 255."""
    height, width = luma.shape
    sketch: Sketch = luma[_places(width, height, UPRIGHT)].mean(axis=0).astype(np.uint8)
    return sketch


def _places(
    width: int, height: int, rotation: Rotation
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels to read."""
    middles = (np.arange(SIDE * _LOOKED_AT) + 0.5) / (SIDE * _LOOKED_AT) - 0.5
    down, right = np.meshgrid(middles, middles, indexing="ij")
    (from_x, from_y), (to_x, to_y) = rotation.rows
    x = (from_x * right + from_y * down + 0.5) * width
    y = (to_x * right + to_y * down + 0.5) * height
    return _by_cell(y.astype(np.intp)), _by_cell(x.astype(np.intp))


def _by_cell(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """Places grouped by their number within the cell: sums then take a third of the time."""
    cells = places.reshape(SIDE, _LOOKED_AT, SIDE, _LOOKED_AT)
    return np.ascontiguousarray(np.moveaxis(cells, (1, 3), (0, 1)).reshape(-1, SIDE, SIDE))


class Sketches:
    """The sketches of a clip by time, as far as it was decoded; one thread adds, another reads.

    Attributes:
        are_all: whether the clip was decoded to its end, so that no more follow.
    """

    def __init__(self) -> None:
        self.are_all = False
        self._times: list[float] = []
        self._sketches: list[Sketch] = []

    def knows(self, seconds: float) -> bool:
        """Whether there is a sketch for `seconds` or a later time."""
        return bool(self._times) and seconds <= self._times[-1]

    def add(self, seconds: float, sketch: Sketch) -> None:
        """Adds the sketch of the frame at `seconds`, later than all before."""
        self._sketches.append(sketch)
        self._times.append(seconds)

    def at(self, seconds: float) -> Sketch | None:
        """The sketch of the picture at `seconds` from the beginning; None if there is none."""
        index = bisect_right(self._times, seconds) - 1
        return self._sketches[max(0, index)] if self._times else None

    def coming(
        self, position: float, seconds: float, *, length: float = 0.0
    ) -> list[tuple[float, Sketch]]:
        """The pictures of the next `seconds`, each with the time until it is shown; now is first.

        Args:
            position: seconds from the beginning of the clip.
            length: seconds after which the clip repeats; 0.0 if it does not.
        """
        now = self.at(position)
        if now is None:
            return []
        found = [(0.0, now), *self._due(position, position + seconds, position)]
        if length > 0.0 and self.are_all:
            begins = length - position
            while 0.0 <= begins <= seconds:
                found += self._due(-1.0, seconds - begins, -begins)
                begins += length
        return found

    def _due(self, after: float, until: float, now: float) -> list[tuple[float, Sketch]]:
        first, last = bisect_right(self._times, after), bisect_right(self._times, until)
        both = zip(self._times[first:last], self._sketches[first:last], strict=True)
        return [(time - now, sketch) for time, sketch in both]


def apart(sketches: Sequence[Sketch], other: Sketch) -> NDArray[np.float32]:
    """The difference of each sketch from `other`: the root mean square, 0 to 255."""
    differences = np.stack(sketches).reshape(-1, SIDE * SIDE).astype(np.float32)
    differences -= other.reshape(-1)
    squares: NDArray[np.float32] = np.einsum("ij,ij->i", differences, differences)
    return np.sqrt(squares / (SIDE * SIDE))
