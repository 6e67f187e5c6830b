"""A picture to paint shapes on.

It is stored in the format of a video codec: luma at full and chroma at half resolution (4:2:0,
BT.709, limited range). Mixing colours is linear, so the result equals painting in RGB, with half
of the work and without a conversion at the end.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .shapes import Array, Frame, Region

__all__ = ["Blend", "Canvas", "Colour", "Paint", "colour"]

_BAND_ROWS = 32


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour: `luma` from 16 to 235, `chroma` of shape (2, 1, 1) from 16 to 240."""

    luma: float
    chroma: Array


@dataclass(frozen=True, slots=True)
class Blend:
    """A mix of `start` (`amount` 0) and `end` (`amount` 1); `amount` has a region's shape."""

    start: "Paint"
    end: "Paint"
    amount: Array


Paint = Colour | Blend


def colour(code: str) -> Colour:
    """The colour of a hexadecimal sRGB code such as "ff8040", by ITU-R BT.709-6, item 3."""
    red, green, blue = (value / 255.0 for value in bytes.fromhex(code))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = (128.0 + 224.0 * (blue - luma) / 1.8556, 128.0 + 224.0 * (red - luma) / 1.5748)
    return Colour(16.0 + 219.0 * luma, np.array(chroma, np.float32).reshape(2, 1, 1))


class Canvas:
    """A picture that is being painted, black at first; for one thread at a time.

    Args:
        width, height: pixels, even.
    """

    def __init__(self, width: int, height: int) -> None:
        self._luma: Array = np.full((height, width), 16.0, np.float32)
        self._chroma: Array = np.full((2, height // 2, width // 2), 128.0, np.float32)
        self._scale = min(width, height) / 2.0
        self._x = ((np.arange(width) + 0.5 - width / 2.0) / self._scale).astype(np.float32)
        self._y = ((np.arange(height) + 0.5 - height / 2.0) / self._scale).astype(np.float32)

    def region(self, frame: Frame, left: float, top: float, right: float, bottom: float) -> Region:
        """The pixels inside a box of `frame`; empty if the box lies outside the picture."""
        rows, columns = self._box(frame, left, top, right, bottom)
        return self._located(frame, rows, columns)

    def bands(
        self, frame: Frame, left: float, top: float, right: float, bottom: float
    ) -> Iterator[Region]:
        """The same region in bands of few rows, which fit into the processor's cache."""
        rows, columns = self._box(frame, left, top, right, bottom)
        for start in range(rows.start, rows.stop, _BAND_ROWS):
            yield self._located(frame, slice(start, min(start + _BAND_ROWS, rows.stop)), columns)

    def paint(self, region: Region, coverage: Array, paint: Paint) -> None:
        """Lays `paint` over the picture with the density `coverage`."""
        luma, chroma = self._targets(region)
        change = _luma(paint) - luma
        change *= coverage
        luma += change
        shift = _chroma(paint) - chroma
        shift *= _halved(coverage)
        chroma += shift

    def outlined(
        self, region: Region, distance: Array, paint: Paint, ink: Colour, width: float
    ) -> None:
        """Paints a shape and an outline of `ink` around it, `width` local units wide."""
        inked = Blend(ink, paint, region.cover(distance))
        self.paint(region, region.cover(distance, width), inked)

    def glow(self, region: Region, strength: Array, light: Colour) -> None:
        """Adds light to the picture."""
        luma, chroma = self._targets(region)
        luma += strength * (light.luma - 16.0)
        chroma += _halved(strength) * (light.chroma - 128.0)

    def start_from(self, background: Self, glow: Self, strength: float) -> None:
        """Starts with `background` plus `strength` times `glow`, which is light on black."""
        for target, below, light, black in (
            (self._luma, background._luma, glow._luma, 16.0),
            (self._chroma, background._chroma, glow._chroma, 128.0),
        ):
            np.subtract(light, black, out=target)
            target *= strength
            target += below

    def picture(self) -> NDArray[np.uint8]:
        """A copy as I420: shape (height · 3 / 2, width), the rows of Y, then those of U and V."""
        height, width = self._luma.shape
        picture = np.empty((height * 3 // 2, width), np.uint8)
        planes = picture[:height], picture[height:].reshape(self._chroma.shape)
        for plane, values in zip(planes, (self._luma, self._chroma), strict=True):
            rounded = values + 0.5
            plane[...] = np.clip(rounded, 16.0, 240.0, out=rounded)
        return picture

    def _box(
        self, frame: Frame, left: float, top: float, right: float, bottom: float
    ) -> tuple[slice, slice]:
        across, down = (right - left) / 2.0, (bottom - top) / 2.0
        x, y = frame.place(left + across, top + down)
        columns = self._span(self._x, x, abs(frame.ax) * across + abs(frame.bx) * down)
        return self._span(self._y, y, abs(frame.ay) * across + abs(frame.by) * down), columns

    def _located(self, frame: Frame, rows: slice, columns: slice) -> Region:
        xs, ys = self._x[columns] - frame.x0, (self._y[rows] - frame.y0)[:, None]
        area = frame.ax * frame.by - frame.ay * frame.bx
        x = xs * (frame.by / area) + ys * (-frame.bx / area)
        y = xs * (-frame.ay / area) + ys * (frame.ax / area)
        return Region(rows, columns, x, y, 1.0 / (self._scale * math.sqrt(abs(area))))

    def _targets(self, region: Region) -> tuple[Array, Array]:
        rows, columns = region.rows, region.columns
        half_rows = slice(rows.start // 2, rows.stop // 2)
        half_columns = slice(columns.start // 2, columns.stop // 2)
        return self._luma[rows, columns], self._chroma[:, half_rows, half_columns]

    def _span(self, centres: Array, middle: float, reach: float) -> slice:
        """The pixels within `reach` of `middle`, and one more, in whole pairs."""
        size = len(centres)
        centre = middle * self._scale + size / 2.0
        first = int(centre - reach * self._scale) - 1
        last = int(centre + reach * self._scale) + 3
        start = min(max(first, 0), size) // 2 * 2
        return slice(start, max(start, min(max(last, 0), size) // 2 * 2))


def _luma(paint: Paint) -> Array | float:
    """The luma of every pixel in a new array, or one number for all."""
    if isinstance(paint, Colour):
        return paint.luma
    start, end = _luma(paint.start), _luma(paint.end)
    if isinstance(end, float):
        mixed: Array = (end - start) * paint.amount
    else:
        mixed = np.subtract(end, start, out=end)
        mixed *= paint.amount
    mixed += start
    return mixed


def _chroma(paint: Paint) -> Array:
    if isinstance(paint, Colour):
        return paint.chroma
    start = _chroma(paint.start)
    mixed: Array = (_chroma(paint.end) - start) * _halved(paint.amount)
    mixed += start
    return mixed


def _halved(values: Array) -> Array:
    """The values at the positions of the chroma samples: every second column, between two rows."""
    means: Array = values[::2, ::2] + values[1::2, ::2]
    means *= 0.5
    return means
