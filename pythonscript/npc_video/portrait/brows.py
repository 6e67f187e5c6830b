"""Cuts brows off marked eyes, if they were marked too, or are so near that lids would move them.

The rows of an eye, its lashes or a brow have dark pixels; those of the skin between have none. If
no such row separates them, for example under hair, the eye stays as it was marked.
"""

import numpy as np
from numpy.typing import NDArray

from .warp import ROOM, Eye

__all__ = ["without_brow"]

Array = NDArray[np.float32]

_LEAST_CONTRAST = 25.0  # luma between skin and dark pixels
_SKIN_FROM = 0.6  # part of that contrast above which a row is skin
# In half heights of the mark, from its middle: the highest brow that matters, and the line below
# which the darkest row belongs to the eye.
_ABOVE, _EYE_FROM = ROOM[1], -0.2


def without_brow(luma: Array, eye: Eye) -> Eye:
    """`eye` with its top moved down so that no brow is within its lid, but not below its lashes.

    Args:
        luma: of the picture, (height, width).
    """
    height, width = luma.shape
    left, top, wide, tall = eye
    columns = slice(max(0, round(left * width)), round((left + wide) * width))
    half, middle = 0.5 * tall * height, (top + 0.5 * tall) * height
    first = max(0, round(middle - _ABOVE * half))
    bottom = min(height, round(middle + half))
    darkest = luma[first:bottom, columns].min(axis=1, initial=255.0)
    lower = max(0, round(middle + _EYE_FROM * half) - first)
    if not darkest[lower:].size:
        return eye
    row = lower + int(darkest[lower:].argmin())
    dark, light = float(darkest[row]), float(darkest.max())
    if light - dark < _LEAST_CONTRAST:
        return eye
    is_skin = darkest > dark + _SKIN_FROM * (light - dark)
    above = np.nonzero(is_skin[:row])[0]
    if not above.size:
        return eye
    lashes = int(above[-1]) + 1
    dark_above = np.nonzero(~is_skin[:lashes])[0]
    if not dark_above.size:
        return eye
    brow = int(dark_above[-1]) + 2  # the first row below it without any of its pixels mixed in
    # The top of the mark for which the lid, which is a little larger, starts below the brow.
    reach, ends = _ABOVE - 1.0, middle + half
    clear = (2.0 * (first + brow) + reach * ends) / (2.0 + reach)
    begins = min(clear, float(first + lashes))
    if begins <= top * height:
        return eye
    return left, begins / height, wide, (ends - begins) / height
