"""Shapes as signed distances at the pixels of a box, in frames of reference.

A shape is an array of signed distances, negative inside. `Region.cover` turns it into coverage from
0 to 1, with an edge one pixel wide. Nothing loops over pixels: every step is one NumPy operation on
the whole box.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Frame", "Region", "leaf", "polyline", "ramp", "stripes"]

Array = NDArray[np.floating]
"""float32: NumPy keeps it when an array meets a Python number, though its types do not say so."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An affine frame of reference: local (x, y) lies at (ax·x + bx·y + x0, ay·x + by·y + y0).

    The outermost frame has its origin in the middle of the picture, x to the right, y down, and
    half of the shorter side as its unit.
    """

    ax: float = 1.0
    ay: float = 0.0
    bx: float = 0.0
    by: float = 1.0
    x0: float = 0.0
    y0: float = 0.0

    def at(
        self, x: float, y: float, *, turn: float = 0.0, sx: float = 1.0, sy: float = 1.0
    ) -> Self:
        """A frame whose origin is our (x, y), scaled, then turned clockwise by `turn` radians."""
        cos, sin = math.cos(turn), math.sin(turn)
        return type(self)(
            (self.ax * cos + self.bx * sin) * sx,
            (self.ay * cos + self.by * sin) * sx,
            (self.bx * cos - self.ax * sin) * sy,
            (self.by * cos - self.ay * sin) * sy,
            *self.place(x, y),
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        """The point of the picture for local (x, y)."""
        return self.ax * x + self.bx * y + self.x0, self.ay * x + self.by * y + self.y0


@dataclass(frozen=True, slots=True)
class Region:
    """The pixels of a box, and their coordinates in a frame.

    Attributes:
        rows, columns: the part of the picture; they begin and end at even numbers.
        x, y: local coordinates of the pixel centres, shape (rows, columns).
        pixel: size of a pixel in local units.
    """

    rows: slice
    columns: slice
    x: Array
    y: Array
    pixel: float

    def cover(self, distance: Array, grow: float = 0.0) -> Array:
        """Coverage of a shape given by signed distances, grown by `grow` local units."""
        coverage = distance * (-1.0 / self.pixel)
        coverage += 0.5 + grow / self.pixel
        return np.clip(coverage, 0.0, 1.0, out=coverage)

    def ellipse(self, x: float, y: float, rx: float, ry: float) -> Array:
        """Signed distance to an upright ellipse: f / |grad f|, exact to first order."""
        u = (self.x - x) * (1.0 / rx)
        v = (self.y - y) * (1.0 / ry)
        u *= u
        v *= v
        distance = u + v
        distance -= 1.0
        u *= 4.0 / (rx * rx)
        v *= 4.0 / (ry * ry)
        u += v
        u += 1e-6
        np.sqrt(u, out=u)
        distance /= u
        return distance

    def halo(self, rx: float, ry: float) -> Array:
        """A soft spot: 1 at the origin, falling smoothly to 0 at the edge of the ellipse."""
        u = self.x * (1.0 / rx)
        v = self.y * (1.0 / ry)
        u *= u
        v *= v
        u += v
        np.subtract(1.0, u, out=u)
        np.maximum(u, 0.0, out=u)
        u *= u
        return u

    def stroke(self, points: Array, radii: Array) -> Array:
        """Signed distance to a line through `points` with the half widths `radii`.

        Both are in local units, of shapes (n, 2) and (n,) with n of 2 or more. The distance to a
        segment follows https://iquilezles.org/articles/distfunctions2d/.
        """
        start, along = points[:-1, :, None, None], np.diff(points, axis=0)[:, :, None, None]
        unit = along / np.maximum((along * along).sum(axis=1, keepdims=True), 1e-9)
        dx, dy = self.x - start[:, 0], self.y - start[:, 1]
        t = dx * unit[:, 0]
        t += dy * unit[:, 1]
        np.maximum(t, 0.0, out=t)
        np.minimum(t, 1.0, out=t)
        dx -= t * along[:, 0]
        dy -= t * along[:, 1]
        dx *= dx
        dy *= dy
        dx += dy
        np.sqrt(dx, out=dx)
        t *= np.diff(radii)[:, None, None]
        dx -= t
        dx -= radii[:-1, None, None]
        nearest: Array = dx.min(axis=0)
        return nearest

    def cut(self, values: Array, whole: Self) -> Array:
        """The values at the pixels of this region, cut from those of the region `whole`."""
        row, column = self.rows.start - whole.rows.start, self.columns.start - whole.columns.start
        rows, columns = self.x.shape
        return values[row : row + rows, column : column + columns]


def leaf(x: Array, y: Array, length: float, width: float) -> Array:
    """Signed distance to a pointed leaf from the origin along x, `width` across its middle."""
    half, bulge = length / 2.0, width / 2.0
    radius = (half * half + bulge * bulge) / (2.0 * bulge)
    across = x - half
    across *= across
    down = np.abs(y)
    down += radius - bulge
    down *= down
    across += down
    np.sqrt(across, out=across)
    across -= radius
    return across


def ramp(values: Array, start: float, end: float) -> Array:
    """0 where `values` are `start`, 1 where they are `end`, clamped."""
    amount = values - start
    amount *= 1.0 / (end - start)
    return np.clip(amount, 0.0, 1.0, out=amount)


def stripes(values: Array, period: float, width: float) -> Array:
    """Signed distance to stripes where `values` are near multiples of `period`."""
    distance = values * (1.0 / period)
    distance -= np.rint(distance)
    np.abs(distance, out=distance)
    distance *= period
    distance -= width / 2.0
    return distance


def polyline(x: Array, y: Array) -> Array:
    """Points for `Region.stroke`, shape (n, 2), from their coordinates."""
    return np.stack([x, y], axis=1).astype(np.float32)
