"""A node of the game's own that plays the NPC's reactions until clips are there.

An AnimatedSprite2D or an AnimationPlayer with animations named after expressions; it lies behind
the player, which gives the view free.
"""

from __future__ import annotations

from typing import Any

from godot import AnimatedSprite2D, AnimationPlayer, CanvasItem, Color, RenderingServer
from npc_video import VideoParams

from .layers import LayerStack

_FADE_SECONDS = 0.25
_FIRST_OPACITY = 0.5
_AT_REST = "idle"


class StandIn:
    """Plays on `target` what `params` ask for.

    Args:
        before: what it follows, if something was played already.
    """

    def __init__(self, target: Any, params: VideoParams, before: StandIn | None):
        self._target = target
        self._opacity = _FIRST_OPACITY if before is None else before._opacity
        self._rate = (1.0 - _FIRST_OPACITY) / _FADE_SECONDS
        for name in (params.expression, params.emotion, params.animation, _AT_REST):
            if has_animation(target, name):
                target.play(name)
                break

    def leave(self, seconds: float) -> None:
        """Hides it within `seconds`."""
        self._rate = -1.0 / max(seconds, 1e-3)

    def advance(self, seconds: float, layers: LayerStack) -> bool:
        """Fades on; whether it is still there."""
        self._opacity = min(1.0, max(0.0, self._opacity + self._rate * seconds))
        self._show(layers, self._opacity)
        return self._opacity > 0.0

    def close(self) -> None:
        self._fade_target(1.0)

    def _show(self, layers: LayerStack, opacity: float) -> None:
        RenderingServer.canvas_item_set_modulate(layers.item, Color(1.0, 1.0, 1.0, 1.0 - opacity))
        self._fade_target(opacity)

    def _fade_target(self, opacity: float) -> None:
        # An AnimationPlayer shows nothing itself.
        if isinstance(self._target, CanvasItem):
            colour = self._target.self_modulate
            self._target.self_modulate = Color(colour.r, colour.g, colour.b, opacity)


def has_animation(target: Any, name: str) -> bool:
    """Whether `target` can play `name`."""
    if isinstance(target, AnimatedSprite2D):
        frames = target.sprite_frames
        return frames is not None and frames.has_animation(name)
    return isinstance(target, AnimationPlayer) and target.has_animation(name)
