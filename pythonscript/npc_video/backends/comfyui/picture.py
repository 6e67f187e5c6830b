"""Portraits for upload: no larger than a model can use, or gates before the server refuse them."""

from fractions import Fraction
from typing import Any

from ...errors import MediaError
from ..base import NpcImage
from .values import Values

__all__ = ["fitted", "max_side"]

# Workflows may look at more than the clip shows, and crop.
_TIMES, _LEAST_SIDE = 2, 1024
# A larger one would take more memory here than it saves.
_MAX_PIXELS = 2**25


def max_side(values: Values) -> int:
    """How many pixels the longer side of the portrait may have for a clip of these values."""
    return max(_LEAST_SIDE, _TIMES * max(values.width, values.height))


def fitted(image: NpcImage, side: int) -> NpcImage:
    """The picture as it is, or as an upright PNG with `side` pixels on its longer side.

    What cannot be read here stays as it is: the server may read it. Takes a moment, so not on an
    event loop.
    """
    try:
        return _smaller(image, side) or image
    except MediaError:
        return image


def _smaller(image: NpcImage, side: int) -> NpcImage | None:
    # NumPy and FFmpeg are loaded here, on a thread that nobody waits for.
    from ...media.opening import MediaLimits
    from ...media.orientation import orientation_of, upright
    from ...media.picture_file import decode_picture

    limits = MediaLimits(max_pixels=_MAX_PIXELS)
    picture = decode_picture(image.data, image.media_type, limits)
    share = Fraction(side, max(picture.width, picture.height))
    if share >= 1:
        return None
    size = [max(1, round(length * share)) for length in (picture.width, picture.height)]
    kind = "rgba" if _is_see_through(picture) else "rgb24"
    smaller = picture.reformat(*size, kind, interpolation="AREA", threads=1)
    return NpcImage.of(_png(upright(smaller, orientation_of(image.data))))


def _is_see_through(picture: Any) -> bool:
    form = picture.format
    return bool(form.has_palette) or any(component.is_alpha for component in form.components)


def _png(picture: Any) -> bytes:
    # Loaded by now.
    import av

    encoder: Any = av.CodecContext.create("png", "w")
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt, encoder.time_base, picture.pts = picture.format.name, Fraction(1), 0
    packets = [*encoder.encode(picture), *encoder.encode(None)]
    return b"".join(map(bytes, packets))
