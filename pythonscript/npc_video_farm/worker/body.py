"""Reads the body of a request, the inverse of `npc_video.backends.http.fields.request_fields`."""

import binascii
from base64 import b64decode
from typing import Annotated

import msgspec
from npc_video.backends.base import GenerationRequest, NpcImage
from npc_video.errors import GenerationInvalidError
from npc_video.records import CLIP_SECONDS, QUALITY_PRESETS, QualityPreset, VideoParams

__all__ = ["read_request"]

_USUAL = QUALITY_PRESETS["fast"]
_PLAIN = VideoParams()
_Side = Annotated[int, msgspec.Meta(ge=1, le=2048)]  # more is refused by the player of the clip
_Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    prompt: str = ""
    negative_prompt: str = ""
    width: _Side = _USUAL.width
    height: _Side = _USUAL.height
    fps: Annotated[int, msgspec.Meta(ge=1, le=240)] = _USUAL.fps
    steps: Annotated[int, msgspec.Meta(ge=1, le=1000)] = _USUAL.steps
    cfg_scale: Annotated[float, msgspec.Meta(ge=0.0, le=100.0)] = _USUAL.cfg
    loras: tuple[Annotated[str, msgspec.Meta(min_length=1)], ...] = ()
    seed: int = 0
    duration: Annotated[float, msgspec.Meta(gt=0.0, le=60.0)] = CLIP_SECONDS
    npc_id: str = ""
    npc_name: str = ""
    expression: str = _PLAIN.expression
    emotion: str = _PLAIN.emotion
    animation: str = _PLAIN.animation
    intensity: _Share = _PLAIN.intensity
    style: str = ""
    image: str = ""
    preset: str = ""
    generator: str = ""


_DECODER = msgspec.json.Decoder(_Body)


def read_request(body: bytes, seconds: float, due_in: float | None = None) -> GenerationRequest:
    """The request in a body of JSON.

    Args:
        seconds: the usual time for the clip, for a preset of the game's own.
        due_in: seconds until a player needs the clip; None if nobody waits.

    Raises:
        GenerationInvalidError: a field is unknown, or has a wrong type or range.
    """
    try:
        read = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise GenerationInvalidError(
            f"The request is not as a farm reads it: {str(error).rstrip('.')}."
        ) from error
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
    image = _read_image(read.image) if read.image else None
    return GenerationRequest(params, _preset(read, seconds), read.duration, image, due_in)


def _preset(read: _Body, seconds: float) -> QualityPreset:
    """The known preset of that name if all its values are asked for, else one of the game's own."""
    values = (read.width, read.height, read.fps, read.steps, read.cfg_scale)
    known = QUALITY_PRESETS.get(read.preset)
    if known and (known.width, known.height, known.fps, known.steps, known.cfg) == values:
        return known
    return QualityPreset(read.preset, *values, min_seconds=seconds, max_seconds=seconds)


def _read_image(url: str) -> NpcImage:
    start, _, data = url.partition(";base64,")
    if not start.startswith("data:image/") or not data:
        raise GenerationInvalidError(
            "image: send the picture itself, as a data URL in Base64, not its address."
        )
    try:
        return NpcImage.of(b64decode(data, validate=True))
    except binascii.Error as error:
        raise GenerationInvalidError("image: its Base64 is damaged; send it again.") from error
