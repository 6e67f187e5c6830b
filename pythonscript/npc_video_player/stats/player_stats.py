"""Counts one player's events for `get_stats`: fallbacks, clips and their delays."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import Any

from godot import Engine
from npc_video.timeline import Timeline

# The roles of clips that timelines name differently; None if the entry on screen goes on.
_SHOWN: dict[str, str | None] = {"clip": "exact", "again": None}

_KEPT = 1000  # of each kind of time, the latest, because a game may run for days


class PlayerStats:
    """Statistics since the player was made.

    Attributes:
        timeline: the history of the screen.
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
        """Counts an interaction that the NPC answers."""
        self.reactions += 1
        self.timeline.touch(time.perf_counter())

    def asked(self) -> None:
        """Counts a request."""
        self._asked_at = time.perf_counter()
        self._asked_in_frame = Engine.get_process_frames()
        self._awaits_first = True

    def answered(self, fallback: str, *, is_made: bool = False) -> None:
        """Counts the first answer: a fallback, or "exact" for the clip itself.

        Args:
            is_made: the clip itself is being made.
        """
        self.fallback_counts[fallback] += 1
        self.timeline.making.turn("clip" if is_made else None, time.perf_counter())

    def settled(self) -> None:
        """Records that no clip is awaited any more."""
        self.timeline.making.turn(None, time.perf_counter())

    def reacted(self, shown: str) -> None:
        """Records the first answer on screen: a role of a clip, or a fallback."""
        what = _SHOWN.get(shown, shown)
        if what is not None:
            self.timeline.screen.turn(what, time.perf_counter())
        if self._awaits_first:
            self._awaits_first = False
            frames = Engine.get_process_frames() - self._asked_in_frame
            self._first_reaction_frames.append(frames)

    def began(self) -> None:
        """Records that the clip itself is on screen with this frame."""
        self._clip_seconds.append(time.perf_counter() - self._asked_at)

    def left(self) -> None:
        """Records that the player left the scene, so nothing is on screen."""
        self.timeline.screen.turn(None, time.perf_counter())

    def to_dict(self) -> dict[str, Any]:
        return {
            "reactions": self.reactions,
            "fallback_counts": dict(self.fallback_counts),
            "first_reaction_frames": list(self._first_reaction_frames),
            "clip_seconds": list(self._clip_seconds),
            "timeline": self.timeline.to_dicts(time.perf_counter()),
        }
