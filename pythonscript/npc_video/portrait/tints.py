"""The light on a portrait in each mood: a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..face.words import resolve_expression

__all__ = ["TINTS", "Tint", "tint_of"]


@dataclass(frozen=True, slots=True)
class Tint:
    """A coloured light.

    Attributes:
        red, green, blue: its colour, 0 to 1.
        strength: how much of it falls on the picture, 0 to 1.
        light: relative change of brightness; below 0 the picture gets darker.
    """

    red: float = 1.0
    green: float = 1.0
    blue: float = 1.0
    strength: float = 0.0
    light: float = 0.0

    def times(self, part: float) -> "Tint":
        """The same light, weaker by the factor `part`."""
        return Tint(self.red, self.green, self.blue, self.strength * part, self.light * part)


TINTS: Mapping[str, Tint] = MappingProxyType(
    {
        "neutral": Tint(),
        "happy": Tint(1.0, 0.82, 0.35, 0.30, 0.06),
        "pleased": Tint(1.0, 0.85, 0.55, 0.22, 0.04),
        "amused": Tint(1.0, 0.8, 0.4, 0.25, 0.05),
        "ecstatic": Tint(1.0, 0.85, 0.25, 0.40, 0.12),
        "sad": Tint(0.25, 0.45, 1.0, 0.50, -0.16),
        "annoyed": Tint(1.0, 0.45, 0.25, 0.28, -0.05),
        "angry": Tint(1.0, 0.12, 0.08, 0.55, -0.04),
        "surprised": Tint(0.85, 0.95, 1.0, 0.15, 0.12),
        "curious": Tint(0.55, 1.0, 0.9, 0.18, 0.03),
        "interested": Tint(0.75, 1.0, 0.75, 0.15, 0.04),
        "scared": Tint(0.55, 0.75, 1.0, 0.40, 0.06),
        "sleepy": Tint(0.45, 0.35, 0.9, 0.32, -0.20),
        "disgusted": Tint(0.5, 0.95, 0.25, 0.42, -0.06),
        "aroused": Tint(1.0, 0.6, 0.15, 0.35, 0.08),
        "love": Tint(1.0, 0.35, 0.62, 0.40, 0.06),
        "shy": Tint(1.0, 0.5, 0.6, 0.30, 0.0),
    }
)
"""The light at full intensity."""

_FAINTEST = 0.55  # how much of it remains at intensity 0, as for the drawn face


def tint_of(expression: str, emotion: str, intensity: float) -> Tint:
    """The light of an expression, or of the emotion if the expression is neutral."""
    word = resolve_expression(expression)
    tint = TINTS[resolve_expression(emotion) if word == "neutral" else word]
    strength = min(max(intensity, 0.0), 1.0)
    return tint.times(_FAINTEST + (1.0 - _FAINTEST) * strength)
