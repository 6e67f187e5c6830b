"""The body of a request for a clip, as games send it to the farm and workers get it.

Its fields are those of `npc_video.backends.http.fields.request_fields`, with the name of the preset
and of the generator. It comes from anywhere, so every field has a type and a range, and nothing is
nested: an unknown field is an error, and the picture must be in the body, never at an address that
a worker would fetch.
"""

import re
from typing import Annotated

import msgspec
from msgspec import Meta
from npc_video.errors import InvalidDataError
from npc_video.quality import typical_seconds
from npc_video.records import CLIP_SECONDS, QUALITY_PRESETS, QualityPreset, VideoParams

__all__ = ["ClipBody", "read_body"]

_USUAL = QUALITY_PRESETS["fast"]
_PLAIN = VideoParams()
_Prompt = Annotated[str, Meta(max_length=20_000)]
_Lora = Annotated[str, Meta(min_length=1, max_length=200)]
_Name = Annotated[str, Meta(max_length=200)]
_Side = Annotated[int, Meta(ge=1, le=2048)]  # more is refused by the player of the clip
_Short = Annotated[str, Meta(max_length=64)]
_IMAGE = re.compile(r"data:image/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}", re.ASCII)


class ClipBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A clip to make.

    Attributes:
        image: a data URL in Base64; "" for none.
        preset: name of the preset; it may be one of the game's own.
        generator: name of the generator; "" for the farm's first.
    """

    width: _Side = _USUAL.width
    height: _Side = _USUAL.height
    fps: Annotated[int, Meta(ge=1, le=240)] = _USUAL.fps
    steps: Annotated[int, Meta(ge=1, le=1000)] = _USUAL.steps
    cfg_scale: Annotated[float, Meta(ge=0.0, le=100.0)] = _USUAL.cfg
    duration: Annotated[float, Meta(gt=0.0, le=60.0)] = CLIP_SECONDS
    prompt: _Prompt = ""
    negative_prompt: _Prompt = ""
    loras: Annotated[tuple[_Lora, ...], Meta(max_length=32)] = ()
    seed: int = 0
    npc_id: _Name = ""
    npc_name: _Name = ""
    expression: _Name = _PLAIN.expression
    emotion: _Name = _PLAIN.emotion
    animation: _Name = _PLAIN.animation
    intensity: Annotated[float, Meta(ge=0.0, le=1.0)] = _PLAIN.intensity
    style: _Name = ""
    image: str = ""
    preset: _Short = ""
    generator: _Short = ""

    @property
    def model(self) -> str:
        """The add-ons that a worker must have loaded, joined by "+"; "" for none."""
        return "+".join(self.loras)

    @property
    def work(self) -> float:
        """A measure of a generator's work for a second of video: pixels × frames × steps."""
        return float(self.width * self.height * self.fps * self.steps)

    @property
    def usual_seconds(self) -> float:
        """The time that a generator usually takes, whatever preset the request names.

        It is the usual time of the cheapest preset with as much work per second of video, in
        proportion to the length of the clip. Above the best preset it grows with the work.
        """
        covering = self.covering_preset
        best = covering or _BY_WORK[-1]
        beyond = 1.0 if covering else self.work / _work(best)
        return typical_seconds(best) * beyond * self.duration / CLIP_SECONDS

    @property
    def covering_preset(self) -> QualityPreset | None:
        """The cheapest preset with at least as much work per second of video; None above all."""
        return next((preset for preset in _BY_WORK if _work(preset) >= self.work), None)

    @property
    def preset_name(self) -> str:
        """The preset that the request names, or else the nearest above it."""
        covering = self.covering_preset or _BY_WORK[-1]
        return self.preset or covering.name


def read_body(raw: bytes) -> ClipBody:
    """Reads the body of a request.

    Raises:
        InvalidDataError: it is not JSON, or a field is unknown, missing or outside its range.
    """
    try:
        body = msgspec.json.decode(raw, type=ClipBody)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        said = str(error).rstrip(".")
        raise InvalidDataError(f"The request is not as a farm reads it: {said}.") from error
    if body.image and not _IMAGE.fullmatch(body.image):
        raise InvalidDataError(
            "image: send the picture itself (PNG, JPEG or WebP), as a data URL in Base64."
        )
    return body


def _work(preset: QualityPreset) -> float:
    return float(preset.width * preset.height * preset.fps * preset.steps)


_BY_WORK = sorted(QUALITY_PRESETS.values(), key=_work)
