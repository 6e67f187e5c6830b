"""Stacks a player's layers, each a canvas item of the rendering server.

A new layer fades in over those below. When it is opaque they are hidden, and close. So nothing ever
jumps, however quickly layers follow each other, and nothing is blank between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from godot import (
    RID,
    CanvasItem,
    Color,
    Rect2,
    RenderingServer,
    Vector2,
)

from .stretch import placed


class Layer(Protocol):
    """Draws itself on a canvas item of its own."""

    item: RID

    def place(self, area: Rect2) -> None:
        """Draws it anew, filling `area` of the player, in pixels."""

    def advance(self, seconds: float) -> None:
        """Lets time pass."""

    def close(self) -> None:
        """Frees its resources of the rendering server."""


class _Fading:
    __slots__ = ("begun", "is_translucent", "layer", "opacity", "passed", "seconds", "size")

    def __init__(
        self, layer: Layer, begun: float, seconds: float, size: Vector2 | None, is_translucent: bool
    ):
        self.layer, self.begun, self.seconds = layer, begun, seconds
        self.size, self.is_translucent = size, is_translucent
        self.passed = 0.0
        self.opacity = begun


class LayerStack:
    """The layers of one player, the lowest first.

    Args:
        owner: the node on which they are drawn.

    Attributes:
        item: the canvas item that holds those of the layers.
        curve: the course of a fade, a word of `NpcVideoPlayer.CrossfadeCurve`.
        stretch: a word of `NpcVideoPlayer.StretchMode`.
        picture_size: the default size of layers' pictures.
    """

    def __init__(self, owner: CanvasItem) -> None:
        self.item = new_item(owner)
        self.curve = "smooth"
        self.stretch = "keep_aspect_covered"
        self.picture_size = Vector2(1.0, 1.0)
        self._stack: list[_Fading] = []
        self._area = Rect2()

    @property
    def top(self) -> Layer | None:
        return self._stack[-1].layer if self._stack else None

    def __iter__(self) -> Iterator[Layer]:
        return (fading.layer for fading in self._stack)

    def __len__(self) -> int:
        return len(self._stack)

    def move_to(self, parent: RID) -> None:
        """Moves the layers into another canvas item."""
        RenderingServer.canvas_item_set_parent(self.item, parent)

    def push(
        self,
        layer: Layer,
        seconds: float,
        *,
        from_opacity: float = 0.0,
        size: Vector2 | None = None,
        is_translucent: bool = False,
    ) -> None:
        """Begins to fade `layer` in; it is opaque after `seconds`.

        Args:
            size: of its picture, if it differs from `picture_size`.
            is_translucent: the picture lets through what is below it.
        """
        begun = 1.0 if not self._stack or seconds <= 0.0 else from_opacity
        self._stack.append(_Fading(layer, begun, seconds, size, is_translucent))
        RenderingServer.canvas_item_set_parent(layer.item, self.item)
        for order, fading in enumerate(self._stack):
            RenderingServer.canvas_item_set_draw_index(fading.layer.item, order)
        self._place(self._stack[-1])
        self._show_all()

    def advance(self, seconds: float, speed: float) -> None:
        """Lets time pass for the layers, `speed` times as fast, and for fades."""
        for layer in self:
            layer.advance(seconds * speed)
        if len(self._stack) > 1:
            for fading in self._stack:
                self._fade(fading, seconds)
            self._show_all()

    def opacity(self, layer: Layer) -> float:
        """Returns the opacity of `layer`, 0 to 1; 0 for one that is not in the stack."""
        return next((fading.opacity for fading in self._stack if fading.layer is layer), 0.0)

    def loudness(self, layer: Layer) -> float:
        """Returns the loudness of `layer`, 0 to 1, while it and those above it fade in."""
        heard = 0.0
        for fading in self._stack:
            heard = fading.opacity if fading.layer is layer else heard * (1.0 - fading.opacity)
        return heard

    def place(self, area: Rect2) -> None:
        """Draws every layer anew, for another size or stretch mode of the player."""
        self._area = area
        RenderingServer.canvas_item_set_custom_rect(self.item, True, area)
        RenderingServer.canvas_item_set_clip(self.item, self.stretch.startswith("keep"))
        for fading in self._stack:
            self._place(fading)

    def close(self) -> None:
        while self._stack:
            self._stack.pop().layer.close()
        RenderingServer.free_rid(self.item)

    def _place(self, fading: _Fading) -> None:
        size = fading.size or self.picture_size
        fading.layer.place(placed(self.stretch, self._area, size))

    def _fade(self, fading: _Fading, seconds: float) -> None:
        if fading.opacity < 1.0:
            fading.passed += seconds
            part = min(1.0, fading.passed / fading.seconds)
            # Both curves have the same ends; the smooth one is GLSL's smoothstep.
            eased = part if self.curve == "linear" else part * part * (3.0 - 2.0 * part)
            fading.opacity = fading.begun + (1.0 - fading.begun) * eased

    def _show_all(self) -> None:
        self._drop_hidden()
        below = 1.0
        for fading in reversed(self._stack):
            opacity = fading.opacity * below
            if fading.is_translucent:
                # The layer below closes when this one is complete. If both were half transparent, a
                # quarter of the background would shine through.
                opacity = min(1.0, 2.0 * fading.opacity) * below
                below *= min(1.0, 2.0 - 2.0 * fading.opacity)
            shown = Color(1.0, 1.0, 1.0, opacity)
            RenderingServer.canvas_item_set_modulate(fading.layer.item, shown)

    def _drop_hidden(self) -> None:
        opaque = [index for index, fading in enumerate(self._stack) if fading.opacity >= 1.0]
        for fading in self._stack[: max(opaque, default=0)]:
            fading.layer.close()
        del self._stack[: max(opaque, default=0)]


def new_item(player: CanvasItem) -> RID:
    """Makes a canvas item that is drawn with `player`, above the player's own drawing."""
    item = RenderingServer.canvas_item_create()
    RenderingServer.canvas_item_set_parent(item, player.get_canvas_item())
    return item
