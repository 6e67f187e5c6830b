"""The finished picture as one plain texture, for sprites, materials and other controls.

The layers are then drawn in a viewport of their own instead of in the player, which costs the
renderer one more pass; so it is made only for players that are asked for their texture.

Its colours are multiplied by alpha, as those of every viewport with a transparent background.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from godot import (
    Control,
    Node,
    Rect2,
    RenderingServer,
    SubViewport,
    Vector2,
)

from .layers import LayerStack, new_item
from .mipmaps import Mipmaps
from .shaders import shader


class Stage:
    """Draws `layers` of `player` in a viewport of `size` pixels, and that in the player."""

    def __init__(self, player: Any, layers: LayerStack, size: Vector2):
        self._viewport = SubViewport()
        self._viewport.disable_3d = True
        self._viewport.transparent_bg = True
        self._viewport.render_target_update_mode = SubViewport.UPDATE_ALWAYS
        self._floor = Control()
        self._viewport.add_child(self._floor)
        self._layers = layers
        self._mipmaps: Mipmaps | None = None
        self.resize(size)
        player.add_child(self._viewport, False, Node.INTERNAL_MODE_BACK)
        layers.move_to(self._floor.get_canvas_item())
        self._material = RenderingServer.material_create()
        RenderingServer.material_set_shader(self._material, shader("stage").get_rid())
        RenderingServer.material_set_param(self._material, "picture", self.texture.get_rid())
        self._item = new_item(player)
        RenderingServer.canvas_item_set_material(self._item, self._material)
        # Below what else the player shows, which is there already.
        RenderingServer.canvas_item_set_draw_index(self._item, -1)

    def resize(self, size: Vector2) -> None:
        self.size = size
        self._viewport.size = (round(size.x), round(size.y))
        self.advance(has_changed=True)

    def place(self, area: Rect2) -> None:
        """Shows the picture in `area` of the player."""
        RenderingServer.canvas_item_clear(self._item)
        RenderingServer.canvas_item_add_texture_rect(self._item, area, self.texture.get_rid())

    @property
    def texture(self) -> Any:
        """The picture, as a Texture2D that follows it, with colours multiplied by alpha."""
        return self._viewport.get_texture()

    def mipmapped(self, threads: Executor) -> Any:
        """The same with mipmaps, which are made on `threads`."""
        if self._mipmaps is None:
            self._mipmaps = Mipmaps(self._viewport, threads)
        return self._mipmaps.texture

    @property
    def is_busy(self) -> bool:
        """Whether it has something to do in the next frame."""
        return self._mipmaps is not None and self._mipmaps.is_busy

    def advance(self, *, has_changed: bool) -> None:
        """Keeps mipmaps to the picture; called in each frame, and when the picture has changed."""
        if self._mipmaps is not None:
            self._mipmaps.advance(has_changed=has_changed)

    def close(self, player: Any) -> None:
        """Puts the layers back into `player`."""
        self._layers.move_to(player.get_canvas_item())
        for rid in (self._item, self._material):
            RenderingServer.free_rid(rid)
        if self._mipmaps is not None:
            self._mipmaps.close()
        self._viewport.queue_free()
