"""What one player counts for `get_stats`: how its ladder was climbed, and how quickly."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from godot import Engine


class Tally:
    """Numbers since the player was made."""

    def __init__(self) -> None:
        self.reactions = 0
        self.rungs: Counter[str] = Counter()
        self._first_reaction_frames: list[int] = []
        self._clip_seconds: list[float] = []
        self._asked_at = 0.0
        self._asked_in_frame = 0
        self._awaits_first = False

    def asked(self) -> None:
        """Something was asked for."""
        self._asked_at = time.monotonic()
        self._asked_in_frame = Engine.get_process_frames()
        self._awaits_first = True

    def reacted(self) -> None:
        """Something that answers is on screen with this frame."""
        if self._awaits_first:
            self._awaits_first = False
            frames = Engine.get_process_frames() - self._asked_in_frame
            self._first_reaction_frames.append(frames)

    def began(self) -> None:
        """The clip itself is on screen with this frame."""
        self._clip_seconds.append(time.monotonic() - self._asked_at)

    def told(self) -> dict[str, Any]:
        return {
            "reactions": self.reactions,
            "rungs": dict(self.rungs),
            "first_reaction_frames": list(self._first_reaction_frames),
            "clip_seconds": list(self._clip_seconds),
        }
