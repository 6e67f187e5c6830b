"""The part of zones of 2D and 3D that receives the events of their viewport."""

from __future__ import annotations

from typing import Any

from godot import (
    Engine,
    InputEvent,
    InputEventMouseButton,
    InputEventScreenTouch,
    Node,
    exposed,
)

from .zone import Zone

__all__ = ["ListeningZone", "NpcZoneListener"]


class ListeningZone(Zone):
    """A zone that gets its events from an `NpcZoneListener`."""

    _listener: NpcZoneListener

    def _notification(self, what: int) -> None:
        super()._notification(what)
        if what == Node.NOTIFICATION_READY and not Engine.is_editor_hint():
            self._listener = NpcZoneListener()
            self.add_child(self._listener, False, Node.INTERNAL_MODE_BACK)

    def _begin(self, event: Any) -> bool:
        """Begins a touch by a pointer that nothing has taken; returns whether it does."""
        raise NotImplementedError

    def _local(self, event: Any) -> Any:
        """Returns the event in the zone's own coordinates."""
        raise NotImplementedError

    def _follow(self) -> None:
        super()._follow()
        if not Engine.is_editor_hint() and self.is_node_ready():
            self._listener.set_process_input(bool(self._touches))


@exposed(hidden=True)
class NpcZoneListener(Node):
    """Receives a viewport's events for a zone of 2D or 3D, which makes it by itself.

    It is a node of its own, because the zone's `_input` belongs to the scripts that extend it. A
    touch begins if nothing else has taken it, and is followed wherever it goes.
    """

    def _notification(self, what: int) -> None:
        if what == Node.NOTIFICATION_READY:
            self.set_process_input(False)

    def _input(self, event: InputEvent) -> None:
        zone = self.get_parent()
        if isinstance(zone, ListeningZone) and not _is_press(event):
            zone._hear(zone._local(event))

    def _unhandled_input(self, event: InputEvent) -> None:
        zone, viewport = self.get_parent(), self.get_viewport()
        if not isinstance(zone, ListeningZone) or viewport is None:
            return
        if _is_press(event) and zone._begin(event):
            viewport.set_input_as_handled()


def _is_press(event: InputEvent) -> bool:
    return isinstance(event, InputEventMouseButton | InputEventScreenTouch) and event.pressed
