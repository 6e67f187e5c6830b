"""Fills the open graph from a template or a file, and writes it to another file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from godot import Button, Control, EditorFileDialog, HBoxContainer, MenuButton
from npc_video.errors import GraphError, InvalidDataError
from npc_video.graph.document.document import GraphDocument
from npc_video.templates import TEMPLATES, template_text

from ..graph_import import choose_file, export_graph, read_graph
from ..look import button, icon
from .session import GraphSession, tell_fault

__all__ = ["FileButtons"]


class FileButtons:
    """The buttons; `root` is their row. Templates are offered while the graph has no nodes."""

    def __init__(self) -> None:
        self._session: GraphSession | None = None
        self._templates = MenuButton()
        self._templates.text = "New from Template"
        self._templates.tooltip_text = "Fills the empty graph."
        self._templates.icon = icon("New")
        self._templates.flat = False
        for name in TEMPLATES:
            self._templates.get_popup().add_item(name)
        self._templates.get_popup().index_pressed.connect(self._fill)
        self.root = HBoxContainer()
        self.root.add_child(self._templates)
        words = "Replaces the graph by that of a file. This can be undone."
        self._add("Import…", "Load", words, self._import)
        words = "Writes the graph, unchanged, to a file for other tools."
        self._add("Export…", "ExternalLink", words, self._export)

    def show(self, session: GraphSession | None) -> None:
        """Offers what can be done with the open graph; nothing without one."""
        self._session = session
        self.root.visible = session is not None
        self._templates.visible = session is not None and not session.document.nodes

    def _add(self, caption: str, icon_name: str, tooltip: str, act: Callable[[], None]) -> Button:
        made = button(caption, icon_name, tooltip, act)
        made.size_flags_horizontal = Control.SIZE_SHRINK_BEGIN
        self.root.add_child(made)
        return made

    def _fill(self, index: int) -> None:
        if self._session is not None:
            self._session.write("New from template", template_text([*TEMPLATES][index]))

    def _import(self) -> None:
        if self._session is not None:
            choose_file(EditorFileDialog.FILE_MODE_OPEN_FILE, partial(_take, self._session))

    def _export(self) -> None:
        if self._session is not None:
            export_graph(self._session.graph)


def _take(session: GraphSession, path: str) -> None:
    try:
        text = read_graph(path)
        GraphDocument.read(text)
    except (InvalidDataError, GraphError) as error:
        tell_fault(f"{path} was not imported: {error}")
    else:
        session.write("Import", text)
