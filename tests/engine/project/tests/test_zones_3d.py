"""Zones in a 3D world, touched through the viewport."""

from __future__ import annotations

from typing import Any

import numpy as np
from engine_tests import EngineTest, Steps
from godot import (
    Area3D,
    BaseMaterial3D,
    Basis,
    BoxShape3D,
    CollisionShape3D,
    CylinderMesh,
    InputEventMouseButton,
    InputEventMouseMotion,
    MouseButton,
    QuadMesh,
    Rect2,
    SphereMesh,
    StaticBody3D,
    Vector2,
    Vector3,
)
from npc_video_player import NpcInteractionZone, NpcInteractionZone3D
from npc_video_player.zones.surfaces import Ray, hit
from players import player_in
from window import picture
from worlds import DARK, SIDE, screen, sprite, world


def ray_through(test: EngineTest, at: Vector2) -> Ray:
    camera = test.get_viewport().get_camera_3d()
    return Ray(camera.project_ray_origin(at), camera.project_ray_normal(at), camera.far)


def compared(test: EngineTest, surface: Any) -> int:
    """At how many points what is seen is what the ray says; it fails where it is not."""
    seen, count = picture(test), 0
    height, width = seen.shape[:2]
    for y in range(5, height, 11):
        for x in range(5, width, 11):
            found = hit(surface, ray_through(test, Vector2(x + 0.5, y + 0.5)), 0)
            near = seen[y - 1 : y + 2, x - 1 : x + 2]
            is_seam = np.ptp(near.reshape(-1, 3), axis=0).max() > 40
            if is_seam or np.abs(near[..., 2] - 128).max() > 3:
                continue  # an edge of it, or beside it
            assert found is not None, (x, y)
            u, v = (near.reshape(-1, 3).mean(axis=0)[:2] - DARK) / (255.0 - DARK)
            assert abs(found.point.x - u) < 0.03, (x, y, found, u, v)
            assert abs(found.point.y - v) < 0.03, (x, y, found, u, v)
            count += 1
    return count


# ---- Rays ----


def test_meshes_are_met_where_their_texture_is_seen(test: EngineTest) -> Steps:
    camera = world(test)
    camera.position = Vector3(0.4, 0.3, 3.0)
    turned = Basis.from_euler(Vector3(0.3, 0.6, 0.1))
    for mesh in (QuadMesh(), SphereMesh(), CylinderMesh()):
        surface = screen(test, mesh)
        surface.basis = turned
        surface.scale = Vector3(1.5, 1.2, 1.0)
        yield from until_drawn()
        assert compared(test, surface) > 20, mesh
        surface.free()
        yield


def test_what_the_camera_does_not_draw_is_not_met(test: EngineTest) -> Steps:
    camera = world(test)
    middle = Vector2(test.get_viewport().get_visible_rect().size * 0.5)
    behind = Basis.from_euler(Vector3(0.0, 3.1, 0.0))
    ways: dict[str, dict[str, Any]] = {
        "plain": {},
        "from behind": {"basis": behind},
        "mirrored": {"scale": Vector3(-1.0, 1.0, 1.0)},
        "mirrored from behind": {"basis": behind * Basis.from_scale(Vector3(-1.0, 1.0, 1.0))},
        "in another layer": {"layers": 2},
        "too near for it": {"visibility_range_begin": 10.0},
        "too far for it": {"visibility_range_end": 1.0},
        "in its range": {"visibility_range_begin": 1.0, "visibility_range_end": 10.0},
        "before the near plane": {"position": Vector3(0.0, 0.0, 2.98)},
    }
    camera.cull_mask = 1
    for cull in (BaseMaterial3D.CULL_BACK, BaseMaterial3D.CULL_FRONT, None):
        for name, properties in ways.items():
            surface = sprite(test, double_sided=False) if cull is None else screen(test)
            if cull is not None:
                surface.material_override.cull_mode = cull
            for key, value in properties.items():
                setattr(surface, key, value)
            yield from until_drawn()
            seen = picture(test)
            rows, columns = seen.shape[0] // 2, seen.shape[1] // 2
            is_seen = abs(int(seen[rows, columns, 2]) - 128) < 8
            found = hit(surface, ray_through(test, middle), 0)
            assert (found is not None) == is_seen, (name, cull, seen[rows, columns])
            surface.free()
            yield


