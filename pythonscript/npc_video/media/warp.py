"""Estimates how the content of one picture has moved in another, maybe of another clip.

It works on sketches, from coarse to fine. At each size both are moved towards each other by the
known motion. The remaining motion is found by the method of Lucas and Kanade ("An iterative image
registration technique", 1981) in windows of a few cells. That takes some milliseconds, on a thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .likeness import SIDE, Sketch

__all__ = ["warp_between"]

_COARSEST = 8  # cells per side
_STEPS = 3  # per size
_WINDOW = 2  # number of blurs of sums
# Squared slope in levels that is ignored: flat parts do not show their motion.
_FLAT = 30.0
_LONGEST_STEP = 1.0  # cells
_FARTHEST = 0.125  # part of the picture; anything that seems to move farther is something else

_Field = NDArray[Any]  # float32


def warp_between(one: Sketch, other: Sketch) -> NDArray[np.float16]:
    """The motion from `one` to `other`, at the positions half way.

    Returns:
        Parts of the picture to the right and down, shape (SIDE, SIDE, 2), up to an eighth.
    """
    finest = one.astype(np.float32), other.astype(np.float32)
    sizes = [finest]
    while len(sizes[-1][0]) > _COARSEST:
        sizes.append((_halved(sizes[-1][0]), _halved(sizes[-1][1])))
    motion = np.zeros((2, *sizes[-1][0].shape), np.float32)
    for before, after in reversed(sizes):
        if motion.shape[1:] != before.shape:
            motion = 2.0 * _doubled(motion)
        for _ in range(_STEPS):
            motion = _blurred(motion + _remaining(before, after, motion))
            motion = np.clip(motion, -_FARTHEST * len(before), _FARTHEST * len(before))
    return np.ascontiguousarray(np.moveaxis(motion / SIDE, 0, -1), np.float16)


def _remaining(before: _Field, after: _Field, motion: _Field) -> _Field:
    """The correction of `motion`, in cells."""
    down, right = np.indices(before.shape, np.float32)
    earlier = _sampled(before, right - motion[0] / 2.0, down - motion[1] / 2.0)
    later = _sampled(after, right + motion[0] / 2.0, down + motion[1] / 2.0)
    wide = np.pad((earlier + later) / 2.0, 1, mode="edge")
    slope_x = (wide[1:-1, 2:] - wide[1:-1, :-2]) / 2.0
    slope_y = (wide[2:, 1:-1] - wide[:-2, 1:-1]) / 2.0
    change = later - earlier
    products = np.stack(
        [slope_x**2, slope_y**2, slope_x * slope_y, slope_x * change, slope_y * change]
    )
    for _ in range(_WINDOW):
        products = _blurred(products)
    xx, yy, xy, xt, yt = products
    xx, yy = xx + _FLAT, yy + _FLAT
    step = np.stack([xy * yt - yy * xt, xy * xt - xx * yt]) / (xx * yy - xy**2)
    limited: _Field = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
    return limited


def _sampled(field: _Field, x: _Field, y: _Field) -> _Field:
    """Values of `field` between its cells."""
    last = len(field) - 1.001
    x, y = np.clip(x, 0.0, last), np.clip(y, 0.0, last)
    left, top = x.astype(np.intp), y.astype(np.intp)
    right, down = x - left, y - top
    upper = field[top, left] * (1.0 - right) + field[top, left + 1] * right
    lower = field[top + 1, left] * (1.0 - right) + field[top + 1, left + 1] * right
    mixed: _Field = upper * (1.0 - down) + lower * down
    return mixed


def _halved(field: _Field) -> _Field:
    half = len(field) // 2
    means: _Field = field.reshape(half, 2, half, 2).mean(axis=(1, 3))
    return means


def _doubled(motion: _Field) -> _Field:
    middles = np.arange(2 * motion.shape[1], dtype=np.float32) / 2.0 - 0.25
    x, y = np.meshgrid(middles, middles)
    return np.stack([_sampled(part, x, y) for part in motion])


def _blurred(fields: Any) -> Any:
    """The fields convolved with 1 2 1, across and down."""
    wide = np.pad(fields, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = wide[..., :-2] + 2.0 * wide[..., 1:-1] + wide[..., 2:]
    return (across[:, :-2] + 2.0 * across[:, 1:-1] + across[:, 2:]) / np.float32(16.0)
