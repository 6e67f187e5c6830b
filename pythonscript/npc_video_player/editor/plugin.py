"""Adds this package's parts to the editor."""

from __future__ import annotations

from godot import EditorInterface, EditorPlugin, Object, exposed

from .backend_inspector import NpcBackendInspector
from .export_plugin import NpcExport
from .graph_import import NpcGraphImport, NpcGraphInspector, import_missed
from .player_inspector import NpcPlayerInspector
from .profile_inspector import NpcProfileInspector

__all__ = ["EditorNpcVideo"]


# The list of nodes that can be created leaves out names that begin with "Editor".
@exposed
class EditorNpcVideo(EditorPlugin):
    """The editor's part of the NPC Video Player."""

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
        for inspector in self._inspectors:
            self.add_inspector_plugin(inspector)

    def _exit_tree(self) -> None:
        for inspector in self._inspectors:
            self.remove_inspector_plugin(inspector)
        self.remove_export_plugin(self._export)
        self.remove_import_plugin(self._import)
        del self._import, self._export, self._inspectors
