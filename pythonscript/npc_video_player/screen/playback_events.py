"""What a screen tells of its clips; whom it matters to is the director's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from npc_video import GeneratedClip
from npc_video.errors import MediaError

ClipRole = Literal["clip", "similar", "upgrade", "again"]
"""For what a clip is shown: "clip" for itself, "similar" for one that stands for another, "upgrade"
for a better one, "again" for the one that was there, which is played in another way now."""


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
    """The clip on screen has played once and is not to be played again; its last picture stays."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A clip cannot be played, or not to its end; the picture stays.

    Attributes:
        role: as of `Began`; "" where that was told.
    """

    clip: GeneratedClip
    error: MediaError
    role: ClipRole | Literal[""] = ""

    def __str__(self) -> str:
        """What to tell where it only stood for another."""
        params = self.clip.params
        return (
            f"The clip ({params.expression}, {params.emotion}, {params.animation}) that was to"
            f" cover the time until another one is there is left out. {self.error}"
        )


@dataclass(frozen=True, slots=True)
class Unheard:
    """A clip plays, but its sound cannot; told once of each clip."""

    clip: GeneratedClip
    reason: str

    def __str__(self) -> str:
        """What to warn of."""
        params = self.clip.params
        return (
            f"A clip of {params.npc_name or 'an NPC'} ({params.expression}, {params.animation})"
            f" plays without its sound. {self.reason}"
        )


PlaybackEvent = Began | Looped | Finished | Broken | Unheard
