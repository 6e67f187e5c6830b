"""`NpcInteractionZone3D`: lets players touch an NPC on a surface in a 3D world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from godot import (
    Control,
    Input,
    Node3D,
    NodePath,
    PropertyHint,
    Rect2,
    Vector2,
    exposed,
)

from ..canvas.stretch import placed
from ..player.player import NpcVideoPlayer
from ..properties.calling_threads import Property
from .interaction_zone import NpcInteractionZone
from .listening_zone import ListeningZone
from .surfaces import SURFACES, Hit, Ray, hit
from .zone import GROUP

__all__ = ["NpcInteractionZone3D"]

_WHOLE = Rect2(0.0, 0.0, 1.0, 1.0)


@exposed(tool=True)
class NpcInteractionZone3D(ListeningZone, Node3D):
    """Turns mouse, touch and pen on an NPC in a 3D world into interactions.

    Put it below the MeshInstance3D, Sprite3D or Area3D that shows the NPC, and choose the `player`
    that reacts. If it names no zone, the interaction comes from the NpcInteractionZone of that
    player under the pointer in the picture. Of several zones in a line, the nearest to the camera
    is touched. While the mouse is captured, the middle of the view is touched.
    """

    surface = Property(
        NodePath,
        NodePath(),
        hint=PropertyHint.PROPERTY_HINT_NODE_PATH_VALID_TYPES,
        hint_string="MeshInstance3D,Sprite3D,Area3D",
        doc="The node that shows the NPC: a mesh by its texture coordinates, a sprite, or an"
        " area, in whose box of shapes the picture lies flat. Empty: the node above this one.",
    )
    area = Property(
        Rect2,
        _WHOLE,
        doc="The part of the picture that the zone covers, from (0, 0) to (1, 1).",
    )
    blocking_mask = Property(
        int,
        1,
        hint=PropertyHint.PROPERTY_HINT_LAYERS_3D_PHYSICS,
        doc="The physics layers whose bodies block pointers in front of the zone. Those above and"
        " below the surface in the tree do not. 0: none does.",
    )

    def __init__(self) -> None:
        super().__init__()
        self._point = Vector2(0.5, 0.5)
        self._is_met = False
        self._named = ""

    def _notification(self, what: int) -> None:
        ListeningZone._notification(self, what)
        if what == Node3D.NOTIFICATION_VISIBILITY_CHANGED and not self.is_visible_in_tree():
            self.cancel_touches()

    @surface.changed
    def _check_surface(self) -> None:
        self.update_configuration_warnings()

    # ---- Pointers ----

    def _begin(self, event: Any) -> bool:
        met = self._met_at(event)
        if met is None or any(nearer.distance < met.distance for nearer in self._others_at(event)):
            return False
        self._point, self._is_met = met.point, True
        self._named = self.zone or self._zone_in_picture(met.point)
        self._hear(self._located(event))
        return bool(self._touches)

    def _local(self, event: Any) -> Any:
        """Returns the event in the picture's coordinates, or at its last place outside of it."""
        met = self._met_at(event)
        self._is_met = met is not None
        if met is not None:
            self._point = met.point
        return self._located(event)

    def _located(self, event: Any) -> Any:
        here = event.duplicate()
        size = self._picture()
        here.position = Vector2(self._point.x * size.x, self._point.y * size.y)
        return here

    def _contains(self, point: Vector2) -> bool:
        return self._is_met

    def _extent(self) -> float:
        return max(1.0, float(min(self._picture())))

    def _picture(self) -> Vector2:
        """Returns the player's size, because movements are measured against the whole NPC."""
        player = self._player()
        size = player.size if isinstance(player, Control) else Vector2()
        return size if min(size) > 0.0 else Vector2(1000.0, 1000.0)

    # ---- Rays ----

    def _met_at(self, event: Any) -> Hit | None:
        """Returns the point at which the ray through a pointer meets the zone."""
        surface, viewport = self._surface(), self.get_viewport()
        camera = None if viewport is None else viewport.get_camera_3d()
        if surface is None or viewport is None or camera is None or not self.is_visible_in_tree():
            return None
        at = event.position
        if Input.mouse_mode == Input.MOUSE_MODE_CAPTURED:
            at = viewport.get_visible_rect().get_center()
        ray = Ray(camera.project_ray_origin(at), camera.project_ray_normal(at), camera.far)
        met = hit(surface, ray, self.blocking_mask)
        return met if met is not None and self.area.has_point(met.point) else None

    def _others_at(self, event: Any) -> Iterator[Hit]:
        tree = self.get_tree()
        for other in [] if tree is None else tree.get_nodes_in_group(GROUP):
            if other is not self and isinstance(other, NpcInteractionZone3D):
                met = other._met_at(event)
                if met is not None and other.get_viewport() is self.get_viewport():
                    yield met

    def _surface(self) -> Any:
        node = self.get_node_or_null(self.surface) if self.surface else self.get_parent()
        return node if isinstance(node, SURFACES) else None

    # ---- The zone in the picture ----

    def _zone_name(self) -> str:
        return self._named or "unknown"

    def _zone_in_picture(self, point: Vector2) -> str:
        """Returns the foremost zone of the player at a point of its picture, "" if none."""
        player = self._player()
        if not isinstance(player, NpcVideoPlayer):
            return ""
        size = player.get_video_texture().get_size()
        seen = placed(player.stretch_mode.word, Rect2(0.0, 0.0, *player.size), size)
        at = seen.position + Vector2(point.x * seen.size.x, point.y * seen.size.y)
        everywhere = player.get_global_transform() * at
        named = ""
        for zone in player.find_children("*", "NpcInteractionZone", True, False):
            if isinstance(zone, NpcInteractionZone) and zone._contains(
                zone.get_global_transform().affine_inverse() * everywhere
            ):
                named = zone.zone
        return named

    def _warnings(self) -> Iterator[str]:
        if self._surface() is None:
            yield (
                "Surface: there is nothing that the NPC is seen on: put the zone below a"
                " MeshInstance3D, Sprite3D or Area3D, or choose one."
            )
        if not self.player:
            yield "Player: is empty: choose the NpcVideoPlayer that reacts."
        elif self._player() is None:
            yield "Player: there is no node with a method `react` at this path; choose another."
