"""Frozen records of data that is passed through the package.

This is the lowest module: it imports only the standard library, ``errors`` and ``prompts``, so
every other one may import it. Times are seconds; names with milliseconds say so (``_ms``).
"""

import math
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import Enum, IntEnum
from numbers import Integral, Real
from reprlib import repr as shortened
from types import MappingProxyType
from typing import Any, Self

from .errors import InvalidDataError
from .prompts import ANY_PROMPT, prompt_key

__all__ = [
    "CLIP_SECONDS",
    "MAX_SEED",
    "QUALITY_PRESETS",
    "UNTAGGED_COLOURS",
    "CacheKey",
    "Fallback",
    "GeneratedClip",
    "Purpose",
    "QualityPreset",
    "ToolInteraction",
    "VideoGenerationConfig",
    "VideoParams",
    "check_untagged_colours",
    "with_fingerprint",
    "without_prompt",
]

CLIP_SECONDS = 3.0
"""Length of a generated clip."""

MAX_SEED = 2**31 - 1
"""The largest seed that every generator accepts."""

UNTAGGED_COLOURS = ("bt601", "bt709")
"""The colour matrices for clips whose file names none. BT.601 is what FFmpeg writes for any size,
and with it nearly all generators."""

CacheKey = tuple[str | int | float | tuple[str, ...], ...]
"""Identifies interchangeable clips. The preset is an attribute of the clip, not of its key.

The last two parts are the prompt's and the workflow's.
"""


class Purpose(IntEnum):
    """The reason for generating a clip; the higher, the sooner it is begun."""

    BAKE = 0
    """The game expects to need it at some time, for example after loading a scene."""
    SPECULATION = 1
    """A predictor expects it next."""
    UPGRADE = 2
    """It is on screen and could look better."""
    URGENT = 3
    """It was requested, and a fallback is on screen until it is there."""

    @property
    def word(self) -> str:
        """The name in settings, messages and headers, such as "urgent"."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class QualityPreset:
    """The size and quality at which a clip is generated.

    Attributes:
        width, height: pixels.
        fps: frames per second.
        steps: sampling steps of a diffusion model.
        cfg: guidance scale of a diffusion model.
        min_seconds, max_seconds: the usual time of a generator for one clip.
    """

    name: str
    width: int
    height: int
    fps: int
    steps: int
    cfg: float
    min_seconds: float
    max_seconds: float

    def frame_count(self, seconds: float) -> int:
        """The number of frames in `seconds` of video, at least one."""
        return max(1, round(self.fps * seconds))


QUALITY_PRESETS: Mapping[str, QualityPreset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            QualityPreset("realtime", 256, 256, 8, 4, 1.5, 2.0, 3.0),
            QualityPreset("fast", 512, 512, 12, 8, 3.0, 3.0, 5.0),
            QualityPreset("balanced", 512, 512, 24, 15, 5.0, 5.0, 10.0),
            QualityPreset("quality", 768, 768, 30, 25, 7.5, 10.0, 20.0),
        )
    }
)


class Fallback(Enum):
    """The content of the screen while a clip is not there yet."""

    PLACEHOLDER = "placeholder"
    PROCEDURAL = "procedural"
    SIMILAR = "similar"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class VideoGenerationConfig:
    """Settings of a `VideoGenerationManager`.

    Attributes:
        preset: the best preset that is wanted: a name in `QUALITY_PRESETS`, or one of your own.
        clip_seconds: length of a generated clip.
        cache_size: the most clips in the memory cache, at least one.
        max_wait: seconds after which a missing clip is reported as late, above 0.
        fallback: bridges the wait for a clip; if it cannot be shown, the best one that can is used.
        progressive: whether to generate the cheapest preset first, and a better one meanwhile.
        adaptive: without `progressive`, whether to use the best preset that is there within
            `max_wait`.
        predictive: whether idle generators make clips that are likely to be requested next.
        look_ahead: interactions ahead for which an NPC's graph is tried, 0 to 6.
        progression: pairs of an expression and those that follow it, the likelier first; None for
            those of most NPCs.

    Raises:
        InvalidDataError: a value is unknown or outside its range.
    """

    preset: str | QualityPreset = "fast"
    clip_seconds: float = CLIP_SECONDS
    cache_size: int = 50
    max_wait: float = 5.0
    fallback: Fallback = Fallback.SIMILAR
    progressive: bool = True
    adaptive: bool = True
    predictive: bool = True
    look_ahead: int = 3
    progression: tuple[tuple[str, tuple[str, ...]], ...] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.preset, str) and self.preset not in QUALITY_PRESETS:
            known = ", ".join(QUALITY_PRESETS)
            raise InvalidDataError(f"preset: {self.preset!r} is unknown; use one of {known}.")
        if not 0.0 < self.clip_seconds <= 60.0:
            raise InvalidDataError(
                f"clip_seconds: {self.clip_seconds!r} is outside the range above 0 up to 60."
            )
        if self.cache_size < 1:
            raise InvalidDataError(f"cache_size: {self.cache_size!r} must be at least 1.")
        if not 0.0 < self.max_wait < math.inf:
            raise InvalidDataError(f"max_wait: {self.max_wait!r} must be seconds above 0.")
        if not 0 <= self.look_ahead <= 6:
            raise InvalidDataError(f"look_ahead: {self.look_ahead!r} is outside the range 0 to 6.")

    @property
    def quality(self) -> QualityPreset:
        """The best preset that is wanted."""
        return QUALITY_PRESETS[self.preset] if isinstance(self.preset, str) else self.preset


_INTERACTION_FIELDS = frozenset(
    {"tool", "zone", "pressure", "speed", "pattern", "duration", "timestamp"}
)


@dataclass(frozen=True, slots=True)
class ToolInteraction:
    """An action of the player on an NPC with a tool.

    Attributes:
        tool_id, tool_type: the tool and its kind ("feather_1", "feather").
        pressure, speed: 0 to 1.
        pattern: of the movement ("tap", "circle"); "none" if there is none.
        zone: of the NPC that was touched ("cheek"); "unknown" if there is none.
        duration: seconds.
        timestamp: seconds, on the game's own clock.
    """

    tool_id: str
    tool_type: str
    pressure: float = 0.5
    speed: float = 0.5
    pattern: str = "none"
    zone: str = "unknown"
    duration: float = 0.0
    timestamp: float = 0.0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads the game's Dictionary: `tool` as `{id, type}` or a name, times in milliseconds.

        Absent and null fields take their defaults.

        Raises:
            InvalidDataError: it is not a mapping, `tool` is missing, or a field is unknown or has a
                wrong type or range.
        """
        _check_dictionary(data, '{"tool": "hand"}')
        _refuse_unknown(data, _INTERACTION_FIELDS)
        tool_id, tool_type = _read_tool(data)
        return cls(
            tool_id,
            tool_type,
            pressure=_read_number(data, "pressure", 0.5, upper=1.0),
            speed=_read_number(data, "speed", 0.5, upper=1.0),
            pattern=_read_text(data, "pattern", "none"),
            zone=_read_text(data, "zone", "unknown"),
            duration=_read_number(data, "duration", 0.0) / 1000.0,
            timestamp=_read_number(data, "timestamp", 0.0) / 1000.0,
        )


