"""An anti-aliased painter on NumPy arrays: signed distances, small boxes, no loop over pixels.

Every shape works only inside the box of pixels that it can touch (a `Region`), in the coordinates
of the `Frame` it is drawn in. A shape is an array of signed distances (negative inside), which
`Region.cover` turns into coverage from 0 to 1, one pixel wide at the edge. This module knows shapes
and colours; what they depict is `ember`'s business.

Distances to ellipses are first-order estimates f / |grad f|, exact enough at an edge; those to
tapered capsules follow Inigo Quilez, "2D distance functions" (https://iquilezles.org/articles/distfunctions2d/).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Canvas", "Colour", "Frame", "Region", "rgb"]

Array = NDArray[np.float32]
Colour = Array
"""Shape (3, 1, 1), sRGB values from 0 to 255."""


def rgb(code: str) -> Colour:
    """The colour of a hexadecimal code such as "ff8040"."""
    values = np.frombuffer(bytes.fromhex(code), np.uint8).astype(np.float32).reshape(3, 1, 1)
    values.flags.writeable = False
    return values


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

    def at(self, x: float, y: float, *, turn: float = 0.0, sx: float = 1.0, sy: float = 1.0) -> Self:
        """A frame whose origin is our (x, y), turned clockwise by `turn` radians, then scaled."""
        cos, sin = math.cos(turn), math.sin(turn)
        return type(self)(
            (self.ax * cos + self.bx * sin) * sx,
            (self.ay * cos + self.by * sin) * sx,
            (self.bx * cos - self.ax * sin) * sy,
            (self.by * cos - self.ay * sin) * sy,
            *self.map(x, y),
        )

    def map(self, x: float, y: float) -> tuple[float, float]:
        return self.ax * x + self.bx * y + self.x0, self.ay * x + self.by * y + self.y0


@dataclass(frozen=True, slots=True)
class Region:
    """The pixels of one box, and where they lie in a frame.

    Attributes:
        rows, columns: which part of the canvas it is.
        x, y: local coordinates of the pixel centres, shape (rows, columns).
        pixel: size of one pixel in local units.
    """

    rows: slice
    columns: slice
    x: Array
    y: Array
    pixel: float

    def cover(self, distance: Array, grow: float = 0.0) -> Array:
        """Coverage of the shape with these signed distances, grown by `grow` local units."""
        coverage = distance * np.float32(-1.0 / self.pixel)
        coverage += np.float32(0.5 + grow / self.pixel)
        return np.clip(coverage, 0.0, 1.0, out=coverage)

    def ellipse(self, x: float, y: float, rx: float, ry: float) -> Array:
        """Signed distance to an upright ellipse."""
        u = (self.x - np.float32(x)) * np.float32(1.0 / rx)
        v = (self.y - np.float32(y)) * np.float32(1.0 / ry)
        return implicit(u, v, rx, ry)

    def halo(self, x: float, y: float, rx: float, ry: float) -> Array:
        """A soft spot: 1 in the middle of the ellipse, falling smoothly to 0 at its edge."""
        u = (self.x - np.float32(x)) * np.float32(1.0 / rx)
        v = (self.y - np.float32(y)) * np.float32(1.0 / ry)
        u *= u
        v *= v
        u += v
        np.subtract(1.0, u, out=u)
        np.maximum(u, 0.0, out=u)
        u *= u
        return u

    def stroke(self, points: Array, radii: Array) -> Array:
        """Signed distance to a line of tapered capsules through `points`.

        `points` has shape (n, 2), `radii` shape (n,), both in local units, n of 2 or more.
        """
        start, along = points[:-1, :, None, None], np.diff(points, axis=0)[:, :, None, None]
        length2 = np.maximum((along * along).sum(axis=1), 1e-9)
        dx, dy = self.x - start[:, 0], self.y - start[:, 1]
        t = (dx * along[:, 0] + dy * along[:, 1]) / length2
        np.clip(t, 0.0, 1.0, out=t)
        dx -= t * along[:, 0]
        dy -= t * along[:, 1]
        dx *= dx
        dy *= dy
        dx += dy
        np.sqrt(dx, out=dx)
        radius = radii[:, None, None]
        dx -= radius[:-1] + t * (radius[1:] - radius[:-1])
        nearest: Array = dx.min(axis=0)
        return nearest

    def leaf(self, length: float, width: float) -> Array:
        """Signed distance to a pointed leaf from (0, 0) along x, `width` across in its middle."""
        half, bulge = length / 2.0, width / 2.0
        radius = (half * half + bulge * bulge) / (2.0 * bulge)
        x = self.x - np.float32(half)
        y = np.abs(self.y)
        y += np.float32(radius - bulge)
        distance = np.hypot(x, y)
        distance -= np.float32(radius)
        return distance


def implicit(u: Array, v: Array, rx: float, ry: float) -> Array:
    """Signed distance to u² + v² = 1, where u and v are lengths over `rx` and `ry`.

    It overwrites `u` and `v`.
    """
    u *= u
    v *= v
    value = u + v
    value -= 1.0
    u *= np.float32(4.0 / (rx * rx))
    v *= np.float32(4.0 / (ry * ry))
    u += v
    u += 1e-6
    np.sqrt(u, out=u)
    value /= u
    return value


class Canvas:
    """A picture being painted. Not safe for use by two threads at once.

    Attributes:
        pixels: shape (3, height, width), float32, sRGB values from 0 to 255.
    """

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Array = np.zeros((3, height, width), np.float32)
        self._scale = min(width, height) / 2.0
        self._x = ((np.arange(width) + 0.5 - width / 2.0) / self._scale).astype(np.float32)
        self._y = ((np.arange(height) + 0.5 - height / 2.0) / self._scale).astype(np.float32)

    def region(self, frame: Frame, left: float, top: float, right: float, bottom: float) -> Region:
        """The pixels that the given box of `frame` touches; none if it lies outside."""
        corners = [frame.map(x, y) for x in (left, right) for y in (top, bottom)]
        columns = self._span(self._x, [x for x, _ in corners])
        rows = self._span(self._y, [y for _, y in corners])
        xs, ys = self._x[columns] - np.float32(frame.x0), self._y[rows] - np.float32(frame.y0)
        determinant = frame.ax * frame.by - frame.ay * frame.bx
        x = np.add.outer(
            ys * np.float32(-frame.bx / determinant), xs * np.float32(frame.by / determinant)
        )
        y = np.add.outer(
            ys * np.float32(frame.ax / determinant), xs * np.float32(-frame.ay / determinant)
        )
        pixel = 1.0 / (self._scale * math.sqrt(abs(determinant)))
        return Region(rows, columns, x, y, pixel)

    def paint(self, region: Region, coverage: Array, colour: Colour) -> None:
        """Lay `colour` over the picture; it may vary per pixel, shape (3, rows, columns)."""
        target = self.pixels[:, region.rows, region.columns]
        change = colour - target
        change *= coverage
        target += change

    def glow(self, region: Region, strength: Array, colour: Colour) -> None:
        """Add light of `colour` to the picture."""
        self.pixels[:, region.rows, region.columns] += strength * colour

    def rgb24(self) -> NDArray[np.uint8]:
        """A copy of the picture, shape (height, width, 3)."""
        picture = np.empty((*self.pixels.shape[1:], 3), np.uint8)
        for channel in range(3):
            plane = np.clip(self.pixels[channel], 0.0, 255.0)
            plane += 0.5
            picture[..., channel] = plane
        return picture

    def _span(self, centres: Array, edges: list[float]) -> slice:
        """The pixels between the outermost `edges`, with one to spare on either side."""
        middle = len(centres) / 2.0
        first = math.floor(min(edges) * self._scale + middle) - 1
        last = math.ceil(max(edges) * self._scale + middle) + 1
        return slice(min(max(first, 0), len(centres)), min(max(last, 0), len(centres)))
