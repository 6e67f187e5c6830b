"""Colours for transparent pixels, taken from nearby ones, as codec and warp mix them into edges."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["OPAQUE", "spread"]

Array = NDArray[np.float32]

OPAQUE = 250.0
"""The alpha, 0 to 255, from which a pixel is opaque."""

_LEAST_ALPHA = 64.0  # from which a pixel's colour is reliable


def spread(values: Array) -> Array:
    """Colours of premultiplied RGBA, 0 to 255, without the multiplication: (height, width, 3).

    Transparent pixels get the colours nearby.
    """
    levels = [values]
    while min(levels[-1].shape[:2]) > 1:
        levels.append(_halved(levels[-1]))
    mean = np.zeros((*levels[-1].shape[:2], 3), np.float32)
    for level in reversed(levels):
        rows, columns = level.shape[:2]
        mean = mean.repeat(2, axis=0).repeat(2, axis=1)[:rows, :columns]
        alpha = level[..., 3:]
        own = level[..., :3] * np.float32(255.0) / np.maximum(alpha, 1.0)
        mean = np.where(alpha > _LEAST_ALPHA, own, mean)
    return mean


def _halved(values: Array) -> Array:
    rows, columns = values.shape[0] + values.shape[0] % 2, values.shape[1] + values.shape[1] % 2
    even = np.zeros((rows, columns, values.shape[2]), np.float32)
    even[: values.shape[0], : values.shape[1]] = values
    summed: Array = even.reshape(rows // 2, 2, columns // 2, 2, -1).sum(axis=(1, 3))
    return summed
