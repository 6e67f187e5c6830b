"""Portraits for upload: no larger than a model can use, or gates before the server refuse them."""

from fractions import Fraction
from typing import Any

from ...errors import MediaError
from ..base import NpcImage
from .values import Values

__all__ = ["fitted", "most_side"]

# Workflows may look at more than the clip shows, and crop.
_TIMES, _LEAST_SIDE = 2, 1024
# A larger one would take more memory here than it saves.
_MOST_PIXELS = 2**25
# Pictures that say how they are to be turned; the server heeds that.
_TURNED = (b"Exif\0\0", b"eXIf", b"EXIF")


def most_side(values: Values) -> int:
    """How many pixels the longer side of the portrait may have for a clip of these values."""
    return max(_LEAST_SIDE, _TIMES * max(values.width, values.height))


def fitted(image: NpcImage, side: int) -> NpcImage:
    """The picture as it is, or as a PNG with `side` pixels on its longer side if it has more.

    What cannot be read here stays as it is: the server may read it. Takes a moment, so not on an
    event loop.
    """
    if any(mark in image.data for mark in _TURNED):
        return image
    try:
        return _smaller(image, side) or image
    except MediaError:
        return image


def _smaller(image: NpcImage, side: int) -> NpcImage | None:
    from ...media.opening import MediaLimits
    from ...media.still import decode_picture

    limits = MediaLimits(most_pixels=_MOST_PIXELS)
    picture = decode_picture(image.data, image.media_type, limits)
    share = Fraction(side, max(picture.width, picture.height))
    if share >= 1:
        return None
    size = [max(1, round(length * share)) for length in (picture.width, picture.height)]
    kind = "rgba" if _is_see_through(picture) else "rgb24"
    return NpcImage.of(_png(picture.reformat(*size, kind, interpolation="AREA", threads=1)))


def _is_see_through(picture: Any) -> bool:
    form = picture.format
    return bool(form.has_palette) or any(component.is_alpha for component in form.components)


def _png(picture: Any) -> bytes:
    import av

    encoder: Any = av.CodecContext.create("png", "w")
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt, encoder.time_base, picture.pts = picture.format.name, Fraction(1), 0
    packets = [*encoder.encode(picture), *encoder.encode(None)]
    return b"".join(map(bytes, packets))
