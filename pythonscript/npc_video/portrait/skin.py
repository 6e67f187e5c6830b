"""Paints the eyes of a portrait over with the skin around them, for its lids."""

import numpy as np
from numpy.typing import NDArray

from ..media.edges import spread

__all__ = ["without_eyes"]

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# How far around an eye to look for skin, in parts of its longer side, and how much skin may differ.
_AROUND, _LUMA, _CHROMA = 0.3, 30.0, 12.0
_SOFT = 0.2  # the part of its longer side over which colours blend into each other


def without_eyes(luma: Array, chroma: Array, eyes: list[Mask]) -> tuple[Array, Array]:
    """Luma and chroma of the figure, with each eye in the colours of the skin below and beside it.

    Hair and brows above the eye have other colours and are ignored.

    Args:
        luma: (height, width).
        chroma: (2, height / 2, width / 2).
        eyes: a mask for each eye, (height, width).
    """
    luma, chroma = luma.copy(), chroma.copy()
    for eye in eyes:
        if eye.any():
            _paint_over(luma, chroma, eye)
    return luma, chroma


def _paint_over(luma: Array, chroma: Array, eye: Mask) -> None:
    rows, columns = (np.nonzero(eye.any(axis=axis))[0] for axis in (1, 0))
    side = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    around = max(2, round(_AROUND * side))
    box = tuple(
        slice(max(0, int(at[0]) - around) // 2 * 2, (int(at[-1]) + around) // 2 * 2 + 2)
        for at in (rows, columns)
    )
    half = tuple(slice(each.start // 2, each.stop // 2) for each in box)
    inside = eye[box]
    colours = np.dstack((luma[box], *chroma[:, *half].repeat(2, axis=1).repeat(2, axis=2)))
    below = np.zeros_like(inside)
    below[(int(rows[0]) + int(rows[-1])) // 2 - box[0].start :] = True
    usual = below & ~inside
    if not usual.any():
        return
    away = np.abs(colours - np.median(colours[usual], axis=0))
    is_skin = ~inside & (away < (_LUMA, _CHROMA, _CHROMA)).all(axis=2)
    alpha = np.where(is_skin, np.float32(255.0), np.float32(0.0))[..., None]
    filled = spread(np.concatenate((colours * alpha / 255.0, alpha), axis=2).astype(np.float32))
    filled = _soft(_soft(filled, max(1, round(_SOFT * side))), max(1, round(_SOFT * side)))
    luma[box] = np.where(inside, filled[..., 0], luma[box])
    own = inside[::2, ::2] | inside[1::2, ::2] | inside[::2, 1::2] | inside[1::2, 1::2]
    for plane, values in zip(chroma, np.moveaxis(filled[..., 1:], 2, 0), strict=True):
        plane[half] = np.where(own, values[::2, ::2], plane[half])


def _soft(values: Array, reach: int) -> Array:
    """The mean of all pixels within `reach` in each direction."""
    for axis in (0, 1):
        padding = [(0, 0)] * values.ndim
        padding[axis] = (reach + 1, reach)
        summed = np.pad(values, padding, mode="edge").cumsum(axis=axis, dtype=np.float64)
        ends = np.arange(2 * reach + 1, summed.shape[axis])
        values = summed.take(ends, axis=axis) - summed.take(ends - 2 * reach - 1, axis=axis)
        values = (values / (2 * reach + 1)).astype(np.float32)
    return values
