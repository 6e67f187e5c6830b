"""From the bytes that a server sent to a clip: what they really are, within the limits."""

import asyncio
from collections.abc import Callable

from ..errors import ClipLimitError, ClipTooLargeError, GenerationInvalidError, MediaError
from ..records import UNTAGGED_COLOURS, GeneratedClip
from .base import ClipPart, GenerationRequest, OnEarly

__all__ = ["media_type_of", "received_clip", "tell_parts"]

_EBML = b"\x1a\x45\xdf\xa3"
# Bytes that show which kind of video it is.
_START = 12


def media_type_of(start: bytes) -> str:
    """The type that the first twelve bytes of a file show, "" if it is none that we play.

    What a server says of a file is often "application/octet-stream", and may be wrong.
    """
    if start.startswith(_EBML):
        return "video/webm"
    return "video/mp4" if start[4:8] == b"ftyp" else ""


def tell_parts(
    on_early: OnEarly, untagged_colours: str = UNTAGGED_COLOURS[0]
) -> Callable[[bytes], None]:
    """Hands on the bytes of a video as they come, from when they show that they are one."""
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
    """The clip, with the size and rate that it really has.

    Raises:
        GenerationInvalidError: it is no video, or one that is not allowed.
        ClipTooLargeError: it exceeds the limits.
    """
    media_type = media_type_of(data)
    if not data:
        raise GenerationInvalidError(
            "The generator sent no bytes: see that the file is there, and whole."
        )
    if not media_type:
        raise GenerationInvalidError(
            "The generator sent something that is neither MP4 nor WebM: let it save video as one."
        )
    try:
        # FFmpeg is loaded there too.
        width, height, fps, duration = await asyncio.to_thread(_inspect, data, media_type)
    except ClipLimitError as error:
        raise ClipTooLargeError(str(error)) from error
    except MediaError as error:
        raise GenerationInvalidError(str(error)) from error
    return GeneratedClip(
        data=data,
        media_type=media_type,
        width=width,
        height=height,
        fps=fps,
        duration=request.clip_seconds if duration is None else duration,
        preset=request.preset.name,
        params=request.params,
        generation_seconds=generation_seconds,
        seed=seed,
        waiting_seconds=waiting_seconds,
        transfer_seconds=transfer_seconds,
        untagged_colours=untagged_colours,
    )


def _inspect(data: bytes, media_type: str) -> tuple[int, int, float, float | None]:
    from ..media.decode import ClipDecoder

    decoder = ClipDecoder(data, media_type)
    try:
        info = decoder.info
        return info.width, info.height, info.fps, info.length
    finally:
        decoder.close()
