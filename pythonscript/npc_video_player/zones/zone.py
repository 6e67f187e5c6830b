"""Implements all zones: receives pointers, and reports interactions to the game and a player.

`npc_video.touch.touches` decides when a touch counts, and as which gesture. The nodes in
`interaction_zone` choose the events that reach a zone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from godot import (
    CanvasItem,
    InputEvent,
    InputEventMouseButton,
    InputEventMouseMotion,
    InputEventScreenDrag,
    InputEventScreenTouch,
    MouseButton,
    Node,
    NodePath,
    Object,
    PropertyHint,
    Vector2,
    is_instance_valid,
    signal,
)
from npc_video.touch.gestures import Gesture
from npc_video.touch.touches import Touches

from ..player.player import NpcVideoPlayer
from ..properties.calling_threads import Property, main_thread_only

__all__ = ["KEY", "Zone"]

GROUP = "npc_interaction_zones"
_DEFAULT_TOOL = "hand"

# Ids of pointers besides fingers, which count from 0.
_MOUSE, KEY = -1, -2

# What it is mixed into is a node. It is none itself, so that its notifications are part of those of
# the class that it is mixed into, and not told beside them.
if TYPE_CHECKING:
    _Node = Node
else:
    _Node = object

_LOSSES = (
    Node.NOTIFICATION_EXIT_TREE,
    Node.NOTIFICATION_PAUSED,
    Node.NOTIFICATION_DISABLED,
    Node.NOTIFICATION_WM_WINDOW_FOCUS_OUT,
    Node.NOTIFICATION_APPLICATION_FOCUS_OUT,
    CanvasItem.NOTIFICATION_VISIBILITY_CHANGED,
)


class Zone(_Node):
    """The part of a zone that a Control and an Area2D share."""

    zone = Property(
        str,
        "",
        doc="The response graph's name for this part of the NPC, such as `cheek`.",
    )
    tool = Property(
        str,
        "",
        doc="The player's tool, such as `feather`. Empty: the property `tool` of the player node,"
        " else `hand`. To choose one for all zones: "
        '`get_tree().set_group("npc_interaction_zones", "tool", "feather")`.',
    )
    interval = Property(
        float,
        0.5,
        range=(0.1, 5, 0.05),
        suffix="s",
        doc="The least time between two interactions of one finger, pen or mouse, and the time"
        " between reports of a touch that lasts.",
    )
    player = Property(
        NodePath,
        NodePath(),
        hint=PropertyHint.PROPERTY_HINT_NODE_PATH_VALID_TYPES,
        hint_string="NpcVideoPlayer",
        doc="The node whose `react` is called. Empty: the nearest NpcVideoPlayer above this node,"
        " if any.",
    )
    interaction = signal(
        interaction=dict,
        doc="The NPC was touched: `{tool, zone, pressure, speed, pattern, duration, timestamp}`, as"
        " `NpcVideoPlayer.react` takes it. Pressure is that of a pen; without one it grows from 0.3"
        " to 1 in the first two seconds of a touch.",
    )

    def __init__(self) -> None:
        self._touches = Touches()
        self._clock = time.perf_counter

    @zone.changed
    @player.changed
    def _check_again(self) -> None:
        self.update_configuration_warnings()

    @interval.changed
    def _take_interval(self) -> None:
        self._touches.interval = max(0.0, self.interval)

    @main_thread_only()
    def cancel_touches(self) -> None:
        """Ends present touches without an interaction, as pausing and losing the focus do."""
        self._touches.drop()
        self._follow()

    # ---- The engine's events ----

    def _notification(self, what: int) -> None:
        if what == Node.NOTIFICATION_INTERNAL_PROCESS:
            for gesture in self._touches.due(self._clock()):
                self._tell(gesture)
        elif what == Node.NOTIFICATION_ENTER_TREE:
            self.add_to_group(GROUP)
            self.update_configuration_warnings()
        elif what in _LOSSES:
            self.cancel_touches()

    def _get_configuration_warnings(self) -> list[str]:
        return list(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if not self.zone:
            yield "The zone has no name: its interactions will come from the zone `unknown`."
        if self.player and self._player() is None:
            yield "Player: there is no node with a method `react` at this path; choose another."

    # ---- Pointers ----

    def _hear(self, event: Any) -> None:
        """Takes an event whose position is in the zone's own coordinates."""
        if event.device == InputEvent.DEVICE_ID_EMULATION:
            return  # the original event comes too
        if isinstance(event, InputEventMouseMotion):
            self._move(_MOUSE, event)
        elif isinstance(event, InputEventScreenDrag):
            self._move(event.index, event)
        elif isinstance(event, InputEventScreenTouch):
            self._press_or_release(event.index, event)
        elif (
            isinstance(event, InputEventMouseButton)
            and event.button_index == MouseButton.MOUSE_BUTTON_LEFT
        ):
            self._press_or_release(_MOUSE, event)

    def _press_or_release(self, pointer: int, event: Any) -> None:
        now = self._clock()
        if event.pressed:
            at = event.position
            self._touches.press(pointer, now, at.x, at.y, self._extent())
            self._follow()
        elif event.canceled:
            self._touches.drop(pointer)
            self._follow()
        else:
            gesture = self._touches.release(pointer, now)
            self._follow()
            self._tell(gesture)

    def _move(self, pointer: int, event: Any) -> None:
        if self._touches:
            at, now = event.position, self._clock()
            inside = self._contains(at)
            self._tell(self._touches.move(pointer, now, at.x, at.y, event.pressure, inside=inside))

    def _follow(self) -> None:
        """Processes frames only while there is a touch to follow."""
        self.set_process_internal(bool(self._touches))

    def _contains(self, point: Vector2) -> bool:
        raise NotImplementedError

    def _own_extent(self) -> float:
        raise NotImplementedError

    def _extent(self) -> float:
        """Returns the size against which movements are measured: that of the whole NPC."""
        player = self._player_above()
        if player is not None and isinstance(self, CanvasItem):
            there, here = player.get_global_transform(), self.get_global_transform()
            size = player.size * there.get_scale() / here.get_scale()
            if min(size) > 0.0:
                return min(size)
        return max(1.0, self._own_extent())

    def _zone_name(self) -> str:
        return str(self.zone) or "unknown"

    # ---- Reports ----

    def _tell(self, gesture: Gesture | None) -> None:
        # The report for one finger may have freed the zone before that for the next.
        if gesture is None or not is_instance_valid(self):
            return
        player = self._player()
        told = {
            "tool": self.tool or _tool_of(player) or _DEFAULT_TOOL,
            "zone": self._zone_name(),
            "pressure": gesture.pressure,
            "speed": gesture.speed,
            "pattern": gesture.pattern,
            "duration": gesture.duration * 1000.0,
            "timestamp": self._clock() * 1000.0,
        }
        self.interaction.emit(told)
        if player is not None and is_instance_valid(player):
            player.call("react", told)

    def _player(self) -> Node | None:
        if not self.player:
            return self._player_above()
        node = self.get_node_or_null(self.player)
        return node if node is not None and node.has_method("react") else None

    def _player_above(self) -> NpcVideoPlayer | None:
        node = self.get_parent()
        while node is not None and not isinstance(node, NpcVideoPlayer):
            node = node.get_parent()
        return node


def _tool_of(player: Object | None) -> Any:
    """Returns the tool in a player node's hand: a name, or `{id, type}`."""
    return None if player is None else player.get("tool")
