"""Decides whether a clip starts and ends with the picture of its NPC; such clips are seamless.

The pictures are compared as sketches, as for cross-fades. A server never reproduces a picture
exactly, so small differences are allowed.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ..errors import MediaError
from .container import MediaLimits
from .decode import ClipDecoder, ClipInfo
from .likeness import Sketch, Sketcher, apart, sketch_of
from .orientation import orientation_of, upright
from .picture_file import decode_picture
from .transition import SEAM

__all__ = ["is_seamless"]

# Portraits have more pixels than clips.
_LIMITS = MediaLimits(max_pixels=2**25)


def is_seamless(decoder: ClipDecoder, picture: bytes, media_type: str) -> bool:
    """Whether the first and the last frame of a clip with several frames show the picture.

    Only a clip that starts with it is decoded to its end. An unreadable file is not seamless.

    Args:
        decoder: of the clip; no frame was read yet.
        picture: the file of the picture. If its shape differs from the clip's, its middle is used.
    """
    try:
        shown = decode_picture(picture, media_type, _LIMITS).reformat(format="rgba", threads=1)
        rest = _sketch(upright(shown, orientation_of(picture)), decoder.info)
        sketch, frames = Sketcher(decoder.info), decoder.frames()
        if not _are_alike(sketch(next(frames).planes), rest):
            return False
        last = deque(frames, maxlen=1)
        return bool(last) and _are_alike(sketch(last[0].planes), rest)
    except MediaError:
        return False


def _are_alike(one: Sketch, other: Sketch) -> bool:
    return bool(apart([one], other)[0] <= SEAM)


def _sketch(picture: Any, info: ClipInfo) -> Sketch:
    """The sketch of a picture, scaled to the clip's size and with the clip's luma weights."""
    width, height = info.width, info.height
    share = max(width / picture.width, height / picture.height)
    wide, high = (max(1, round(side * share)) for side in (picture.width, picture.height))
    shown = picture.reformat(wide, high, "rgba", interpolation="AREA", threads=1).to_ndarray()
    left, top = (wide - width) // 2, (high - height) // 2
    middle = shown[top : top + height, left : left + width]
    luma = middle[..., :3] @ np.array(info.colour.luma_weights)
    return sketch_of(luma * (middle[..., 3] / 255.0) if info.layout.has_alpha else luma)
