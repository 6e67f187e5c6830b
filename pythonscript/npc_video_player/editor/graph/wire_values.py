"""Shows the values of a turn on the wires: a pulse, and bubbles at wires that one looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from godot import (
    HORIZONTAL_ALIGNMENT_LEFT,
    Control,
    GraphEdit,
    GraphNode,
    InputEvent,
    InputEventMouseMotion,
    Rect2,
    Timer,
    Vector2,
)
from npc_video.graph.tracing import in_few_letters

from ..look import scaled

__all__ = ["Link", "WireValues", "link_of"]

_REACH = 10.0  # of the mouse
_PULSE_STEPS = 10
_STEP_SECONDS = 0.08

Link = tuple[str, int, str, int]
"""A wire as the engine names it: element, port, element, port."""


def link_of(connection: Mapping[str, Any]) -> Link | None:
    """The wire that the engine describes; None if it describes none."""
    if not connection:
        return None
    return (
        str(connection["from_node"]),
        int(connection["from_port"]),
        str(connection["to_node"]),
        int(connection["to_port"]),
    )


class WireValues:
    """Draws on `root`, which lies over the canvas: at the wires of selected nodes, and at the one
    under the mouse.
    """

    def __init__(self, canvas: GraphEdit):
        self._canvas = canvas
        self._values: Mapping[Link, object] = {}
        self._chosen: set[str] = set()
        self._hovered: Link | None = None
        self._steps = 0
        self.root = Control()
        self.root.name = "WireValues"
        self.root.mouse_filter = Control.MOUSE_FILTER_IGNORE
        self.root.z_index = 1  # over the nodes
        canvas.add_child(self.root)
        self.root.set_anchors_and_offsets_preset(Control.PRESET_FULL_RECT)
        self._timer = Timer()
        self._timer.wait_time = _STEP_SECONDS
        self._timer.timeout.connect(self._fade)
        self.root.add_child(self._timer)
        canvas.draw.connect(self.root.queue_redraw)  # it moved, or its nodes did
        canvas.node_selected.connect(self._choose)
        canvas.node_deselected.connect(self._leave)
        canvas.gui_input.connect(self._feel)
        self.root.draw.connect(self._draw)

    def show(self, values: Mapping[Link, object]) -> None:
        """Shows the values of wires, in place of those before."""
        self._values = values
        self.root.queue_redraw()

    def pulse(self) -> None:
        """Lights the wires that carry a value, for a moment."""
        self._steps = _PULSE_STEPS
        self._light()
        if self._timer.is_inside_tree():
            self._timer.start()

    def _fade(self) -> None:
        self._steps -= 1
        self._light()
        if self._steps <= 0:
            self._timer.stop()

    def _light(self) -> None:
        for link in self._values:
            self._canvas.set_connection_activity(*link, self._steps / _PULSE_STEPS)

    def _choose(self, node: GraphNode) -> None:
        self._chosen.add(str(node.name))
        self.root.queue_redraw()

    def _leave(self, node: GraphNode) -> None:
        self._chosen.discard(str(node.name))
        self.root.queue_redraw()

    def _feel(self, event: InputEvent) -> None:
        if self._values and isinstance(event, InputEventMouseMotion):
            canvas = self._canvas
            found = link_of(canvas.get_closest_connection_at_point(event.position, scaled(_REACH)))
            if found != self._hovered:
                self._hovered = found
                self.root.queue_redraw()

    def _draw(self) -> None:
        for link, value in self._values.items():
            if link == self._hovered or link[0] in self._chosen or link[2] in self._chosen:
                self._draw_bubble(self._middle(link), in_few_letters(value))

    def _middle(self, link: Link) -> Vector2:
        """The middle of a wire: its curve is the same from both ends."""
        source, output, target, input_ = link
        canvas = self._canvas
        one, other = canvas.get_node(source), canvas.get_node(target)
        assert isinstance(one, GraphNode)
        assert isinstance(other, GraphNode)
        start = one.position + one.get_output_port_position(output) * canvas.zoom
        end = other.position + other.get_input_port_position(input_) * canvas.zoom
        return (start + end) / 2.0

    def _draw_bubble(self, middle: Vector2, words: str) -> None:
        root = self.root
        font, size = root.get_theme_default_font(), root.get_theme_default_font_size()
        room = font.get_string_size(words, HORIZONTAL_ALIGNMENT_LEFT, -1.0, size)
        box = Rect2(middle - room / 2.0, room).grow_individual(scaled(6), scaled(2), scaled(6), 0.0)
        root.draw_style_box(root.get_theme_stylebox("panel", "TooltipPanel"), box)
        at = middle + Vector2(-room.x / 2.0, font.get_ascent(size) - room.y / 2.0)
        colour = root.get_theme_color("font_color", "TooltipLabel")
        root.draw_string(font, at, words, HORIZONTAL_ALIGNMENT_LEFT, -1.0, size, colour)
