"""Whether a clip begins and ends in the picture of its NPC: then any that does follows any other.

The pictures are compared in small, as those of clips are that fade into each other. What a server
makes of a picture is never quite the same, so a little may differ.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ..errors import MediaError
from .decode import ClipDecoder, ClipInfo
from .likeness import Sketch, Sketcher, apart, sketch_of
from .opening import MediaLimits
from .orientation import orientation_of, upright
from .picture_file import decode_picture
from .transition import SEAM

__all__ = ["is_seamless"]

# Portraits are drawn larger than clips are played.
_LIMITS = MediaLimits(max_pixels=2**25)


def is_seamless(decoder: ClipDecoder, picture: bytes, media_type: str) -> bool:
    """Whether the first and the last frame of a clip of several show the picture.

    Only a clip that begins with it is decoded to its end. What cannot be read is not seamless.

    Args:
        decoder: of which no frame was taken yet.
        picture: the file of the picture; of another shape than the clip, its middle counts.
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
    """That of a picture as large as the clip, its luma as the clip counts it."""
    width, height = info.width, info.height
    share = max(width / picture.width, height / picture.height)
    wide, high = (max(1, round(side * share)) for side in (picture.width, picture.height))
    shown = picture.reformat(wide, high, "rgba", interpolation="AREA", threads=1).to_ndarray()
    left, top = (wide - width) // 2, (high - height) // 2
    middle = shown[top : top + height, left : left + width]
    luma = middle[..., :3] @ np.array(info.colour.luma_weights)
    return sketch_of(luma * (middle[..., 3] / 255.0) if info.layout.has_alpha else luma)