@dataclass(frozen=True, slots=True)
class VideoParams:
    """The content of a clip.

    Attributes:
        intensity: strength of the expression and the animation, 0 to 1.
        loras: names of the model add-ons, in order of application.
        npc_base_image: a picture of the NPC for generators to start from, "" for none.
        prompt_in_key: whether a clip can replace another only if both prompts are equal.
    """

    prompt: str = ""
    negative_prompt: str = ""
    expression: str = "neutral"
    animation: str = "idle"
    emotion: str = "neutral"
    intensity: float = 0.5
    loras: tuple[str, ...] = ()
    seed: int = 0
    style: str = ""
    npc_id: str = ""
    npc_name: str = ""
    npc_base_image: str = ""
    prompt_in_key: bool = True

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Reads the game's Dictionary, whose keys are the attributes' names.

        Absent and null fields take their defaults.

        Raises:
            InvalidDataError: it is not a mapping, or a field is unknown, or has a wrong type or
                range.
        """
        _check_dictionary(data, '{"expression": "happy"}')
        texts = {
            field.name: _read_text(data, field.name, field.default)
            for field in fields(cls)
            if isinstance(field.default, str)
        }
        _refuse_unknown(data, {*texts, "intensity", "loras", "seed", "prompt_in_key"})
        return cls(
            **texts,
            intensity=_read_number(data, "intensity", cls().intensity, upper=1.0),
            loras=_read_names(data, "loras"),
            seed=_read_integer(data, "seed", cls().seed),
            prompt_in_key=_read_truth(data, "prompt_in_key", cls().prompt_in_key),
        )

    def to_dict(self) -> dict[str, Any]:
        """The parameters for a game, as `from_dict` reads them, without `prompt_in_key`."""
        return {name: getattr(self, name) for name in _TOLD}

    @property
    def who(self) -> str:
        """The NPC's name in messages."""
        return self.npc_name or self.npc_id or "an NPC"

    def cache_key(self, workflow_fingerprint: str = "") -> CacheKey:
        """The key that must be equal for one clip to replace another.

        The intensity is rounded half up to 0.1, so that small differences share a clip. The
        prompts are compared without regard to blanks.
        """
        return (
            self.npc_id,
            self.expression,
            self.emotion,
            self.animation,
            round_half_up(self.intensity),
            self.style,
            self.loras,
            self.npc_base_image,
            self.seed,
            prompt_key(self.prompt, self.negative_prompt) if self.prompt_in_key else ANY_PROMPT,
            workflow_fingerprint,
        )


_TOLD = tuple(each.name for each in fields(VideoParams) if each.name != "prompt_in_key")


def with_fingerprint(key: CacheKey, workflow_fingerprint: str) -> CacheKey:
    """The key of the same clip from another workflow."""
    return (*key[:-1], workflow_fingerprint)


def without_prompt(key: CacheKey) -> CacheKey:
    """The key of a clip for any prompt."""
    return (*key[:-2], ANY_PROMPT, key[-1])


