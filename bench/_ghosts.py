"""Measures ghosts: parts of a picture that are in neither of two others, nor between them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["ghost_energy"]

BLOCK = 8
"""Pixels of a block across and down."""

# The distance in pixels that things may have moved from one clip's picture to the other's.
_FARTHEST = 12

_Field = NDArray[np.float32]


def ghost_energy(shown: _Field, one: _Field, other: _Field) -> float:
    """Returns the mean squared difference over pixels, in levels, from the allowed pictures.

    A block of `shown` is no ghost if it is in one of the other two, at its place or up to
    `_FARTHEST` pixels away, because moving things pass there. Pictures are compared as they look
    from a distance at which pixels are not visible, so a movement by a part of a pixel does not
    count.

    Args:
        shown, one, other: luma, 0 to 255, of one size that is a multiple of `BLOCK`.
    """
    least = np.full([side // BLOCK for side in shown.shape], np.inf, np.float32)
    seen = _blurred(shown)
    for picture in (one, other):
        for moved in _moved(_blurred(picture)):
            np.minimum(least, _block_means((seen - moved) ** 2), out=least)
    return float(least.mean())


def _moved(picture: _Field) -> Iterator[_Field]:
    height, width = picture.shape
    wide = np.pad(picture, _FARTHEST, mode="edge")
    for down in range(2 * _FARTHEST + 1):
        for right in range(2 * _FARTHEST + 1):
            yield wide[down : down + height, right : right + width]


def _block_means(values: _Field) -> _Field:
    height, width = values.shape
    blocks = values.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    means: _Field = np.einsum("abcd->ac", blocks) / BLOCK**2
    return means


def _blurred(picture: _Field) -> _Field:
    """Blurs by 1 4 6 4 1 across and down."""
    for _ in range(2):
        wide = np.pad(picture, 1, mode="edge")
        across = wide[:, :-2] + 2.0 * wide[:, 1:-1] + wide[:, 2:]
        picture = (across[:-2] + 2.0 * across[1:-1] + across[2:]) / np.float32(16.0)
    return picture
