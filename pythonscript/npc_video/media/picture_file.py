"""Decodes picture files within limits, as for clips: portraits, and previews of clips."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import av
from av.error import FFmpegError

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from .container import MediaLimits, reason

__all__ = ["DecodedPreview", "decode_picture", "decode_preview"]

_DECODERS = {"image/jpeg": "mjpeg", "image/png": "png"}
_OF_PORTRAITS = {**_DECODERS, "image/webp": "webp"}
# Smaller pictures are enlarged, because a renderer shows the edges between few large pixels.
_LEAST_SIDE = 256


@dataclass(frozen=True, slots=True)
class DecodedPreview:
    """An RGB picture with 8 bits per channel: rows from the top, without gaps."""

    width: int
    height: int
    pixels: bytes


def decode_preview(
    data: bytes, media_type: str, limits: MediaLimits | None = None
) -> DecodedPreview:
    """Decodes the preview of a clip in progress; a small one is smoothly enlarged.

    Args:
        media_type: "image/jpeg" or "image/png".

    Raises:
        UnsupportedClipError: it has another type.
        ClipLimitError: the file or the picture exceeds `limits`.
        DamagedClipError: it cannot be read.
    """
    limits = limits or MediaLimits()
    with _damage_told():
        return _enlarged(_read(data, media_type, limits, _DECODERS), limits.max_pixels)


def decode_picture(data: bytes, media_type: str, limits: MediaLimits) -> Any:
    """Decodes the picture of an NPC to a frame of FFmpeg.

    Args:
        media_type: "image/jpeg", "image/png" or "image/webp".

    Raises:
        UnsupportedClipError, ClipLimitError, DamagedClipError: as `decode_preview` does.
    """
    with _damage_told():
        return _read(data, media_type, limits, _OF_PORTRAITS)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (FFmpegError, ValueError) as error:
        raise DamagedClipError(f"The picture is damaged: {reason(error)}.") from error


def _read(data: bytes, media_type: str, limits: MediaLimits, decoders: Mapping[str, str]) -> Any:
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in decoders:
        raise UnsupportedClipError(
            f"The picture is of the type {media_type!r}: use one of {', '.join(decoders)}."
        )
    if len(data) > limits.max_bytes:
        raise ClipLimitError(f"The picture has more than the {limits.max_bytes} bytes allowed.")
    return _decode(data, decoders[kind], limits)


def _decode(data: bytes, decoder: str, limits: MediaLimits) -> Any:
    context: Any = av.CodecContext.create(decoder, "r")
    context.thread_type, context.thread_count = "NONE", 1
    # This refuses a larger picture before memory is allocated.
    context.options = {"max_pixels": str(limits.max_pixels)}
    for packet in (av.Packet(data), None):
        for picture in context.decode(packet):
            return picture
    raise DamagedClipError("The picture is damaged: it holds no picture.")


def _enlarged(picture: Any, max_pixels: int) -> DecodedPreview:
    wanted = -(-_LEAST_SIDE // min(picture.width, picture.height))
    times = max(1, min(wanted, math.isqrt(max_pixels // (picture.width * picture.height))))
    width, height = picture.width * times, picture.height * times
    shown = picture.reformat(width, height, "rgb24", interpolation="BICUBIC", threads=1)
    return DecodedPreview(width, height, shown.to_ndarray().tobytes())