def test_sprites_are_met_where_their_texture_is_seen(test: EngineTest) -> Steps:
    camera = world(test)
    camera.position = Vector3(0.8, 0.6, 3.0)
    turned = Basis.from_euler(Vector3(0.3, 0.6, 0.1))
    for name, properties in {
        "plain": {},
        "off the middle": {"centered": False, "offset": Vector2(-70, -40)},
        "flipped": {"flip_h": True},
        "upside down": {"flip_v": True},
        "region": {"region_enabled": True, "region_rect": Rect2(30, 20, 80, 90)},
        "frames": {"hframes": 2, "vframes": 2, "frame": 3, "pixel_size": 4.0 / SIDE},
        "to the viewer": {"billboard": BaseMaterial3D.BILLBOARD_ENABLED},
        "upright to the viewer": {"billboard": BaseMaterial3D.BILLBOARD_FIXED_Y},
    }.items():
        surface = sprite(test, **properties)
        surface.basis = turned
        yield from until_drawn()
        assert compared(test, surface) > 20, name
        surface.free()
        yield


def test_sprites_that_lie_otherwise_are_met_too(test: EngineTest) -> Steps:
    camera = world(test)
    for axis, place in ((0, Vector3(3.0, 0.3, 0.2)), (1, Vector3(0.2, 3.0, 0.3))):
        surface = sprite(test, axis=axis)
        camera.look_at_from_position(place, Vector3(), Vector3(0.0, 0.7, -0.7))
        yield from until_drawn()
        assert compared(test, surface) > 20, axis
        surface.free()
        yield


def until_drawn() -> Steps:
    for _ in range(3):
        yield


# ---- Zones ----


def zone_on(surface: Any, player: Any = None, **properties: Any) -> NpcInteractionZone3D:
    zone = NpcInteractionZone3D()
    for name, value in properties.items():
        setattr(zone, name, value)
    surface.add_child(zone)
    if player is not None:
        zone.player = zone.get_path_to(player)
    return zone


class Finger:
    """Touches the window, with a clock that only this moves."""

    def __init__(self, test: EngineTest, *zones: Any):
        self.test = test
        self.now = 100.0
        self.told: list[dict] = []
        for zone in zones:
            zone._clock = lambda: self.now
            zone.interaction.connect(self.told.append)

    def at(self, place: Vector3) -> Vector2:
        return self.test.get_viewport().get_camera_3d().unproject_position(place)

    def button(self, place: Vector3, pressed: bool) -> None:
        event = InputEventMouseButton()
        event.button_index, event.pressed = MouseButton.MOUSE_BUTTON_LEFT, pressed
        event.position = self.at(place)
        self.test.get_viewport().push_input(event, True)

    def move(self, place: Vector3) -> None:
        event = InputEventMouseMotion()
        event.position, event.pressure = self.at(place), 1.0
        self.now += 0.02
        self.test.get_viewport().push_input(event, True)

    def tap(self, place: Vector3) -> list[dict]:
        self.told.clear()
        self.now += 5.0
        self.button(place, True)
        self.now += 0.1
        self.button(place, False)
        return self.told


def test_a_mesh_is_tapped(test: EngineTest) -> Steps:
    world(test)
    surface = screen(test)
    zone = zone_on(surface, zone="cheek", tool="feather")
    yield from until_drawn()
    finger = Finger(test, zone)
    (told,) = finger.tap(Vector3(0.3, 0.2, 0.0))
    assert (told["tool"], told["zone"], told["pattern"]) == ("feather", "cheek", "tap")
    assert finger.tap(Vector3(1.4, 0.0, 0.0)) == []
    surface.visible = False
    assert finger.tap(Vector3(0.3, 0.2, 0.0)) == []


def test_a_stroke_is_followed_and_ends_beside_the_mesh(test: EngineTest) -> Steps:
    world(test)
    zone = zone_on(screen(test), zone="cheek")
    yield from until_drawn()
    finger = Finger(test, zone)
    finger.button(Vector3(-0.8, 0.0, 0.0), True)
    for step in range(16):
        finger.move(Vector3(-0.8 + 0.1 * step, 0.0, 0.0))
    assert finger.told == []
    finger.move(Vector3(1.5, 0.0, 0.0))
    (told,) = finger.told
    assert told["pattern"] in ("line", "stroke", "swipe", "horizontal"), told
    assert told["speed"] > 0.2


