"""The place of the graph editor in Godot's window."""

from __future__ import annotations

from typing import Protocol

from godot import ClassDB, Control, EditorDock, EditorPlugin

__all__ = ["BottomPanel", "Dock", "Place", "place"]

_TITLE = "NPC Graph"


class Place(Protocol):
    """Holds a control of the plugin until the plugin leaves."""

    def show(self) -> None:
        """Brings the control to the front."""

    def leave(self) -> None:
        """Removes the control and frees it."""


class Dock:
    """A dock at the bottom, which the developer can move and float."""

    def __init__(self, plugin: EditorPlugin, control: Control):
        self._plugin = plugin
        self._dock = EditorDock()
        self._dock.title = _TITLE
        self._dock.layout_key = "npc_graph"
        self._dock.default_slot = EditorDock.DOCK_SLOT_BOTTOM
        self._dock.add_child(control)
        plugin.add_dock(self._dock)

    def show(self) -> None:
        self._dock.make_visible()

    def leave(self) -> None:
        self._plugin.remove_dock(self._dock)
        self._dock.queue_free()


class BottomPanel:
    """A tab of the bottom panel."""

    def __init__(self, plugin: EditorPlugin, control: Control):
        self._plugin, self._control = plugin, control
        plugin.add_control_to_bottom_panel(control, _TITLE)

    def show(self) -> None:
        self._plugin.make_bottom_panel_item_visible(self._control)

    def leave(self) -> None:
        self._plugin.remove_control_from_bottom_panel(self._control)
        self._control.queue_free()


def place(plugin: EditorPlugin, control: Control) -> Place:
    """Places a control in a dock; Godot 4.5 has none, so there it gets a tab."""
    kind = Dock if ClassDB.class_exists("EditorDock") else BottomPanel
    return kind(plugin, control)
