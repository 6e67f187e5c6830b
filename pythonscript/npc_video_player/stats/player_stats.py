"""What one player counts for `get_stats`: how its ladder was climbed, and how quickly."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import Any

from godot import Engine
from npc_video.timeline import Timeline

# The roles of clips that timelines name otherwise; None where what was on screen goes on.
_SHOWN: dict[str, str | None] = {"clip": "exact", "again": None}

_KEPT = 1000  # of each kind of time; a game that runs for days asks for the last ones


class PlayerStats:
    """Numbers since the player was made.

    Attributes:
        timeline: what was on screen when.
    """

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.reactions = 0
        self.fallback_counts: Counter[str] = Counter()
        self._first_reaction_frames: deque[int] = deque(maxlen=_KEPT)
        self._clip_seconds: deque[float] = deque(maxlen=_KEPT)
        self._asked_at = 0.0
        self._asked_in_frame = 0
        self._awaits_first = False

    def touched(self) -> None:
        """The NPC answers an interaction."""
        self.reactions += 1
        self.timeline.touch(time.perf_counter())

    def asked(self) -> None:
        """Something was asked for."""
        self._asked_at = time.perf_counter()
        self._asked_in_frame = Engine.get_process_frames()
        self._awaits_first = True

    def answered(self, fallback: str, *, is_made: bool = False) -> None:
        """Counts what came first: a fallback, or "exact" for the clip itself.

        Args:
            is_made: the clip itself is on its way.
        """
        self.fallback_counts[fallback] += 1
        self.timeline.making.turn("clip" if is_made else None, time.perf_counter())

    def settled(self) -> None:
        """No clip is on its way any more."""
        self.timeline.making.turn(None, time.perf_counter())

    def reacted(self, shown: str) -> None:
        """Something that answers is on screen with this frame: a role of a clip, or a fallback."""
        what = _SHOWN.get(shown, shown)
        if what is not None:
            self.timeline.screen.turn(what, time.perf_counter())
        if self._awaits_first:
            self._awaits_first = False
            frames = Engine.get_process_frames() - self._asked_in_frame
            self._first_reaction_frames.append(frames)

    def began(self) -> None:
        """The clip itself is on screen with this frame."""
        self._clip_seconds.append(time.perf_counter() - self._asked_at)

    def left(self) -> None:
        """The player is out of the scene: nothing is on screen."""
        self.timeline.screen.turn(None, time.perf_counter())

    def to_dict(self) -> dict[str, Any]:
        return {
            "reactions": self.reactions,
            "fallback_counts": dict(self.fallback_counts),
            "first_reaction_frames": list(self._first_reaction_frames),
            "clip_seconds": list(self._clip_seconds),
            "timeline": self.timeline.to_dicts(time.perf_counter()),
        }
