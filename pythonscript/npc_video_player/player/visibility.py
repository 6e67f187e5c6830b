"""Finds out whether anybody can see a player, so that unseen ones cost next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from godot import (
    Control,
    DisplayServer,
    GeometryInstance3D,
    Node,
    Rect2,
    VisibleOnScreenNotifier3D,
    is_instance_valid,
    wake,
)

__all__ = ["SHOWN_ON", "Visibility"]

SHOWN_ON = (VisibleOnScreenNotifier3D, GeometryInstance3D)
# The check costs more than playing on for a frame.
_SECONDS_BETWEEN_LOOKS = 0.3


class Visibility:
    """Checks now and then whether `player` is seen.

    Args:
        shown_on: finds the node of a class of `SHOWN_ON` that shows its texture in a 3D world.
        is_heard: tells whether it has a sound.

    Attributes:
        is_seen: the result of the latest check.
        has_texture: its picture may be anywhere, whatever happens to the player itself.
    """

    def __init__(self, player: Control, shown_on: Callable[[], Any], is_heard: Callable[[], bool]):
        self.is_seen = True
        self.has_texture = False
        self._player = player
        self._shown_on, self._is_heard = shown_on, is_heard
        self._looks_in = 0.0
        self._in_world: _InWorld | None = None

    def look_soon(self) -> None:
        """Requests a check soon, after a change that may matter."""
        self._looks_in = 0.0
        wake(self._player)

    def pass_time(self, seconds: float) -> bool:
        """Returns whether the player is seen, `seconds` after the previous call."""
        self._looks_in -= seconds
        if self._looks_in <= 0.0:
            self._looks_in = _SECONDS_BETWEEN_LOOKS
            self.is_seen = self._is_in_world() or self._is_in_view()
        return self.is_seen

    def leave(self) -> None:
        """Resets it, because the player left its scene."""
        if self._in_world is not None:
            self._in_world.close()
            self._in_world = None

    def _is_in_world(self) -> bool:
        """Returns whether its texture is seen, or may be."""
        node = self._shown_on()
        if self._in_world is not None and self._in_world.node is not node:
            self._in_world.close()
            self._in_world = None
        if node is None:
            return self.has_texture
        if self._in_world is None:
            # The cameras' result is known after they have drawn a frame.
            self._in_world = _InWorld(node, self.look_soon)
            return True
        return self._in_world.is_seen or self._is_heard()

    def _is_in_view(self) -> bool:
        player = self._player
        if not player.is_visible_in_tree():
            return False
        area = player.get_global_transform_with_canvas() * Rect2(0.0, 0.0, *player.size)
        return bool(player.get_viewport_rect().intersects(area))


class _InWorld:
    """Observes the node that shows the player's texture in a 3D world, of a class of `SHOWN_ON`.

    Args:
        changed: called when a camera begins or ends to see it.
    """

    def __init__(self, node: Any, changed: Any):
        self.node = node
        self._is_own = not isinstance(node, VisibleOnScreenNotifier3D)
        self._notifier = VisibleOnScreenNotifier3D() if self._is_own else node
        self._changed = changed
        if self._is_own:
            self._take_after_node()
            node.add_child(self._notifier, False, Node.INTERNAL_MODE_BACK)
        self._notifier.screen_entered.connect(changed)
        self._notifier.screen_exited.connect(changed)

    @property
    def is_seen(self) -> bool:
        if not is_instance_valid(self._notifier):
            return False
        if self._is_own:
            self._take_after_node()
        # Without a screen nothing is drawn, and no camera sees anything.
        return self._notifier.is_on_screen() or DisplayServer.get_name() == "headless"

    def _take_after_node(self) -> None:
        """Places the notifier at the node, for the same cameras."""
        box, layers = _box(self.node), self.node.layers
        if self._notifier.aabb != box:
            self._notifier.aabb = box
        if self._notifier.layers != layers:
            self._notifier.layers = layers

    def close(self) -> None:
        if not is_instance_valid(self._notifier):
            return
        self._notifier.screen_entered.disconnect(self._changed)
        self._notifier.screen_exited.disconnect(self._changed)
        if self._is_own:
            self._notifier.queue_free()


def _box(node: Any) -> Any:
    """Returns a box around all that it may show, also for a sprite that turns to the viewer."""
    return node.get_aabb().grow(node.extra_cull_margin)
