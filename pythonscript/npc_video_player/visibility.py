"""Whether anybody can see a player, so that those unseen cost next to nothing."""

from __future__ import annotations

from typing import Any

from godot import Rect2, wake

# To find out whether it is seen costs more than to play on for a frame.
_SECONDS_BETWEEN_LOOKS = 0.3


class Visibility:
    """Of `player`, looked at now and then.

    Attributes:
        is_seen: as it was when looked at last.
        has_texture: its picture may be anywhere, whatever becomes of the player itself.
    """

    def __init__(self, player: Any):
        self.is_seen = True
        self.has_texture = False
        self._player = player
        self._looks_in = 0.0

    def look_soon(self) -> None:
        """Something has changed that may matter."""
        self._looks_in = 0.0
        wake(self._player)

    def pass_time(self, seconds: float) -> bool:
        """Whether the player is seen, `seconds` after the last call."""
        self._looks_in -= seconds
        if self._looks_in <= 0.0:
            self._looks_in = _SECONDS_BETWEEN_LOOKS
            self.is_seen = self.has_texture or self._is_in_view()
        return self.is_seen

    def _is_in_view(self) -> bool:
        player = self._player
        if not player.is_visible_in_tree():
            return False
        area = player.get_global_transform_with_canvas() * Rect2(0.0, 0.0, *player.size)
        return bool(player.get_viewport_rect().intersects(area))
