"""Provides the finished picture as one texture, for sprites, materials and other controls.

The layers are then drawn in a viewport of their own instead of in the player, which costs the
renderer one more pass. So it is made only for players whose texture is used.

The viewport is in no scene, because a texture of a sprite or a mesh must outlive its player's
coming and going: that of a freed viewport shows arbitrary content. While the player is in a scene,
it draws into the viewport; otherwise a still stays there. `keep` holds the viewport for users of
its texture that outlive the player.

Its colours are multiplied by alpha, as those of every viewport with a transparent background.
"""

from __future__ import annotations

import weakref
from concurrent.futures import Executor
from typing import Any

from godot import (
    RID,
    Control,
    ImageTexture,
    Rect2,
    RenderingServer,
    SubViewport,
    Vector2,
    Vector2i,
    ViewportTexture,
    at_exit,
    run_on_main_thread,
)

from ..canvas.layers import Layer, LayerStack, new_item
from ..canvas.mipmaps import Mipmaps
from ..canvas.shaders import shader

# References to the texture: the viewport's own, and that of the Python object that asks.
_OWN_COUNTS = 2


class TextureViewport:
    """A viewport of `size` pixels, in which layers or a still are drawn.

    Attributes:
        is_drawn: it is drawn anew in each frame.
    """

    def __init__(self, size: Vector2):
        self._viewport = SubViewport()
        self._viewport.name = "TextureOfNpcVideoPlayer"  # for lists of nodes outside of scenes
        self._viewport.disable_3d = True
        self._viewport.transparent_bg = True
        self._rid = self._viewport.get_viewport_rid()
        self._canvas = RenderingServer.canvas_create()
        self._floor = RenderingServer.canvas_item_create()
        RenderingServer.canvas_item_set_parent(self._floor, self._canvas)
        RenderingServer.viewport_attach_canvas(self._rid, self._canvas)
        RenderingServer.viewport_set_active(self._rid, True)
        self._still: Layer | None = None
        self._layers: LayerStack | None = None
        self._item: Any = None
        self._material: Any = None
        self._mipmaps: Mipmaps | None = None
        self._known: weakref.ref[Any] | None = None
        self.is_drawn = True
        self.resize(size)

    def resize(self, size: Vector2) -> None:
        self.size = size
        self._viewport.size = Vector2i(round(size.x), round(size.y))
        self.advance(has_changed=True)

    def enter(self, player: Control, layers: LayerStack) -> None:
        """Draws `layers` of a player that is in a scene, and the picture in the player."""
        self._drop_still()
        self._layers = layers
        self.is_drawn = True
        layers.move_to(self._floor)
        self._draw_before(player, RenderingServer.VIEWPORT_UPDATE_ALWAYS)
        self._material = RenderingServer.material_create()
        RenderingServer.material_set_shader(self._material, shader("texture_viewport").get_rid())
        RenderingServer.material_set_param(self._material, "picture", self.texture.get_rid())
        self._item = new_item(player)
        RenderingServer.canvas_item_set_material(self._item, self._material)
        # Below the player's other layers, which exist already.
        RenderingServer.canvas_item_set_draw_index(self._item, -1)

    def leave(self, player: Control) -> None:
        """Returns the layers to the player, which leaves its scene."""
        if self._layers is not None:
            self._layers.move_to(player.get_canvas_item())
            for rid in (self._item, self._material):
                RenderingServer.free_rid(rid)
            self._layers = None

    def stand(self, player: Control, still: Layer) -> None:
        """Draws `still` once and closes it, for a player that is in no scene."""
        self._drop_still()
        self._still = still
        RenderingServer.canvas_item_set_parent(still.item, self._floor)
        still.place(Rect2(0.0, 0.0, *self.size))
        self._draw_before(player, RenderingServer.VIEWPORT_UPDATE_ONCE)
        self.advance(has_changed=True)
        self._finish_mipmaps()

    def place(self, area: Rect2) -> None:
        """Shows the picture in `area` of the player."""
        RenderingServer.canvas_item_clear(self._item)
        RenderingServer.canvas_item_add_texture_rect(self._item, area, self.texture.get_rid())

    @property
    def texture(self) -> ViewportTexture:
        """Returns the picture, as a Texture2D that follows it, with colours multiplied by alpha."""
        texture = self._viewport.get_texture()
        self._known = weakref.ref(texture)
        return texture

    @property
    def is_held(self) -> bool:
        """Tells whether anybody else holds the texture."""
        if self._known is not None and self._known() is not None:
            return True
        return self.texture.get_reference_count() > _OWN_COUNTS

    @property
    def has_mipmaps(self) -> bool:
        """Tells whether anybody uses the texture with mipmaps."""
        return self._mipmaps is not None

    def mipmapped(self, threads: Executor) -> ImageTexture:
        """Returns the same with mipmaps, which are made on `threads`."""
        if self._mipmaps is None:
            self._mipmaps = Mipmaps(self._viewport, threads)
        return self._mipmaps.texture

    @property
    def is_busy(self) -> bool:
        """Tells whether it has something to do in the next frame."""
        return self._mipmaps is not None and self._mipmaps.is_busy

    def rest(self, *, is_seen: bool) -> None:
        """Draws the layers as long as anybody sees them."""
        if is_seen != self.is_drawn:
            self.is_drawn = is_seen
            modes = RenderingServer.VIEWPORT_UPDATE_DISABLED, RenderingServer.VIEWPORT_UPDATE_ALWAYS
            RenderingServer.viewport_set_update_mode(self._rid, modes[is_seen])

    def advance(self, *, has_changed: bool) -> None:
        """Updates mipmaps; called in each frame, and when the picture has changed."""
        if self._mipmaps is not None:
            self._mipmaps.advance(has_changed=has_changed)

    def close(self) -> None:
        """Destroys the picture; users of its texture show nothing then."""
        self._drop_still()
        if self._mipmaps is not None:
            self._mipmaps.close()
        for rid in (self._floor, self._canvas):
            RenderingServer.free_rid(rid)
        self._viewport.free()

    def _draw_before(self, player: Control, mode: int) -> None:
        """Makes the renderer draw it before the player's viewport, in the same frame."""
        shown_in = player.get_viewport() if player.is_inside_tree() else None
        parent = RID() if shown_in is None else shown_in.get_viewport_rid()
        RenderingServer.viewport_set_parent_viewport(self._rid, parent)
        RenderingServer.viewport_set_update_mode(self._rid, mode)

    def _finish_mipmaps(self) -> None:
        """Finishes mipmaps in the next frames without a player, while there is something to do."""
        if self._still is not None and self.is_busy:
            self.advance(has_changed=False)
            run_on_main_thread(self._finish_mipmaps)

    def _drop_still(self) -> None:
        if self._still is not None:
            self._still.close()
            self._still = None


_kept: list[TextureViewport] = []


def keep(viewport: TextureViewport) -> None:
    """Keeps the viewport of a freed player while anybody holds its texture."""
    if not _kept:
        run_on_main_thread(_close_forgotten)
    _kept.append(viewport)


def _close_forgotten() -> None:
    """Closes viewports whose texture nobody holds any more; checks again in the next frame."""
    for viewport in [viewport for viewport in _kept if not (viewport.is_held or viewport.is_busy)]:
        _kept.remove(viewport)
        viewport.close()
    if _kept:
        run_on_main_thread(_close_forgotten)


@at_exit
def _close_all() -> None:
    while _kept:
        _kept.pop().close()
