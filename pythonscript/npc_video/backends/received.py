"""Turns bytes from a server into a clip: checks what they really are, within the limits."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from ..errors import ClipLimitError, ClipTooLargeError, GenerationInvalidError, MediaError
from ..records import UNTAGGED_COLOURS, GeneratedClip
from .base import ClipPart, GenerationRequest, NpcImage, OnEarly

__all__ = ["check_clip", "is_clip", "media_type_of", "received_clip", "tell_parts"]

_EBML = b"\x1a\x45\xdf\xa3"
# The number of bytes that identify a video's file type.
_START = 12


def media_type_of(start: bytes) -> str:
    """The type by the first twelve bytes of a file; "" if it is not a playable type.

    A server's own statement is often "application/octet-stream", and may be wrong.
    """
    if start.startswith(_EBML):
        return "video/webm"
    return "video/mp4" if start[4:8] == b"ftyp" else ""


def tell_parts(
    on_early: OnEarly, untagged_colours: str = UNTAGGED_COLOURS[0]
) -> Callable[[bytes], None]:
    """A callback that passes on the bytes of a video, once they are known to be one."""
    start = bytearray()
    media_type = ""

    def tell(part: bytes) -> None:
        nonlocal media_type
        if media_type:
            on_early(ClipPart(part, media_type, untagged_colours))
        elif len(start) < _START:
            start.extend(part)
            media_type = media_type_of(bytes(start)) if len(start) >= _START else ""
            if media_type:
                on_early(ClipPart(bytes(start), media_type, untagged_colours))

    return tell


async def received_clip(
    request: GenerationRequest,
    data: bytes,
    *,
    seed: int,
    generation_seconds: float,
    waiting_seconds: float = 0.0,
    transfer_seconds: float = 0.0,
    untagged_colours: str = UNTAGGED_COLOURS[0],
) -> GeneratedClip:
    """The clip, with its real size and frame rate, and whether it is seamless.

    Raises:
        GenerationInvalidError: it is not a video, or one that is not allowed.
        ClipTooLargeError: it exceeds the limits.
    """
    media_type = media_type_of(data)
    if not data:
        raise GenerationInvalidError(
            "The generator sent no bytes: check that the file exists and is complete."
        )
    if not media_type:
        raise GenerationInvalidError(
            "The generator sent something that is neither MP4 nor WebM: make it save one of these."
        )
    seen = await _seen(data, media_type, untagged_colours, request.image)
    return GeneratedClip(
        data=data,
        media_type=media_type,
        width=seen.width,
        height=seen.height,
        fps=seen.fps,
        duration=request.clip_seconds if seen.length is None else seen.length,
        preset=request.preset.name,
        params=request.params,
        generation_seconds=generation_seconds,
        seed=seed,
        waiting_seconds=waiting_seconds,
        transfer_seconds=transfer_seconds,
        untagged_colours=untagged_colours,
        seamless=seen.seamless,
    )


def is_clip(made: object) -> TypeGuard[GeneratedClip]:
    """Whether the result of a generator is a clip, whatever its file contains."""
    return isinstance(made, GeneratedClip) and isinstance(made.data, bytes)


async def check_clip(clip: GeneratedClip) -> None:
    """Checks that a clip can be opened and has a first picture.

    Raises:
        GenerationInvalidError: it is not a video, or one that is not allowed.
        ClipTooLargeError: it exceeds the limits.
    """
    await _seen(clip.data, clip.media_type, clip.untagged_colours, None)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The properties of a video file."""

    width: int
    height: int
    fps: float
    length: float | None
    seamless: bool


async def _seen(
    data: bytes, media_type: str, untagged_colours: str, image: NpcImage | None
) -> _Seen:
    try:
        # The thread also loads FFmpeg.
        return await asyncio.to_thread(_inspect, data, media_type, untagged_colours, image)
    except ClipLimitError as error:
        raise ClipTooLargeError(str(error)) from error
    except MediaError as error:
        raise GenerationInvalidError(str(error)) from error


def _inspect(data: bytes, media_type: str, untagged_colours: str, image: NpcImage | None) -> _Seen:
    # FFmpeg is loaded here, on a thread that nobody waits for.
    from ..media.decode import ClipDecoder
    from ..media.seam import is_seamless

    decoder = ClipDecoder(data, media_type, untagged_colours=untagged_colours)
    try:
        info = decoder.info
        seamless = image is not None and is_seamless(decoder, image.data, image.media_type)
        return _Seen(info.width, info.height, info.fps, info.length, seamless)
    finally:
        decoder.close()