def test_part_of_the_picture_is_a_zone(test: EngineTest) -> Steps:
    world(test)
    surface = screen(test)
    left = zone_on(surface, zone="left", area=Rect2(0.0, 0.0, 0.5, 1.0))
    right = zone_on(surface, zone="right", area=Rect2(0.5, 0.0, 0.5, 1.0))
    yield from until_drawn()
    finger = Finger(test, left, right)
    assert [told["zone"] for told in finger.tap(Vector3(-0.5, 0.0, 0.0))] == ["left"]
    assert [told["zone"] for told in finger.tap(Vector3(0.5, 0.0, 0.0))] == ["right"]


def test_the_nearest_is_touched(test: EngineTest) -> Steps:
    world(test)
    far, near = screen(test), screen(test)
    near.position = Vector3(0.0, 0.0, 1.0)
    zones = zone_on(far, zone="far"), zone_on(near, zone="near")
    yield from until_drawn()
    finger = Finger(test, *zones)
    assert [told["zone"] for told in finger.tap(Vector3(0.0, 0.0, 1.0))] == ["near"]
    near.visible = False
    assert [told["zone"] for told in finger.tap(Vector3(0.0, 0.0, 1.0))] == ["far"]


def test_its_player_reacts_from_the_zone_that_lies_there_in_its_picture(test: EngineTest) -> Steps:
    world(test)
    player = player_in(test, (100.0, 100.0), npc_name="On a screen", visible=False)
    cheek = NpcInteractionZone()
    cheek.zone = "cheek"
    cheek.set_position(Vector2(60.0, 10.0))
    cheek.set_size(Vector2(30.0, 30.0))
    player.add_child(cheek)
    zone = zone_on(screen(test, texture=player.get_video_texture()), player)
    player.tool = "comb"
    reactions: list[dict] = []
    player.reaction_started.connect(reactions.append)
    yield from until_drawn()
    finger = Finger(test, zone)
    (told,) = finger.tap(Vector3(0.5, 0.5, 0.0))  # (75, 25) of 100
    assert (told["zone"], told["tool"]) == ("cheek", "comb")
    assert len(reactions) == 1
    assert finger.tap(Vector3(-0.5, -0.5, 0.0))[0]["zone"] == "unknown"


def body(test: Any, place: Vector3) -> StaticBody3D:
    made, shape = StaticBody3D(), CollisionShape3D()
    shape.shape = BoxShape3D()
    made.add_child(shape)
    made.position = place
    test.add_child(made)
    return made


def test_what_stands_before_it_keeps_pointers_off(test: EngineTest) -> Steps:
    world(test)
    surface = screen(test)
    zone = zone_on(surface, zone="cheek")
    wall = body(test, Vector3(0.0, 0.0, 1.2))
    yield from until_drawn()
    finger = Finger(test, zone)
    assert finger.tap(Vector3(0.0, 0.0, 0.0)) == []
    zone.blocking_mask = 0
    assert len(finger.tap(Vector3(0.0, 0.0, 0.0))) == 1
    zone.blocking_mask = 1
    wall.free()
    body(surface, Vector3(0.0, 0.0, 0.2))  # the NPC's own
    yield from until_drawn()
    assert len(finger.tap(Vector3(0.0, 0.0, 0.0))) == 1


def test_an_area_is_tapped_where_the_picture_lies_in_it(test: EngineTest) -> Steps:
    world(test)
    area, shape = Area3D(), CollisionShape3D()
    shape.shape = BoxShape3D()
    shape.shape.size = Vector3(2.0, 2.0, 0.1)
    area.add_child(shape)
    test.add_child(area)
    upper = zone_on(area, zone="upper", area=Rect2(0.0, 0.0, 1.0, 0.5))
    lower = zone_on(area, zone="lower", area=Rect2(0.0, 0.5, 1.0, 0.5))
    for _ in range(6):
        yield
    finger = Finger(test, upper, lower)
    assert [told["zone"] for told in finger.tap(Vector3(0.3, 0.6, 0.05))] == ["upper"]
    assert [told["zone"] for told in finger.tap(Vector3(0.3, -0.6, 0.05))] == ["lower"]
    assert finger.tap(Vector3(1.3, 0.0, 0.05)) == []
    area.input_ray_pickable = False
    assert finger.tap(Vector3(0.3, 0.6, 0.05)) == []


def test_a_zone_says_what_it_lacks(test: EngineTest) -> None:
    zone = NpcInteractionZone3D()
    test.add_child(zone)
    found = zone._get_configuration_warnings()
    assert [each.split(":")[0] for each in found] == ["Surface", "Player"]
    test.remove_child(zone)
    surface = screen(test)
    surface.add_child(zone)
    zone.player = zone.get_path_to(player_in(test))
    assert zone._get_configuration_warnings() == []
