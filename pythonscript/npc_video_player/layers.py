"""What a player shows, as a stack of layers, each a canvas item of the rendering server.

A new layer fades in over those below. When it is opaque they are hidden anyway, and go. So nothing
ever jumps, however quickly one follows another, and there is no blank between two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from godot import RID, Color, Rect2, RenderingServer


class Layer(Protocol):
    """Something that draws itself on a canvas item of its own."""

    item: RID

    def place(self, area: Rect2) -> None:
        """Draws it anew, filling `area` of the player, in pixels."""

    def close(self) -> None:
        """Gives back what it holds of the rendering server."""


class _Fading:
    __slots__ = ("layer", "opacity", "rate")

    def __init__(self, layer: Layer, opacity: float, rate: float):
        self.layer, self.opacity, self.rate = layer, opacity, rate


class LayerStack:
    """The layers of one player, the lowest first."""

    def __init__(self) -> None:
        self._stack: list[_Fading] = []
        self._area = Rect2()

    @property
    def top(self) -> Layer | None:
        return self._stack[-1].layer if self._stack else None

    def __iter__(self) -> Iterator[Layer]:
        return (fading.layer for fading in self._stack)

    def push(self, layer: Layer, seconds: float, *, from_opacity: float = 0.0) -> None:
        """Begins to fade `layer` in; it is opaque after `seconds`."""
        is_first = not self._stack
        opacity = 1.0 if is_first or seconds <= 0.0 else from_opacity
        rate = (1.0 - opacity) / seconds if seconds > 0.0 else 0.0
        self._stack.append(_Fading(layer, opacity, rate))
        for order, fading in enumerate(self._stack):
            RenderingServer.canvas_item_set_draw_index(fading.layer.item, order)
        layer.place(self._area)
        self._show(self._stack[-1])
        self._drop_hidden()

    def advance(self, seconds: float) -> None:
        """Lets time pass for what is fading in."""
        for fading in self._stack:
            if fading.opacity < 1.0:
                fading.opacity = min(1.0, fading.opacity + fading.rate * seconds)
                self._show(fading)
        self._drop_hidden()

    def place(self, area: Rect2) -> None:
        """The player has another size: draws every layer anew."""
        self._area = area
        for fading in self._stack:
            fading.layer.place(area)

    def close(self) -> None:
        while self._stack:
            self._stack.pop().layer.close()

    def _show(self, fading: _Fading) -> None:
        RenderingServer.canvas_item_set_modulate(
            fading.layer.item, Color(1.0, 1.0, 1.0, fading.opacity)
        )

    def _drop_hidden(self) -> None:
        opaque = [index for index, fading in enumerate(self._stack) if fading.opacity >= 1.0]
        for fading in self._stack[: max(opaque, default=0)]:
            fading.layer.close()
        del self._stack[: max(opaque, default=0)]


def new_item(player: Any) -> RID:
    """A canvas item that is drawn with `player`, above what it draws itself."""
    item = RenderingServer.canvas_item_create()
    RenderingServer.canvas_item_set_parent(item, player.get_canvas_item())
    return item
