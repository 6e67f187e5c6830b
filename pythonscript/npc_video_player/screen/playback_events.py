"""Defines the events of a screen's clips; the director decides about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from npc_video import GeneratedClip
from npc_video.errors import MediaError

ClipRole = Literal["clip", "similar", "upgrade", "again"]
"""The reason why a clip is shown: "clip" for itself, "similar" in place of another, "upgrade" for a
better one, "again" for the same one, which now plays in another way."""


@dataclass(frozen=True, slots=True)
class Began:
    """The first picture of a clip is on screen."""

    clip: GeneratedClip
    role: ClipRole


@dataclass(frozen=True, slots=True)
class Looped:
    """The clip on screen begins again."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The clip on screen has played once and does not loop; its last picture stays."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A clip cannot be played, or not to its end; the picture stays.

    Attributes:
        role: as of `Began`; "" if that event came already.
    """

    clip: GeneratedClip
    error: MediaError
    role: ClipRole | Literal[""] = ""

    def __str__(self) -> str:
        """Returns the warning for a clip that only replaced another."""
        params = self.clip.params
        return (
            f"The clip ({params.expression}, {params.emotion}, {params.animation}) that was to"
            f" cover the time until another one is there is left out. {self.error}"
        )


@dataclass(frozen=True, slots=True)
class Unheard:
    """A clip plays without its sound; reported once for each clip."""

    clip: GeneratedClip
    reason: str

    def __str__(self) -> str:
        """Returns the warning."""
        params = self.clip.params
        return (
            f"A clip of {params.npc_name or 'an NPC'} ({params.expression}, {params.animation})"
            f" plays without its sound. {self.reason}"
        )


PlaybackEvent = Began | Looped | Finished | Broken | Unheard
