"""Stills of a clip that is being made, decoded within limits like the clips themselves."""

import math
from dataclasses import dataclass
from typing import Any

import av
from av.error import FFmpegError

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from .opening import MediaLimits, reason

__all__ = ["Still", "decode_still"]

_DECODERS = {"image/jpeg": "mjpeg", "image/png": "png"}
# Smaller ones are made larger, for a renderer shows the seams between few and large pixels.
_LEAST_SIDE = 256


@dataclass(frozen=True, slots=True)
class Still:
    """A picture in RGB, 8 bits each: rows from the top, without gaps."""

    width: int
    height: int
    pixels: bytes


def decode_still(data: bytes, media_type: str, limits: MediaLimits | None = None) -> Still:
    """The picture, smoothly enlarged where it is small.

    Args:
        media_type: "image/jpeg" or "image/png".

    Raises:
        UnsupportedClipError: the type is another.
        ClipLimitError: the file or the picture is larger than `limits` allow.
        DamagedClipError: it cannot be read.
    """
    limits = limits or MediaLimits()
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in _DECODERS:
        raise UnsupportedClipError(
            f"The still is of the type {media_type!r}: use one of {', '.join(_DECODERS)}."
        )
    if len(data) > limits.most_bytes:
        raise ClipLimitError(f"The still has more than the {limits.most_bytes} bytes allowed.")
    try:
        return _enlarged(_decode(data, _DECODERS[kind], limits), limits.most_pixels)
    except (FFmpegError, ValueError) as error:
        raise DamagedClipError(f"The still is damaged: {reason(error)}.") from error


def _decode(data: bytes, decoder: str, limits: MediaLimits) -> Any:
    context: Any = av.CodecContext.create(decoder, "r")
    context.thread_type, context.thread_count = "NONE", 1
    # This refuses a larger one before memory is taken for it.
    context.options = {"max_pixels": str(limits.most_pixels)}
    for packet in (av.Packet(data), None):
        for picture in context.decode(packet):
            return picture
    raise DamagedClipError("The still is damaged: it holds no picture.")


def _enlarged(picture: Any, most_pixels: int) -> Still:
    wanted = -(-_LEAST_SIDE // min(picture.width, picture.height))
    times = max(1, min(wanted, math.isqrt(most_pixels // (picture.width * picture.height))))
    width, height = picture.width * times, picture.height * times
    shown = picture.reformat(width, height, "rgb24", interpolation="BICUBIC", threads=1)
    return Still(width, height, shown.to_ndarray().tobytes())
