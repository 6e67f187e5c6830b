"""The options of an `NpcVideoPlayer`, as enums that GDScript and the inspector complete.

Each member carries the word by which the rest of the addon knows it. Scenes keep its number.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

__all__ = [
    "CachePolicy",
    "CrossfadeAt",
    "CrossfadeCurve",
    "Fallback",
    "Interpolation",
    "QualityPreset",
    "StretchMode",
]


class _Option(IntEnum):
    """A choice; `Fallback("similar")` finds it by its word, `Fallback(2)` by its number.

    Attributes:
        word: its name in statistics, signals and files.
    """

    word: str

    def __new__(cls, number: int, word: str, doc: str) -> Self:
        made = int.__new__(cls, number)
        made._value_, made.word, made.__doc__ = number, word, doc
        return made

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((option for option in cls if option.word == value), None)


class QualityPreset(_Option):
    """Size, frame rate and care of clips."""

    QUALITY_REALTIME = 0, "realtime", "256×256 pixels, 8 frames a second: there soonest."
    QUALITY_FAST = 1, "fast", "512×512 pixels, 12 frames a second."
    QUALITY_BALANCED = 2, "balanced", "512×512 pixels, 24 frames a second."
    QUALITY_QUALITY = 3, "quality", "768×768 pixels, 30 frames a second: takes longest."


class CachePolicy(_Option):
    """The order in which clips leave memory that is full."""

    CACHE_POLICY_LRU = 0, "lru", "The clip that was used longest ago goes first."
    CACHE_POLICY_GDSF = 1, "gdsf", "Clips that are large, seldom used and quickly remade go first."


class Fallback(_Option):
    """The picture until a clip is there."""

    FALLBACK_PLACEHOLDER = 0, "placeholder", "The portrait, with a label."
    FALLBACK_PROCEDURAL = 1, "procedural", "A drawn face, or the animations of `procedural_target`."
    FALLBACK_SIMILAR = 2, "similar", "The most similar clip of the NPC that is there."
    FALLBACK_FREEZE = 3, "freeze", "The last picture."


class CrossfadeCurve(_Option):
    """The course of a fade."""

    CROSSFADE_CURVE_LINEAR = 0, "linear", "At the same pace throughout."
    CROSSFADE_CURVE_SMOOTH = 1, "smooth", "Slowly at both ends."


class CrossfadeAt(_Option):
    """The moment at which a clip gives way to the next."""

    CROSSFADE_AT_IMMEDIATELY = 0, "immediately", "As soon as the next is there."
    CROSSFADE_AT_LOOP = 1, "loop", "At the end of its loop."


class StretchMode(_Option):
    """The ways to fill the player, with the numbers of `TextureRect.StretchMode`."""

    STRETCH_SCALE = 0, "scale", "Stretched to the player's size."
    STRETCH_TILE = 1, "tile", "Repeated at its own size."
    STRETCH_KEEP = 2, "keep", "At its own size, in the top left corner."
    STRETCH_KEEP_CENTERED = 3, "keep_centered", "At its own size, in the middle."
    STRETCH_KEEP_ASPECT = 4, "keep_aspect", "As large as fits, in the top left corner."
    STRETCH_KEEP_ASPECT_CENTERED = 5, "keep_aspect_centered", "As large as fits, in the middle."
    STRETCH_KEEP_ASPECT_COVERED = (
        6,
        "keep_aspect_covered",
        "As large as covers the player, in the middle; what is outside is cut off.",
    )


class Interpolation(_Option):
    """The picture between two frames of a clip."""

    INTERPOLATION_NONE = 0, "none", "The earlier frame."
    INTERPOLATION_BLEND = 1, "blend", "A mix of both frames."
    INTERPOLATION_MOTION = 2, "motion", "Blocks on their way, in clips of H.264; elsewhere a mix."
