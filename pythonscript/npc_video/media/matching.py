"""Decides from the pictures which of several motions is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_scale"]

# Pixels of a cell to compare, spread so that no row or column has two.
_ROWS = np.array([0, 1, 2, 3, 4, 5, 6, 7])
_COLUMNS = np.array([3, 6, 1, 4, 7, 2, 5, 0])
# How much better another motion must fit than the first: a part of its error, plus noise.
_BETTER, _NOISE = 0.75, 8


def best_scale(
    before: Any,
    now: Any,
    cells: NDArray[np.intp],
    motion: NDArray[np.int16],
    scales: Sequence[float],
    size: int,
) -> NDArray[np.float32]:
    """The factor for the motion of each cell with which the pictures match best; mostly 1.

    Args:
        before, now: frames of PyAV of the same size, with 8-bit luma.
        cells: their rows and columns, shape (2, n), at least partly inside the picture.
        motion: from `before` to `now`, right and down, in quarters of a pixel, shape (2, n).
        scales: factors to try besides 1.
        size: pixels of a cell across and down, 8 or more.
    """
    plane, old = now.planes[0], before.planes[0]
    y = np.minimum(cells[0][:, None] * size + _ROWS, now.height - 1)
    x = np.minimum(cells[1][:, None] * size + _COLUMNS, now.width - 1)
    here = np.frombuffer(plane, np.uint8).take(y * plane.line_size + x).astype(np.int16)
    source, place = np.frombuffer(old, np.uint8), y * old.line_size + x
    chosen = np.ones(cells.shape[1], np.float32)
    least: NDArray[Any] | None = None
    for scale in (1.0, *scales):
        right, down = np.rint(motion * (scale / 4.0)).astype(np.intp)
        # A vector that leaves the picture reads wrong pixels, which rarely match.
        there = source.take(place - (down * old.line_size + right)[:, None], mode="clip")
        error = np.abs(here - there).sum(axis=1)
        if least is None:
            least = error * _BETTER - _NOISE
            continue
        better = error < least
        chosen[better] = scale
        least = np.where(better, error, least)
    return chosen