@dataclass(frozen=True, slots=True)
class GeneratedClip:
    """A clip as a file in memory, and its origin.

    Attributes:
        data: the file.
        media_type: "video/webm" or "video/mp4".
        width, height: pixels.
        fps: frames per second.
        duration: seconds.
        preset: name of the preset that it was generated with.
        params: the requested content.
        generation_seconds: the generator's time for it.
        is_drawn: whether it shows the embedded generator's face, which can be drawn without a clip.
        seed: of the generator's noise.
        waiting_seconds: the wait of the request at the generator before it began.
        transfer_seconds: the time of the transfer to us.
        untagged_colours: one of `UNTAGGED_COLOURS`.
        seamless: whether it starts and ends with the NPC's picture, so that any other such clip can
            follow it.

    Raises:
        InvalidDataError: `untagged_colours` is unknown.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    fps: float
    duration: float
    preset: str
    params: VideoParams
    generation_seconds: float
    is_drawn: bool = False
    seed: int = 0
    waiting_seconds: float = 0.0
    transfer_seconds: float = 0.0
    untagged_colours: str = UNTAGGED_COLOURS[0]
    seamless: bool = False

    def __post_init__(self) -> None:
        check_untagged_colours(self.untagged_colours)


def check_untagged_colours(matrix: str) -> str:
    """Returns `matrix` if it is one of `UNTAGGED_COLOURS`.

    Raises:
        InvalidDataError: it is not.
    """
    if matrix not in UNTAGGED_COLOURS:
        known = ", ".join(UNTAGGED_COLOURS)
        raise InvalidDataError(f"untagged_colours: {matrix!r} is unknown; use one of {known}.")
    return matrix


def round_half_up(value: float) -> float:
    """`value` rounded to one decimal, 0.25 to 0.3 as people expect (`round` would give 0.2)."""
    return math.floor(value * 10.0 + 0.5) / 10.0


def _check_dictionary(data: object, example: str) -> None:
    if not isinstance(data, Mapping):
        raise InvalidDataError(f"Pass a dictionary, such as {example}, not {shortened(data)}.")


def _refuse_unknown(data: Mapping[str, Any], known: Collection[str], where: str = "") -> None:
    """Raises for an unknown field: a misspelt one would otherwise count as absent."""
    for name in data:
        if name not in known:
            raise InvalidDataError.of_unknown(name, known, where)


def _read_tool(data: Mapping[str, Any]) -> tuple[str, str]:
    tool = data.get("tool")
    if isinstance(tool, str) and tool:
        return tool, tool
    if isinstance(tool, Mapping):
        _refuse_unknown(tool, ("id", "type"), "tool: ")
        tool_id = _read_text(tool, "id", "", "tool.")
        tool_type = _read_text(tool, "type", "", "tool.")
        if tool_id or tool_type:
            return tool_id or tool_type, tool_type or tool_id
    raise InvalidDataError(f"tool: pass a name or {{id, type}}, not {shortened(tool)}.")


def _read_text(data: Mapping[str, Any], field: str, default: str, prefix: str = "") -> str:
    value = data.get(field)
    if value is None:
        return default
    if not isinstance(value, str):
        raise InvalidDataError(f"{prefix}{field}: must be text, not {shortened(value)}.")
    return value


def _is_number(value: object) -> bool:
    """Whether it is a number, of Python or NumPy; truth values are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _read_number(
    data: Mapping[str, Any], field: str, default: float, upper: float = math.inf
) -> float:
    value = data.get(field)
    if value is None:
        return default
    if not _is_number(value):
        raise InvalidDataError(f"{field}: must be a number, not {shortened(value)}.")
    # Compared before the conversion, for which an integer may be too large.
    if not 0.0 <= value <= min(upper, sys.float_info.max):
        limits = f"from 0 to {upper:g}" if upper < math.inf else "of 0 or more"
        raise InvalidDataError(
            f"{field}: must be a finite number {limits}, not {shortened(value)}."
        )
    return float(value)


def _read_integer(data: Mapping[str, Any], field: str, default: int) -> int:
    value = data.get(field)
    if value is None:
        return default
    # Engines and JSON may write a whole number as a float.
    is_whole = isinstance(value, Integral) or (_is_number(value) and float(value).is_integer())
    if not (_is_number(value) and is_whole):
        raise InvalidDataError(f"{field}: must be a whole number, not {shortened(value)}.")
    return int(value)


def _read_truth(data: Mapping[str, Any], field: str, default: bool) -> bool:
    value = data.get(field)
    if value is None:
        return default
    # NumPy's truth values are not `bool`s of Python.
    if not (isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")):
        raise InvalidDataError(f"{field}: must be true or false, not {shortened(value)}.")
    return bool(value)


def _read_names(data: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = data.get(field)
    if value is None:
        return ()
    # "" is not a name.
    if not isinstance(value, list | tuple) or not all(isinstance(n, str) and n for n in value):
        raise InvalidDataError(f"{field}: must be a list of names, not {shortened(value)}.")
    return tuple(value)
