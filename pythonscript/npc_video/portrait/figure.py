"""Reads a picture and scales it to the size of a clip."""

from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import GenerationInvalidError, NpcVideoError
from ..media.container import MediaLimits
from ..media.edges import OPAQUE, spread
from ..media.picture_file import decode_picture
from .sizes import clip_size

__all__ = ["Figure", "figure_of"]

Array = NDArray[np.float32]

# Portraits have more pixels than clips.
_LIMITS = MediaLimits(max_bytes=32 * 1024 * 1024, max_pixels=8192 * 8192)
_BAND_ROWS = 128


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in BT.709, limited range, with luma at full and chroma at half resolution.

    Attributes:
        luma: (height, width).
        chroma: (2, height / 2, width / 2).
        alpha: (height, width), 0 to 255; None if the picture is opaque.
    """

    luma: Array
    chroma: Array
    alpha: Array | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.luma.shape
        return width, height


def figure_of(data: bytes, media_type: str, pixels: int) -> Figure:
    """The picture of a PNG, JPEG or WebP file, scaled to about `pixels` pixels.

    Raises:
        GenerationInvalidError: it cannot be read, or is too large.
    """
    try:
        picture = decode_picture(data, media_type, _LIMITS)
    except NpcVideoError as error:
        raise GenerationInvalidError(f"The NPC's picture cannot be used: {error}") from error
    width, height = clip_size(pixels, picture.width, picture.height)
    values = _fitted(picture, width, height)
    alpha = values[..., 3]
    if alpha.min() >= OPAQUE:
        return Figure(*_planes(values[..., :3]), None)
    return Figure(*_planes(spread(values)), np.ascontiguousarray(alpha))


def _fitted(picture: Any, width: int, height: int) -> Array:
    """The middle of the picture in the clip's shape, as premultiplied RGBA, (height, width, 4)."""
    whole = picture.reformat(format="rgba", threads=1).to_ndarray()
    wide = min(whole.shape[1], max(1, round(whole.shape[0] * width / height)))
    tall = min(whole.shape[0], max(1, round(whole.shape[1] * height / width)))
    top, left = (whole.shape[0] - tall) // 2, (whole.shape[1] - wide) // 2
    whole = np.ascontiguousarray(whole[top : top + tall, left : left + wide])
    # Transparent pixels have a colour too, which must not bleed into the edges.
    for start in range(0, tall, _BAND_ROWS):
        band = whole[start : start + _BAND_ROWS]
        band[..., :3] = band[..., :3].astype(np.uint16) * band[..., 3:] // 255
    # Sharper filters overshoot at transparent edges.
    way = "AREA" if width < wide else "BILINEAR"
    # Scaled plane by plane; packed pixels would be converted to YUV for scaling.
    frame = av.VideoFrame.from_ndarray(whole, format="gbrap")
    fitted = frame.reformat(width, height, interpolation=way, threads=1)
    return fitted.to_ndarray().astype(np.float32)


def _planes(colours: Array) -> tuple[Array, Array]:
    """Luma and chroma of RGB from 0 to 255, by ITU-R BT.709-6, item 3."""
    red, green, blue = (np.clip(colours[..., index], 0.0, 255.0) / 255.0 for index in range(3))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    full = np.stack(((blue - luma) / 1.8556, (red - luma) / 1.5748))
    half = full.reshape(2, luma.shape[0] // 2, 2, luma.shape[1] // 2, 2).mean(axis=(2, 4))
    return (
        (16.0 + 219.0 * luma).astype(np.float32),
        (128.0 + 224.0 * half).astype(np.float32),
    )
