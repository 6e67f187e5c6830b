"""Adds this package's parts to the editor."""

from __future__ import annotations

from typing import Any

from godot import EditorInterface, EditorPlugin, Object, exposed

from ..player.player import NpcVideoPlayer
from ..resources.profile import NpcProfile
from ..resources.response_graph import NpcResponseGraph
from .backend_inspector import NpcBackendInspector
from .export_plugin import NpcExport
from .graph.dock import GraphDock
from .graph.place import place
from .graph_import import NpcGraphImport, NpcGraphInspector, import_missed
from .player_inspector import NpcPlayerInspector
from .profile_inspector import NpcProfileInspector

__all__ = ["EditorNpcVideo"]


# The list of nodes that can be created leaves out names that begin with "Editor".
@exposed
class EditorNpcVideo(EditorPlugin):
    """The editor's part of the NPC Video Player."""

    def __init__(self) -> None:
        self._graphs: GraphDock | None = None
        self._comes_to_front = False

    def _enter_tree(self) -> None:
        self._import = NpcGraphImport()
        self._export = NpcExport()
        self._inspectors = [
            NpcPlayerInspector(),
            NpcProfileInspector(),
            NpcBackendInspector(),
            NpcGraphInspector(),
        ]
        self.add_import_plugin(self._import)
        files = EditorInterface.get_resource_filesystem()
        files.filesystem_changed.connect(import_missed, Object.CONNECT_ONE_SHOT)
        self.add_export_plugin(self._export)
        self._graphs = GraphDock()
        self._place = place(self, self._graphs.root)
        self.add_debugger_plugin(self._graphs.debugger)
        self.scene_closed.connect(self._close_graph_of)
        for inspector in self._inspectors:
            self.add_inspector_plugin(inspector)

    def _handles(self, edited: Any) -> bool:
        return _graph_of(edited) is not None

    def _edit(self, edited: Any) -> None:  # None while something else is selected
        graph = _graph_of(edited)
        if self._graphs is not None and graph is not None:
            self._graphs.edit(graph)
            self._comes_to_front = graph is edited

    def _make_visible(self, visible: bool) -> None:
        # Only a graph itself, because an NPC is selected for many reasons.
        if visible and self._comes_to_front:
            self._place.show()

    def _close_graph_of(self, scene: str) -> None:
        """Closes a graph that belongs to a scene, with the scene."""
        if self._graphs is not None and self._graphs.path.startswith(f"{scene}::"):
            self._graphs.edit(None)

    def _save_external_data(self) -> None:  # also once more while the editor quits
        if self._graphs is not None:
            self._graphs.save()

    def _get_unsaved_status(self, for_scene: str) -> str:
        return "" if for_scene or self._graphs is None else self._graphs.unsaved

    def _exit_tree(self) -> None:
        self.scene_closed.disconnect(self._close_graph_of)
        if self._graphs is not None:
            self._graphs.edit(None)
            self.remove_debugger_plugin(self._graphs.debugger)
        self._place.leave()
        self._graphs = None
        for inspector in self._inspectors:
            self.remove_inspector_plugin(inspector)
        self.remove_export_plugin(self._export)
        self.remove_import_plugin(self._import)
        del self._import, self._export, self._inspectors, self._place


def _graph_of(edited: Any) -> NpcResponseGraph | None:
    """Returns a graph, or that of a profile or a player."""
    if isinstance(edited, NpcVideoPlayer):
        edited = edited.profile
    if isinstance(edited, NpcProfile):
        edited = edited.graph
    return edited if isinstance(edited, NpcResponseGraph) else None
