"""The finished picture as one plain texture, for sprites, materials and other controls.

The layers are then drawn in a viewport of their own instead of in the player, which costs the
renderer one more pass; so it is made only for players that are asked for their texture.
"""

from __future__ import annotations

from typing import Any

from godot import Control, Node, SubViewport, Vector2

from .layers import LayerStack


class Stage:
    """Draws `layers` in a viewport of `size` pixels."""

    def __init__(self, player: Any, layers: LayerStack, size: Vector2):
        self._viewport = SubViewport()
        self._viewport.disable_3d = True
        self._viewport.transparent_bg = True
        self._viewport.render_target_update_mode = SubViewport.UPDATE_ALWAYS
        self._floor = Control()
        self._viewport.add_child(self._floor)
        self._layers = layers
        self.resize(size)
        player.add_child(self._viewport, False, Node.INTERNAL_MODE_BACK)
        layers.move_to(self._floor.get_canvas_item())

    def resize(self, size: Vector2) -> None:
        self.size = size
        self._viewport.size = (round(size.x), round(size.y))

    @property
    def texture(self) -> Any:
        """The picture, as a Texture2D that follows it."""
        return self._viewport.get_texture()

    def close(self, player: Any) -> None:
        """Puts the layers back into `player`."""
        self._layers.move_to(player.get_canvas_item())
        self._viewport.queue_free()
