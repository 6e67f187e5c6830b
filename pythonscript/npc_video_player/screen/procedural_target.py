"""Plays the NPC's reactions with a node of the game until clips are ready.

The node is an AnimatedSprite2D or an AnimationPlayer with animations named after expressions. While
a sprite plays, the player hides its layers; otherwise the sprite is hidden.
"""

from __future__ import annotations

from typing import Any

from godot import (
    AnimatedSprite2D,
    AnimationPlayer,
    CanvasItem,
    Color,
    Engine,
    Node,
    RenderingServer,
    is_instance_valid,
)
from npc_video import VideoParams

from ..canvas.layers import LayerStack

__all__ = ["TARGETS", "ProceduralTarget"]

TARGETS = (AnimatedSprite2D, AnimationPlayer)
_FADE_SECONDS = 0.25
_FIRST_OPACITY = 0.5
_AT_REST = "idle"


class ProceduralTarget:
    """Replaces the `layers` of `player`, once it has a node.

    Attributes:
        target: the node, or None.
    """

    def __init__(self, player: Node, layers: LayerStack):
        self.target: Any = None
        self._player = player
        self._layers = layers
        self._opacity = self._rate = 0.0

    @property
    def is_shown(self) -> bool:
        """Tells whether any of it is on screen."""
        return self._opacity > 0.0

    def take(self, node: Any) -> None:
        """Uses `node` from now on, if its class fits; None ends it."""
        target = node if isinstance(node, TARGETS) and not Engine.is_editor_hint() else None
        if target is self.target:
            return
        self.close()
        self.target = target
        self._show()

    def play(self, params: VideoParams) -> None:
        """Fades the target in at once, with the animation for `params`."""
        self._opacity = max(self._opacity, _FIRST_OPACITY)
        self._rate = (1.0 - _FIRST_OPACITY) / _FADE_SECONDS
        self._show()
        for name in (params.expression, params.emotion, params.animation, _AT_REST):
            if _has_animation(self.target, name):
                self.target.play(name)
                break

    def leave(self, seconds: float) -> None:
        """Hides it within `seconds`."""
        self._rate = -1.0 / max(seconds, 1e-3)

    def advance(self, seconds: float) -> None:
        """Fades on."""
        if not self.is_shown:
            return
        if is_instance_valid(self.target):
            self._opacity = min(1.0, max(0.0, self._opacity + self._rate * seconds))
            self._show()
        else:
            self.close()

    def close(self) -> None:
        """Gives the target back to the game unchanged."""
        self._opacity = 1.0
        self._fade_target()
        self.target, self._opacity = None, 0.0
        self._show()

    def _show(self) -> None:
        shown = Color(1.0, 1.0, 1.0, 1.0 - self._opacity)
        RenderingServer.canvas_item_set_modulate(self._layers.item, shown)
        self._fade_target()

    def _fade_target(self) -> None:
        """Fades it in the renderer, because its own colours are the game's and may be saved."""
        target, part = self.target, self._opacity
        # An AnimationPlayer shows nothing itself.
        if not isinstance(target, CanvasItem) or not is_instance_valid(target):
            return
        item = target.get_canvas_item()
        if target.is_ancestor_of(self._player):
            own = target.self_modulate
            faded = Color(own.r, own.g, own.b, own.a * part)
            RenderingServer.canvas_item_set_self_modulate(item, faded)
            return
        target.visible = part > 0.0
        own = target.modulate
        RenderingServer.canvas_item_set_modulate(item, Color(own.r, own.g, own.b, own.a * part))


def _has_animation(target: Any, name: str) -> bool:
    if isinstance(target, AnimatedSprite2D):
        frames = target.sprite_frames
        return frames is not None and frames.has_animation(name)
    return bool(target.has_animation(name))
