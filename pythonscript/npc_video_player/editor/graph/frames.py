"""The frames on the canvas, each around its nodes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from godot import Color, GraphEdit, GraphFrame
from npc_video.graph.document.document import Frame

__all__ = ["FRAME_COLOUR", "GraphFrames"]

FRAME_COLOUR = Color(0.5, 0.55, 0.65, 0.25)


class GraphFrames:
    """Shows each frame that has nodes; a node in several frames is shown in the first.

    Args:
        canvas: where they are shown.
    """

    def __init__(self, canvas: GraphEdit) -> None:
        self._canvas = canvas
        self._elements: dict[str, GraphFrame] = {}
        self._numbers = itertools.count(1)

    def show(self, frames: Mapping[str, Frame], nodes: Mapping[str, str]) -> None:
        """Changes what differs from the document.

        Args:
            nodes: the names of the elements of all nodes.
        """
        held: dict[str, str] = {}
        for key, frame in frames.items():
            for node in frame.nodes:
                if node in nodes:
                    held.setdefault(nodes[node], key)
        shown = set(held.values())
        for key in self._elements.keys() - shown:
            self._remove(key)
        for key in frames:
            if key in shown:
                self._element(key).title = frames[key].title
        for key, element in self._elements.items():
            for name in map(str, self._canvas.get_attached_nodes_of_frame(str(element.name))):
                if held.get(name) == key:
                    del held[name]
                else:
                    self._canvas.detach_graph_element_from_frame(name)
        for name, key in held.items():
            self._canvas.attach_graph_element_to_frame(name, str(self._elements[key].name))

    @property
    def selection(self) -> tuple[str, ...]:
        """The keys of the frames that are selected."""
        return tuple(key for key, element in self._elements.items() if element.selected)

    def key_of(self, element: str) -> str:
        """The key of a frame by the name of its element; "" if it is none."""
        return next((key for key, each in self._elements.items() if str(each.name) == element), "")

    def elements(self) -> Mapping[str, GraphFrame]:
        """The elements by the keys of the frames."""
        return self._elements

    def _element(self, key: str) -> GraphFrame:
        if key not in self._elements:
            element = self._elements[key] = GraphFrame()
            element.name = f"f{next(self._numbers)}"
            element.tint_color_enabled = True
            element.tint_color = FRAME_COLOUR
            self._canvas.add_child(element)
        return self._elements[key]

    def _remove(self, key: str) -> None:
        element = self._elements.pop(key)
        for name in self._canvas.get_attached_nodes_of_frame(str(element.name)):
            self._canvas.detach_graph_element_from_frame(str(name))
        self._canvas.remove_child(element)
        element.queue_free()
