"""Reads the body of a request, the inverse of `npc_video.backends.http.fields.request_fields`."""

import binascii
from base64 import b64decode

from npc_video.backends.base import GenerationRequest, NpcImage
from npc_video.errors import GenerationInvalidError, InvalidDataError
from npc_video.records import QUALITY_PRESETS, Purpose, QualityPreset, VideoParams

from ..wire import ClipBody, read_body

__all__ = ["read_request"]


def read_request(
    body: bytes,
    seconds: float,
    purpose: Purpose = Purpose.URGENT,
    due_in: float | None = None,
    image: str = "",
) -> GenerationRequest:
    """The request in a body of JSON.

    Args:
        image: the picture as a data URL, instead of the one in the body.
        seconds: the usual time for the clip, for a preset of the game's own.
        due_in: seconds until a player needs the clip; None if nobody waits.

    Raises:
        GenerationInvalidError: a field is unknown, or has a wrong type or range.
    """
    try:
        read = read_body(body)
    except InvalidDataError as error:
        raise GenerationInvalidError(str(error)) from error
    params = VideoParams(
        prompt=read.prompt,
        negative_prompt=read.negative_prompt,
        expression=read.expression,
        animation=read.animation,
        emotion=read.emotion,
        intensity=read.intensity,
        loras=read.loras,
        seed=read.seed,
        style=read.style,
        npc_id=read.npc_id,
        npc_name=read.npc_name,
    )
    url = image or read.image
    picture = _read_image(url) if url else None
    preset = _preset(read, seconds)
    return GenerationRequest(params, preset, read.duration, picture, due_in, purpose)


def _preset(read: ClipBody, seconds: float) -> QualityPreset:
    """The known preset of that name if all its values are asked for, else one of the game's own."""
    values = (read.width, read.height, read.fps, read.steps, read.cfg_scale)
    known = QUALITY_PRESETS.get(read.preset)
    if known and (known.width, known.height, known.fps, known.steps, known.cfg) == values:
        return known
    return QualityPreset(read.preset, *values, min_seconds=seconds, max_seconds=seconds)


def _read_image(url: str) -> NpcImage:
    data = url.partition(";base64,")[2]
    try:
        return NpcImage.of(b64decode(data, validate=True))
    except binascii.Error as error:
        raise GenerationInvalidError("image: its Base64 is damaged; send it again.") from error
