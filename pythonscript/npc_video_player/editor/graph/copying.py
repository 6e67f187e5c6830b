"""Copies, cuts, pastes and duplicates nodes, also from one graph into another."""

from __future__ import annotations

from collections.abc import Iterable

from godot import DisplayServer
from npc_video.errors import InvalidDataError
from npc_video.graph.document.clipboard import copy, paste
from npc_video.graph.document.document import Point
from npc_video.graph.document.operations import RemoveNodes

from .canvas import GraphCanvas
from .session import tell_fault

__all__ = ["NodeCopier"]

_STEP = 24.0


class NodeCopier:
    """Answers the keys for copying on the canvas."""

    def __init__(self, canvas: GraphCanvas) -> None:
        self._canvas = canvas
        canvas.root.copy_nodes_request.connect(self._copy)
        canvas.root.cut_nodes_request.connect(self._cut)
        canvas.root.paste_nodes_request.connect(self._paste_copied)
        canvas.root.duplicate_nodes_request.connect(self._duplicate)

    def _copy(self) -> None:
        if self._canvas.selection:
            DisplayServer.clipboard_set(self._text())

    def _cut(self) -> None:
        if chosen := self._canvas.selection:
            DisplayServer.clipboard_set(self._text())
            self._canvas.session.edit("Cut", RemoveNodes(chosen))

    def _paste_copied(self) -> None:
        self._paste("Paste", DisplayServer.clipboard_get())

    def _duplicate(self) -> None:
        if self._canvas.selection:
            self._paste("Duplicate", self._text())

    def _text(self) -> str:
        return copy(self._canvas.session.document, self._canvas.selection)

    def _paste(self, title: str, text: str) -> None:
        session = self._canvas.session
        try:
            fragment = paste(session.document, text)
            places = [place for node in fragment.nodes if (place := _place(node.get("position")))]
            offset = _free(places, session.places().values())
            fragment = paste(session.document, text, offset)
        except InvalidDataError as error:
            tell_fault(str(error))
            return
        session.edit(title, fragment)
        self._canvas.select(*(node["id"] for node in fragment.nodes))
        self._canvas.reveal()


def _place(position: object) -> Point | None:
    if not isinstance(position, dict):
        return None
    x, y = position.get("x"), position.get("y")
    return (x, y) if isinstance(x, int | float) and isinstance(y, int | float) else None


def _free(places: Iterable[Point], taken: Iterable[Point]) -> Point:
    """The distance to move copies by, so that none covers a node."""
    there, offset = set(taken), 0.0
    wanted = [*places]
    while any((x + offset, y + offset) in there for x, y in wanted):
        offset += _STEP
    return offset, offset
