"""Scales portraits for upload to the useful size, because proxies may refuse larger ones."""

from fractions import Fraction
from typing import Any

from ...errors import MediaError
from ..base import NpcImage
from .values import Values

__all__ = ["fitted", "max_side"]

# Workflows may use more of the picture than the clip shows, and crop it.
_TIMES, _LEAST_SIDE = 2, 1024
# Scaling a larger one would need too much memory.
_MAX_PIXELS = 2**25


def max_side(values: Values) -> int:
    """The most pixels on the longer side of the portrait that are useful for these values."""
    return max(_LEAST_SIDE, _TIMES * max(values.width, values.height))


def fitted(image: NpcImage, side: int) -> NpcImage:
    """The picture unchanged, or as an upright PNG with `side` pixels on its longer side.

    A picture that cannot be read stays unchanged: the server may read it. Slow, so not for an event
    loop.
    """
    try:
        return _smaller(image, side) or image
    except MediaError:
        return image


def _smaller(image: NpcImage, side: int) -> NpcImage | None:
    # NumPy and FFmpeg are loaded here, on a thread that nobody waits for.
    from ...media.container import MediaLimits
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
