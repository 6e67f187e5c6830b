"""`NpcInteractionZone` and `NpcInteractionZone2D`: the nodes that let players touch an NPC."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

from godot import (
    Area2D,
    CircleShape2D,
    Color,
    Control,
    Engine,
    Input,
    Rect2,
    Shape2D,
    Transform2D,
    Vector2,
    exposed,
)

from .listening_zone import ListeningZone
from .zone import KEY, Zone

__all__ = ["NpcInteractionZone", "NpcInteractionZone2D"]

_IN_EDITOR = Color(0.557, 0.937, 0.592, 0.15)


@exposed(tool=True)
class NpcInteractionZone(Zone, Control):
    """A rectangle on an NPC that turns mouse, touch and pen into interactions.

    Put it above an NpcVideoPlayer, as its child, and give it a `zone`: the NPC then reacts to taps,
    strokes and circles on it. With the keyboard or a gamepad it can be chosen, and is tapped in its
    middle.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_focus_shown = False
        self.focus_mode = Control.FOCUS_ALL

    def _notification(self, what: int) -> None:
        Zone._notification(self, what)
        if what == Control.NOTIFICATION_DRAW:
            self._draw_outline()
        elif what == Control.NOTIFICATION_READY and not Engine.is_editor_hint():
            # A script's own `_gui_input` would replace ours.
            self.gui_input.connect(self._on_gui_input)
        elif what == Control.NOTIFICATION_FOCUS_ENTER:
            # A click needs no frame for the keyboard focus.
            self._is_focus_shown = not Input.get_mouse_button_mask()
            self.queue_redraw()
        elif what == Control.NOTIFICATION_FOCUS_EXIT:
            self._is_focus_shown = False
            self.queue_redraw()

    def _on_gui_input(self, event: Any) -> None:
        if event.is_action_pressed("ui_accept"):
            self.accept_event()
            now, middle = self._clock(), self.size / 2.0
            self._touches.press(KEY, now, middle.x, middle.y, self._extent())
            self._tell(self._touches.release(KEY, now))
        else:
            self._hear(event)

    def _draw_outline(self) -> None:
        area = Rect2(0.0, 0.0, *self.size)
        if Engine.is_editor_hint():
            self.draw_rect(area, _IN_EDITOR)
        elif self._is_focus_shown:
            self.draw_style_box(self.get_theme_stylebox("focus", "Button"), area)

    def _contains(self, point: Vector2) -> bool:
        return bool(Rect2(0.0, 0.0, *self.size).has_point(point))

    def _own_extent(self) -> float:
        return float(min(self.size))


@exposed(tool=True)
class NpcInteractionZone2D(ListeningZone, Area2D):
    """Collision shapes on an NPC that turn mouse, touch and pen into interactions.

    It is for NPCs on sprites. Give it a `zone`, CollisionShape2D or CollisionPolygon2D children,
    and the `player` that reacts. `input_pickable` switches it off. A Control in front of it may
    take events first. Of zones that overlap, the last in the tree is touched.
    """

    def _local(self, event: Any) -> Any:
        return self.make_input_local(event)

    def _begin(self, event: Any) -> bool:
        if not self.input_pickable or not self.is_visible_in_tree():
            return False
        here = self._local(event)
        if not self._contains(here.position):
            return False
        self._hear(here)
        return bool(self._touches)

    def _contains(self, point: Vector2) -> bool:
        dot = CircleShape2D()
        dot.radius = 0.01
        at = Transform2D(0.0, point)
        return any(shape.collide(place, dot, at) for shape, place in self._shapes())

    def _own_extent(self) -> float:
        boxes = [place * shape.get_rect() for shape, place in self._shapes()]
        return float(min(reduce(Rect2.merge, boxes).size)) if boxes else 0.0

    def _shapes(self) -> Iterator[tuple[Shape2D, Transform2D]]:
        for owner in self.get_shape_owners():
            if not self.is_shape_owner_disabled(owner):
                place = self.shape_owner_get_transform(owner)
                for index in range(self.shape_owner_get_shape_count(owner)):
                    yield self.shape_owner_get_shape(owner, index), place

    def _warnings(self) -> Iterator[str]:
        yield from super()._warnings()
        above = self._player_above()
        if above is not None and above.mouse_filter == Control.MOUSE_FILTER_STOP:
            yield (
                "The NpcVideoPlayer above takes all clicks: use an NpcInteractionZone here, or set"
                " the player's Mouse > Filter to Ignore."
            )
