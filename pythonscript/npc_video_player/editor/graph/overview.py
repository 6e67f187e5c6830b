"""A small map of the canvas: a rectangle for each node, and one for what is in view.

The map that the engine offers draws all nodes anew with each step of panning, which takes longer
than panning itself. Here only the frame of the view moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from godot import (
    MOUSE_BUTTON_LEFT,
    MOUSE_BUTTON_MASK_LEFT,
    Button,
    Color,
    Control,
    InputEvent,
    InputEventMouseButton,
    InputEventMouseMotion,
    Panel,
    Rect2,
    StyleBoxFlat,
    Vector2,
)

from ..look import icon, scaled

__all__ = ["GraphOverview", "Place"]

_SIZE = 132.0, 80.0
_LARGEST_SHARE = 0.1  # of the canvas
_MARGIN = 6.0
_BACK, _FRAME = Color(0.0, 0.0, 0.0, 0.35), Color(1.0, 1.0, 1.0, 0.6)

Place = tuple[float, float, float, float, Color]
"""Left, top, width and height of a node or frame on the canvas, and its colour."""


class GraphOverview:
    """The map; `root` is its control. It is hidden where it would cover too much.

    Args:
        go: called with a place of the canvas that is clicked here.

    Attributes:
        switch: the button that hides and shows it.
    """

    def __init__(self, go: Callable[[float, float], None]) -> None:
        self._go = go
        self.root = Control()
        self.root.name = "Overview"
        self.root.custom_minimum_size = Vector2(scaled(_SIZE[0]), scaled(_SIZE[1]))
        self.root.mouse_filter = Control.MOUSE_FILTER_STOP
        self.root.clip_contents = True
        self.switch = Button()
        self.switch.icon = icon("GridMinimap")
        self.switch.flat = True
        self.switch.toggle_mode = True
        self.switch.button_pressed = True
        self.switch.tooltip_text = "Shows a map of the graph, unless the canvas is too small."
        self.switch.toggled.connect(lambda _is_on: self._show())
        self._has_room = True
        self._places: tuple[Place, ...] = ()
        self._left = self._top = 0.0
        self._scale = 1.0
        self._view = Panel()
        style = StyleBoxFlat()
        style.draw_center = False
        style.set_border_width_all(max(1, scaled(1.0)))
        style.border_color = _FRAME
        self._view.add_theme_stylebox_override("panel", style)
        self._view.mouse_filter = Control.MOUSE_FILTER_IGNORE
        self.root.add_child(self._view)
        self.root.draw.connect(self._draw)
        self.root.gui_input.connect(self._feel)

    def fit_into(self, canvas: Vector2) -> None:
        """Hides the map on a canvas of a size that is too small for it."""
        own = self.root.custom_minimum_size
        self._has_room = own.x * own.y <= canvas.x * canvas.y * _LARGEST_SHARE
        self._show()

    def _show(self) -> None:
        self.root.visible = self._has_room and self.switch.button_pressed

    def show_nodes(self, places: Iterable[Place]) -> None:
        """Draws nodes and frames, all of them within the map, the first ones below the others."""
        self._places = tuple(places)
        if self._places:
            self._left = min(place[0] for place in self._places)
            self._top = min(place[1] for place in self._places)
            right = max(place[0] + place[2] for place in self._places)
            bottom = max(place[1] + place[3] for place in self._places)
            room = self.root.custom_minimum_size
            margin = 2.0 * scaled(_MARGIN)
            self._scale = min(
                (room.x - margin) / max(1.0, right - self._left),
                (room.y - margin) / max(1.0, bottom - self._top),
                0.25,
            )
        self.root.queue_redraw()

    def show_view(self, left: float, top: float, width: float, height: float) -> None:
        """Moves the frame to the part of the canvas that is in view."""
        self._view.position = Vector2(*self._at(left, top))
        self._view.size = Vector2(width * self._scale, height * self._scale)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        margin = scaled(_MARGIN)
        return margin + (x - self._left) * self._scale, margin + (y - self._top) * self._scale

    def _draw(self) -> None:
        self.root.draw_rect(Rect2(Vector2(), self.root.size), _BACK)
        for left, top, width, height, colour in self._places:
            at = Vector2(*self._at(left, top))
            size = Vector2(max(2.0, width * self._scale), max(2.0, height * self._scale))
            self.root.draw_rect(Rect2(at, size), colour)

    def _feel(self, event: InputEvent) -> None:
        if isinstance(event, InputEventMouseButton):
            leads = event.pressed and event.button_index == MOUSE_BUTTON_LEFT
        elif isinstance(event, InputEventMouseMotion):
            leads = bool(event.button_mask & MOUSE_BUTTON_MASK_LEFT)
        else:
            return
        if leads:
            margin, at = scaled(_MARGIN), event.position
            x, y = (at.x - margin) / self._scale, (at.y - margin) / self._scale
            self._go(self._left + x, self._top + y)
            self.root.accept_event()
