"""Makes graphs in new files, fills the open one from a file, and writes it to another file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from godot import (
    Button,
    Control,
    EditorFileDialog,
    EditorInterface,
    HBoxContainer,
    MenuButton,
    ResourceLoader,
)
from npc_video.errors import GraphError, InvalidDataError
from npc_video.graph.document.document import GraphDocument
from npc_video.templates import TEMPLATES, template_text

from ...resources.response_graph import NpcResponseGraph
from ..graph_import import choose_file, export_graph, read_graph, write_graph
from ..look import button, icon
from .session import GraphSession, tell_fault

__all__ = ["FileButtons"]


# Every graph needs the output.
_EMPTY = """{
  "responseGraph": {
    "nodes": [
      {"id": "output", "type": "video.output", "position": {"x": 400, "y": 100}, "data": {}}
    ],
    "connections": []
  }
}
"""
_TEXTS: Mapping[str, Callable[[], str]] = {
    "Empty": lambda: _EMPTY,
    **{name: partial(template_text, name) for name in TEMPLATES},
}


class FileButtons:
    """The buttons; `root` is their row. The open graph is filled only while it has no nodes."""

    def __init__(self) -> None:
        self._session: GraphSession | None = None
        self.root = HBoxContainer()
        self._menu("New", "Makes a graph in a new file.", _TEXTS, self._make)
        words = "Fills the empty graph."
        self._templates = self._menu("Fill from Template", words, TEMPLATES, self._fill)
        words = "Replaces the graph by that of a file. This can be undone."
        self._import_button = self._add("Import…", "Load", words, self._import)
        words = "Writes the graph, unchanged, to a file for other tools."
        self._export_button = self._add("Export…", "ExternalLink", words, self._export)
        self.show(None)

    def show(self, session: GraphSession | None) -> None:
        """Offers what can be done with the open graph, and without one only a new one."""
        self._session = session
        self._import_button.visible = self._export_button.visible = session is not None
        self._templates.visible = session is not None and not session.document.nodes

    def _menu(
        self, caption: str, tooltip: str, names: Iterable[str], chosen: Callable[[str], None]
    ) -> MenuButton:
        names = [*names]
        made = MenuButton()
        made.text, made.tooltip_text, made.icon = caption, tooltip, icon("New")
        made.flat = False
        for name in names:
            made.get_popup().add_item(name)
        made.get_popup().index_pressed.connect(lambda index: chosen(names[index]))
        self.root.add_child(made)
        return made

    def _add(self, caption: str, icon_name: str, tooltip: str, act: Callable[[], None]) -> Button:
        made = button(caption, icon_name, tooltip, act)
        made.size_flags_horizontal = Control.SIZE_SHRINK_BEGIN
        self.root.add_child(made)
        return made

    def _make(self, name: str) -> None:
        save = EditorFileDialog.FILE_MODE_SAVE_FILE
        choose_file(save, lambda path: _create(path, _TEXTS[name]()), in_project=True)

    def _fill(self, name: str) -> None:
        if self._session is not None:
            self._session.write("Fill from template", template_text(name))

    def _import(self) -> None:
        if self._session is not None:
            choose_file(EditorFileDialog.FILE_MODE_OPEN_FILE, partial(_take, self._session))

    def _export(self) -> None:
        if self._session is not None:
            export_graph(self._session.graph)


def _create(path: str, text: str) -> None:
    """Writes a graph to a file of the project, and opens it."""
    graph = NpcResponseGraph()
    graph.json = text
    if write_graph(graph, path):
        EditorInterface.edit_resource(ResourceLoader.load(path))


def _take(session: GraphSession, path: str) -> None:
    try:
        text = read_graph(path)
        GraphDocument.read(text)
    except (InvalidDataError, GraphError) as error:
        tell_fault(f"{path} was not imported: {error}")
    else:
        session.write("Import", text)
