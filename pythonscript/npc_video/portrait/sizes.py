"""The size of clips that show the whole picture."""

import math

__all__ = ["clip_size"]

_MAX_ASPECT = 4.0
_LEAST_SIDE = 16


def clip_size(pixels: int, width: float, height: float) -> tuple[int, int]:
    """Width and height, both even, of clips with the picture's shape and about `pixels` pixels.

    A picture more than four times as wide as high, or as high as wide, is cropped.
    """
    aspect = min(max(width / height, 1.0 / _MAX_ASPECT), _MAX_ASPECT)
    return _even(math.sqrt(pixels * aspect)), _even(math.sqrt(pixels / aspect))


def _even(side: float) -> int:
    return max(_LEAST_SIDE, 2 * round(side / 2.0))
