"""Shows a small preview in the inspector, which moves only while somebody watches.

The editor draws only when something changes, so a picture that moves for ever would keep it busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from godot import Control, Rect2, Vector2, push_warning
from npc_video import CLIP_SECONDS, Fallback, GeneratedClip, VideoParams

from ..screen.playback_events import Broken, Unheard
from ..screen.screen import Screen
from ..sharing import shared
from .look import scaled

__all__ = ["ClipPreview"]

_HEIGHT = 180
_WATCHED_SECONDS = 2.0 * CLIP_SECONDS


@dataclass(slots=True)
class _PreviewNpc:
    """The previewed NPC, with the members that `Screen` needs."""

    portrait: Any = None

    def picture_of(self, params: VideoParams) -> Any:
        return self.portrait


class ClipPreview:
    """A preview: `root` shows a face, and then the clip in its place.

    It moves for two loops after each change, and while the mouse is over it.

    Args:
        failed: called with a sentence on why a clip cannot be played.
    """

    def __init__(self, failed: Callable[[str], None]):
        self.root = Control()
        self.root.custom_minimum_size = Vector2(0, scaled(_HEIGHT))
        self.root.clip_contents = True
        self._npc = _PreviewNpc()
        self._failed = failed
        self._screen: Screen | None = None
        self._shown: Callable[[Screen], None] | None = None
        self._still_at = 0.0
        self._is_hovered = self._is_moving = False
        self.root.tree_entered.connect(self._enter)
        self.root.tree_exiting.connect(self._leave)
        self.root.resized.connect(self._place)
        self.root.mouse_entered.connect(lambda: self._hover(True))
        self.root.mouse_exited.connect(lambda: self._hover(False))

    def rest(self, params: VideoParams, portrait: Any) -> None:
        """Shows the NPC at rest."""
        self._npc.portrait = portrait
        self._show(lambda screen: screen.cover(Fallback.PLACEHOLDER, params, CLIP_SECONDS))

    def act(self, params: VideoParams) -> None:
        """Shows a feeling: on the portrait, or on the drawn face without one."""
        kind = Fallback.PROCEDURAL if self._npc.portrait is None else Fallback.PLACEHOLDER
        self._show(lambda screen: screen.cover(kind, params, CLIP_SECONDS))

    def play(self, clip: GeneratedClip) -> None:
        self._show(lambda screen: screen.open(clip, in_phase=clip.is_drawn))

    def _show(self, show: Callable[[Screen], None]) -> None:
        self._shown = show
        if self._screen is not None:
            show(self._screen)
            self._move()

    def _enter(self) -> None:
        self._screen = Screen(self.root, self._npc, shared.reels())
        self._screen.layers.stretch = "keep_aspect_centered"
        self._place()
        if self._shown is not None:
            self._show(self._shown)

    def _leave(self) -> None:
        self._stand_still()
        if self._screen is not None:
            self._screen.close()
            self._screen = None

    def _place(self) -> None:
        if self._screen is not None:
            self._screen.place(Rect2(0.0, 0.0, *self.root.size))

    def _hover(self, is_hovered: bool) -> None:
        self._is_hovered = is_hovered
        if is_hovered:
            self._move()

    def _move(self) -> None:
        self._still_at = time.perf_counter() + _WATCHED_SECONDS
        tree = self.root.get_tree()
        if not self._is_moving and tree is not None:
            self._is_moving = True
            tree.process_frame.connect(self._advance)

    def _stand_still(self) -> None:
        tree = self.root.get_tree()
        if self._is_moving and tree is not None:
            self._is_moving = False
            tree.process_frame.disconnect(self._advance)

    def _advance(self) -> None:
        if self._screen is None:
            return
        is_watched = self._is_hovered or time.perf_counter() < self._still_at
        if not is_watched or not self.root.is_visible_in_tree():
            self._screen.silence()
            self._stand_still()
            return
        for event in self._screen.advance(self.root.get_process_delta_time()):
            if isinstance(event, Broken):
                self._failed(str(event.error))
            elif isinstance(event, Unheard):
                push_warning(str(event))
