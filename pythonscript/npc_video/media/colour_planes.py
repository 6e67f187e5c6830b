"""Converts RGB and RGBA pictures for `encode_clip`: to I420 in BT.709, limited range."""

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from .edges import OPAQUE, spread

__all__ = ["is_translucent", "planes_of"]


def is_translucent(picture: NDArray[np.uint8]) -> bool:
    """Whether a picture of shape (height, width, 3 or 4) is transparent anywhere."""
    return picture.shape[2] == 4 and bool(picture[..., 3].min() < OPAQUE)


def planes_of(picture: NDArray[np.uint8], *, has_alpha: bool) -> NDArray[np.uint8]:
    """The planes of a picture of shape (height, width, 3 or 4) with even sides.

    Args:
        has_alpha: adds the alpha below, and gives transparent pixels the colours nearby.
    """
    colours = picture[..., :3]
    if has_alpha and is_translucent(picture):
        colours = _spread(picture)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(colours), format="rgb24")
    planes: NDArray[Any] = frame.reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    ).to_ndarray()
    return np.concatenate((planes, picture[..., 3])) if has_alpha else planes


def _spread(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    values = picture.astype(np.float32)
    values[..., :3] *= values[..., 3:] * np.float32(1.0 / 255.0)
    colours: NDArray[np.uint8] = np.clip(spread(values) + 0.5, 0.0, 255.0).astype(np.uint8)
    return colours
