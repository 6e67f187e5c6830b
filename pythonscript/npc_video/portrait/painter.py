"""Paints a portrait in the poses of a clip."""

import numpy as np
from numpy.typing import NDArray

from ..face.canvas import colour
from ..face.controls import FacePose
from .brows import without_brow
from .figure import Figure
from .skin import without_eyes
from .tints import Tint
from .warp import Eye, Lids, Warp

__all__ = ["PortraitPainter"]

Array = NDArray[np.float32]

_BRIGHT = 200.0  # the luma at which a coloured light has its full effect
_AS_SKIN = 12.0  # how much darker than the skin around an eye a pixel can be without being a lash


class PortraitPainter:
    """Paints `figure` in the light of `tint`; for one thread at a time.

    Args:
        eyes: positions of its eyes.
    """

    def __init__(self, figure: Figure, tint: Tint, eyes: tuple[Eye, ...] = ()):
        self._luma, self._chroma = _lit(figure, tint)
        self._alpha = figure.alpha
        marked = tuple(without_brow(figure.luma, eye) for eye in eyes)
        self._warp = Warp(*figure.size, figure.alpha, marked)
        self._skin = without_eyes(self._luma, self._chroma, self._warp.insides())

    def paint(self, pose: FacePose) -> NDArray[np.uint8]:
        """The picture of `pose` as I420, BT.709, limited range: shape (height · 3 / 2, width).

        If the figure is not opaque, `height` more rows with its alpha follow, 0 to 255.
        """
        columns, rows, lids = self._warp.sources(pose)
        height, width = columns.shape
        whole = _Sampler(columns, rows, width, height)
        half = _Sampler(0.5 * columns[::2, ::2], 0.5 * rows[::2, ::2], width // 2, height // 2)
        has_alpha = self._alpha is not None
        picture = np.empty((height * (5 if has_alpha else 3) // 2, width), np.uint8)
        luma, *colours = whole.of(self._luma), *(half.of(plane) for plane in self._chroma)
        for each in lids:
            self._cover(luma, colours, each)
        _round_into(picture[:height], luma)
        chroma = picture[height : height * 3 // 2].reshape(2, height // 2, width // 2)
        for plane, values in zip(chroma, colours, strict=True):
            _round_into(plane, values)
        if self._alpha is not None:
            _round_into(picture[height * 3 // 2 :], whole.of(self._alpha))
        return picture

    def _cover(self, luma: Array, colours: list[Array], lids: Lids) -> None:
        """Paints lids over an eye, in the colours of the skin around it."""
        height, width = self._luma.shape
        columns, rows = lids.places
        own_luma, own_colours = self._skin
        skin = _Sampler(columns, rows, width, height).of(own_luma)
        seen = luma[lids.rows, lids.columns]
        part = np.where(seen > skin - _AS_SKIN, np.maximum(lids.skin, lids.lashes), lids.skin)
        seen += part * (skin - seen)
        half = _Sampler(0.5 * columns[::2, ::2], 0.5 * rows[::2, ::2], width // 2, height // 2)
        at = tuple(slice(each.start // 2, each.stop // 2) for each in (lids.rows, lids.columns))
        for plane, own in zip(colours, own_colours, strict=True):
            plane[at] += part[::2, ::2] * (half.of(own) - plane[at])


class _Sampler:
    """Samples a plane at `columns` and `rows`, which may lie between pixels."""

    def __init__(self, columns: Array, rows: Array, width: int, height: int):
        columns = np.clip(columns, 0.0, width - 1.001)
        rows = np.clip(rows, 0.0, height - 1.001)
        left, top = columns.astype(np.int32), rows.astype(np.int32)
        self._right, self._down = columns - left, rows - top
        self._corner = top * width + left
        self._width = width

    def of(self, plane: Array) -> Array:
        flat, corner, below = plane.ravel(), self._corner, self._corner + self._width
        upper = flat.take(corner)
        upper += (flat.take(corner + 1) - upper) * self._right
        lower = flat.take(below)
        lower += (flat.take(below + 1) - lower) * self._right
        lower -= upper
        lower *= self._down
        upper += lower
        return upper


def _round_into(plane: NDArray[np.uint8], values: Array) -> None:
    values += 0.5
    plane[...] = np.clip(values, 0.0, 255.0, out=values)


def _lit(figure: Figure, tint: Tint) -> tuple[Array, Array]:
    """Luma and chroma of the figure in a coloured light, which dark pixels take little of."""
    codes = (round(255.0 * value) for value in (tint.red, tint.green, tint.blue))
    light = colour("".join(f"{code:02x}" for code in codes))
    part = tint.strength
    bright = (figure.luma - 16.0) * (1.0 + tint.light) + 16.0
    luma = bright + 0.25 * part * (light.luma / 235.0 - 1.0) * (bright - 16.0)
    height, width = luma.shape
    half = luma.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    seen = part * np.clip((half - 16.0) / _BRIGHT, 0.0, 1.0)
    chroma = figure.chroma + seen * (light.chroma - figure.chroma)
    return (
        np.clip(luma, 16.0, 235.0).astype(np.float32),
        np.clip(chroma, 16.0, 240.0).astype(np.float32),
    )
