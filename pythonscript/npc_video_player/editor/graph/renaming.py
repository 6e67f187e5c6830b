"""Renames nodes and frames where their titles are."""

from __future__ import annotations

from collections.abc import Callable

from godot import (
    MOUSE_BUTTON_LEFT,
    GraphFrame,
    GraphNode,
    InputEvent,
    InputEventMouseButton,
    LineEdit,
    PopupPanel,
    Rect2,
    Rect2i,
    Vector2,
)
from npc_video.graph.document.operations import SetFrameField, SetLabel

from ..look import scaled
from .canvas import GraphCanvas

__all__ = ["TitleEditor"]

_WIDTH, _HEIGHT = 160.0, 32.0


class TitleEditor:
    """A line over the title of a node or frame; `root` has to be in the tree.

    Enter takes the new title, Escape the old one. A double click on a title opens it.
    """

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        self._done: Callable[[str], None] = lambda _words: None
        self._line = LineEdit()
        self._line.text_submitted.connect(self._submit)
        self.root = PopupPanel()
        self.root.add_child(self._line)
        canvas.root.gui_input.connect(self._feel)

    def open_selected(self) -> None:
        """Opens the title of what is selected: a frame, or else a node."""
        frames, nodes = self._canvas.frames.selection, self._canvas.selection
        if frames:
            self._open_frame(frames[0])
        elif nodes:
            self._open_node(nodes[0])

    def _open_node(self, key: str) -> None:
        session = self._canvas.session
        label = session.document.nodes[key].label
        element = self._canvas.element(key)
        self._open(element, label, lambda words: session.edit("Label", SetLabel(key, words)))

    def _open_frame(self, key: str) -> None:
        session = self._canvas.session
        title = session.document.frames[key].title
        self._open(
            self._canvas.frames.elements()[key],
            title,
            lambda words: session.edit("Rename frame", SetFrameField(key, "title", words)),
        )

    def _open(
        self, element: GraphNode | GraphFrame, words: str, done: Callable[[str], None]
    ) -> None:
        self._done = done
        self._line.text = words
        at = element.get_screen_position()
        width = max(scaled(_WIDTH), int(element.size.x * self._canvas.root.zoom))
        self.root.popup(Rect2i(int(at.x), int(at.y), width, scaled(_HEIGHT)))
        self._line.grab_focus()
        self._line.select_all()

    def _submit(self, words: str) -> None:
        self.root.hide()
        self._done(words.strip())

    def _feel(self, event: InputEvent) -> None:
        if (
            isinstance(event, InputEventMouseButton)
            and event.double_click
            and event.button_index == MOUSE_BUTTON_LEFT
        ):
            key = self._canvas.node_at(event.position)
            if key and self._has_title(self._canvas.element(key), event.position):
                self._open_node(key)
            elif not key:
                self._open_frame_at(event.position)

    def _open_frame_at(self, at: Vector2) -> None:
        for key, element in self._canvas.frames.elements().items():
            if self._has_title(element, at):
                self._open_frame(key)
                return

    def _has_title(self, element: GraphNode | GraphFrame, at: Vector2) -> bool:
        """Whether the title of an element is at a place of the canvas."""
        zoom = self._canvas.root.zoom
        bar = element.get_titlebar_hbox()
        height = bar.position.y + bar.size.y
        return Rect2(element.position, Vector2(element.size.x, height) * zoom).has_point(at)
