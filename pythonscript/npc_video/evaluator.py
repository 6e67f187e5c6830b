"""From an interaction to the parameters of the clip that answers it.

A mood meter: what the player does raises or lowers it, time calms it down, and the mood decides
what the face does. Only the sections `npc`, `videoGen` and `interaction` of the metadata are used;
a response graph in it is not evaluated.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .errors import InvalidDataError
from .records import ToolInteraction, VideoParams

__all__ = ["NpcResponseEvaluator"]


@dataclass(frozen=True, slots=True)
class _Mood:
    """What the NPC shows from this level of the meter on."""

    level: float
    expression: str
    emotion: str
    animations: tuple[str, ...]


# The default progression, from annoyed to ecstatic.
_MOODS = (
    _Mood(-1.0, "angry", "angry", ("shake",)),
    _Mood(-0.7, "annoyed", "annoyed", ("shake", "tilt")),
    _Mood(-0.4, "sad", "sad", ("idle",)),
    _Mood(-0.08, "neutral", "neutral", ("idle",)),
    _Mood(0.08, "curious", "interested", ("tilt", "lean_in")),
    _Mood(0.30, "happy", "pleased", ("nod", "wiggle")),
    _Mood(0.55, "amused", "amused", ("laugh", "bounce")),
    _Mood(0.80, "ecstatic", "ecstatic", ("bounce", "laugh")),
)
_SURPRISE = _Mood(0.0, "surprised", "surprised", ("startle",))

# How much a tool pleases at full pressure; negative displeases. Unknown ones please a little.
_TOOLS = {"feather": 0.5, "hand": 0.4, "gift": 0.9, "song": 0.6, "treat": 0.8, "stick": -0.7}
_OTHER_TOOL = 0.3
# Where a touch counts more or less.
_ZONES = {"belly": 1.3, "cheek": 1.1, "forehead": 1.0, "horns": 0.7, "nose": 0.8}
# The mood halves in this time when nothing happens.
_HALF_LIFE_SECONDS = 12.0
# A change at once of at least this much surprises.
_SUDDEN = 0.8
_DEFAULT_COOLDOWN_MS = 500.0


class NpcResponseEvaluator:
    """Answers interactions for one NPC, and remembers its mood.

    Args:
        metadata: `{"npc": {"id", "name", "avatarUrl"}, "videoGen": {"basePrompt", "style"},
            "interaction": {"enabledTools", "responseCooldown"}}`; all of it optional, the cooldown
            in milliseconds.
        clock: seconds, never going back.
        seed: of the choice among animations; the same events give the same answers.

    Raises:
        InvalidDataError: a section has the wrong type.
    """

    def __init__(
        self,
        metadata: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        seed: int = 0,
    ):
        npc, video, rules = (_section(metadata, s) for s in ("npc", "videoGen", "interaction"))
        style = _section(video, "style")
        self._base = VideoParams(
            prompt=str(video.get("basePrompt", "")),
            style=str(style.get("artStyle", "")),
            loras=tuple(map(str, style.get("loras", ()))),
            npc_id=str(npc.get("id", "")),
            npc_name=str(npc.get("name", "")),
            npc_base_image=str(npc.get("avatarUrl", "")),
        )
        self._tools = frozenset(map(str, rules.get("enabledTools", ())))
        self._cooldown = float(rules.get("responseCooldown", _DEFAULT_COOLDOWN_MS)) / 1000.0
        self._clock = clock
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Forgets what happened."""
        self._meter = 0.0
        self._at: float | None = None
        self._random = random.Random(self._seed)

    def evaluate(self, interaction: ToolInteraction) -> VideoParams | None:
        """What the NPC answers; None during the cooldown and for a tool that is not enabled."""
        now = self._clock()
        if self._tools and not self._tools & {interaction.tool_id, interaction.tool_type}:
            return None
        if self._at is not None:
            if now - self._at < self._cooldown:
                return None
            self._meter *= 0.5 ** ((now - self._at) / _HALF_LIFE_SECONDS)
        self._at = now
        change = _effect(interaction)
        self._meter = min(1.0, max(-1.0, self._meter + change))
        mood = _SURPRISE if abs(change) >= _SUDDEN else _mood(self._meter)
        return self._answer(mood, interaction.pressure)

    def _answer(self, mood: _Mood, pressure: float) -> VideoParams:
        intensity = min(1.0, 0.35 + 0.4 * abs(self._meter) + 0.25 * pressure)
        prompt = f"{mood.expression} expression, {mood.emotion} mood"
        return replace(
            self._base,
            prompt=", ".join(filter(None, (self._base.prompt, prompt))),
            expression=mood.expression,
            emotion=mood.emotion,
            animation=self._random.choice(mood.animations),
            intensity=intensity,
        )


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = data.get(name) or {}
    if not isinstance(section, Mapping):
        raise InvalidDataError(f"{name}: must be an object, not {section!r}.")
    return section


def _effect(interaction: ToolInteraction) -> float:
    liking = _TOOLS.get(interaction.tool_type, _TOOLS.get(interaction.tool_id, _OTHER_TOOL))
    strength = 0.3 + 0.7 * interaction.pressure
    return liking * strength * _ZONES.get(interaction.zone, 1.0)


def _mood(meter: float) -> _Mood:
    return next((mood for mood in reversed(_MOODS) if meter >= mood.level), _MOODS[0])
