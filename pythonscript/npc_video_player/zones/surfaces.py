"""Finds the point of a picture in a 3D world that a ray meets.

Points are parts of the picture's width and height, from (0, 0) in the upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from godot import (
    AABB,
    Area3D,
    BaseMaterial3D,
    Basis,
    MeshInstance3D,
    PhysicsRayQueryParameters3D,
    ProjectSettings,
    Sprite3D,
    Transform3D,
    Vector2,
    Vector3,
)

__all__ = ["SURFACES", "Hit", "Ray", "hit"]

SURFACES = (MeshInstance3D, Sprite3D, Area3D)
_VERTICES, _UVS, _INDICES = 0, 4, 12  # of Mesh.ArrayType
_MAX_FACES, _BEYOND = 8, 1e-4  # faces that a ray passes, and the gap behind each
_MAX_AREAS = 16  # surfaces in front of the right one that let pointers through
_NEAR = 0.99  # the part of the way to the surface that is searched for bodies


@dataclass(frozen=True, slots=True)
class Ray:
    """A ray from `origin` along `direction`, which has the length 1, as far as `length`."""

    origin: Vector3
    direction: Vector3
    length: float

    @property
    def end(self) -> Vector3:
        return self.origin + self.direction * self.length


@dataclass(frozen=True, slots=True)
class Hit:
    """The point at which a ray meets a surface: its distance, and its place in the picture."""

    distance: float
    point: Vector2


def hit(surface: Any, ray: Ray, blocking: int) -> Hit | None:
    """Returns the point at which `ray` meets a node of `SURFACES`, if nothing blocks it.

    Meshes and sprites are met as the viewport's camera draws them. An Area3D shows the picture flat
    in the box around its shapes, its thinnest side towards the viewer. If physics has a thread of
    its own, nothing blocks, and areas are not met.

    Args:
        blocking: the physics layers whose bodies block, but for those above and below the surface
            in the tree.
    """
    if not surface.is_visible_in_tree():
        return None
    if isinstance(surface, Area3D):
        return _on_area(surface, ray, blocking)
    found = _on_sprite(surface, ray) if isinstance(surface, Sprite3D) else _on_mesh(surface, ray)
    if found is None or not _is_drawn(surface, ray, found.distance):
        return None
    return None if _is_blocked(surface, ray, found.distance, blocking) else found


def _is_drawn(surface: Any, ray: Ray, distance: float) -> bool:
    """Tells whether the camera draws the part of a mesh or a sprite that the ray meets."""
    camera = surface.get_viewport().get_camera_3d()
    place = camera.get_global_transform()
    depth = (ray.origin + ray.direction * distance - place.origin).dot(-place.basis.z)
    middle = surface.get_global_transform() * surface.get_aabb().get_center()
    away, end = (middle - place.origin).length(), surface.visibility_range_end
    return (
        bool(surface.layers & camera.cull_mask)
        and depth >= camera.near
        and surface.visibility_range_begin <= away
        and (end <= 0.0 or away <= end)
    )


# ---- Meshes ----


def _on_mesh(node: MeshInstance3D, ray: Ray) -> Hit | None:
    mesh = node.mesh
    triangles = None if mesh is None else mesh.generate_triangle_mesh()
    if triangles is None:
        return None
    place = node.get_global_transform()
    to_local = place.affine_inverse()
    start = to_local * ray.origin
    along = (to_local * ray.end - start).normalized()
    for _ in range(_MAX_FACES):
        found = triangles.intersect_ray(start, along)
        if not found:
            return None
        position = found["position"]
        point = _uv(node, mesh, int(found["face_index"]), position, along)
        if point is not None:
            return Hit((place * position - ray.origin).length(), point)
        start = position + along * _BEYOND
    return None


def _uv(
    node: MeshInstance3D, mesh: Any, face: int, position: Vector3, along: Vector3
) -> Vector2 | None:
    """Returns the texture coordinates at `position` of a triangle, viewed along `along`.

    None if it has none, or is not drawn from there.
    """
    for index in range(mesh.get_surface_count()):
        arrays = mesh.surface_get_arrays(index)
        vertices, uvs, indices = arrays[_VERTICES], arrays[_UVS], arrays[_INDICES]
        count = len(indices or vertices) // 3
        if face >= count:
            face -= count
            continue
        if not uvs:
            return None
        corners = [3 * face + corner for corner in range(3)]
        if indices:
            corners = [indices[corner] for corner in corners]
        a, b, c = (vertices[corner] for corner in corners)
        material = node.get_active_material(index)
        if not _shows(material, is_front=(c - a).cross(b - a).dot(along) < 0.0):
            return None
        pairs = zip(_weights(a, b, c, position), corners, strict=True)
        u, v = 0.0, 0.0
        for weight, corner in pairs:
            u, v = u + weight * uvs[corner].x, v + weight * uvs[corner].y
        if isinstance(material, BaseMaterial3D):
            scale, offset = material.uv1_scale, material.uv1_offset
            u, v = u * scale.x + offset.x, v * scale.y + offset.y
        return Vector2(u, v)
    return None


def _shows(material: Any, *, is_front: bool) -> bool:
    """Tells whether a side of a face is drawn; with an unknown shader it counts as drawn."""
    if material is None:
        return is_front
    if not isinstance(material, BaseMaterial3D):
        return True
    hidden = BaseMaterial3D.CULL_FRONT if is_front else BaseMaterial3D.CULL_BACK
    return material.cull_mode != hidden


def _weights(a: Vector3, b: Vector3, c: Vector3, point: Vector3) -> tuple[float, float, float]:
    """Returns the weights of the corners at a point of their triangle; they add up to 1."""
    normal = (b - a).cross(c - a)
    area = normal.dot(normal)
    if area <= 0.0:
        return 1.0, 0.0, 0.0
    second = (c - point).cross(a - point).dot(normal) / area
    third = (a - point).cross(b - point).dot(normal) / area
    return 1.0 - second - third, second, third


# ---- Sprites ----


def _on_sprite(sprite: Sprite3D, ray: Ray) -> Hit | None:
    texture, size = sprite.texture, sprite.pixel_size
    if texture is None or size <= 0.0:
        return None
    place = _place(sprite, ray)
    to_local = place.affine_inverse()
    start = to_local * ray.origin
    along = to_local * ray.end - start
    depth = int(sprite.axis)
    if abs(along[depth]) < 1e-9 or (along[depth] > 0.0 and not sprite.double_sided):
        return None
    part = -start[depth] / along[depth]
    if not 0.0 <= part <= 1.0:
        return None
    met = start + along * part
    right, up = ((-met.z, met.y), (met.x, -met.z), (met.x, met.y))[depth]
    box = sprite.get_item_rect()
    x = (right / size - box.position.x) / box.size.x
    y = 1.0 - (up / size - box.position.y) / box.size.y
    if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
        return None
    x, y = (1.0 - x if sprite.flip_h else x), (1.0 - y if sprite.flip_v else y)
    return Hit((place * met - ray.origin).length(), _in_texture(sprite, texture, x, y))


def _place(sprite: Sprite3D, ray: Ray) -> Transform3D:
    """Returns the sprite's place on screen, which differs for one that turns to the viewer."""
    place = sprite.get_global_transform()
    if sprite.billboard == BaseMaterial3D.BILLBOARD_DISABLED:
        return place
    viewport = sprite.get_viewport()
    camera = None if viewport is None else viewport.get_camera_3d()
    if camera is None:
        return place
    basis = camera.get_global_transform().basis.orthonormalized()
    if sprite.billboard == BaseMaterial3D.BILLBOARD_FIXED_Y:
        up = Vector3(0.0, 1.0, 0.0)
        right = up.cross(basis.z).normalized()
        basis = Basis(right, up, right.cross(up))
    scale = place.basis.get_scale()
    basis = Basis(basis.x * scale.x, basis.y * scale.y, basis.z * scale.z)
    return Transform3D(basis, place.origin)


def _in_texture(sprite: Sprite3D, texture: Any, x: float, y: float) -> Vector2:
    """Converts a point of the sprite to one of its texture, region and frame."""
    columns, rows = sprite.hframes, sprite.vframes
    x = (sprite.frame % columns + x) / columns
    y = (sprite.frame // columns + y) / rows
    size = texture.get_size()
    if not sprite.region_enabled or min(size) <= 0.0:
        return Vector2(x, y)
    region = sprite.region_rect
    return Vector2(
        (region.position.x + x * region.size.x) / size.x,
        (region.position.y + y * region.size.y) / size.y,
    )


# ---- Areas ----


def _on_area(area: Area3D, ray: Ray, blocking: int) -> Hit | None:
    query = PhysicsRayQueryParameters3D.create(ray.origin, ray.end, blocking | area.collision_layer)
    query.collide_with_areas = True
    if not (area.input_ray_pickable and _can_ask()):
        return None
    passed = []
    for _ in range(_MAX_AREAS):
        space = area.get_world_3d().direct_space_state
        found = None if space is None else space.intersect_ray(query)
        if not found:
            return None
        if found["collider"] == area:
            position = found["position"]
            return Hit((position - ray.origin).length(), _in_box(area, position))
        if not (isinstance(found["collider"], Area3D) or _is_kin(area, found["collider"])):
            return None
        passed.append(found["rid"])
        query.exclude = passed
    return None


def _in_box(area: Area3D, position: Vector3) -> Vector2:
    local = area.get_global_transform().affine_inverse() * position
    box = None
    for each in _boxes(area):
        box = each if box is None else box.merge(each)
    if box is None or min(box.size) <= 0.0:
        return Vector2(0.5, 0.5)
    x, y, z = ((local[axis] - box.position[axis]) / box.size[axis] for axis in range(3))
    thinnest = min(range(3), key=lambda axis: box.size[axis])
    return (Vector2(1.0 - z, 1.0 - y), Vector2(x, z), Vector2(x, 1.0 - y))[thinnest]


def _boxes(area: Area3D) -> Iterator[AABB]:
    for owner in area.get_shape_owners():
        if not area.is_shape_owner_disabled(owner):
            place = area.shape_owner_get_transform(owner)
            for index in range(area.shape_owner_get_shape_count(owner)):
                shape = area.shape_owner_get_shape(owner, index)
                yield place * shape.get_debug_mesh().get_aabb()


# ---- Blocking bodies ----


def _is_blocked(surface: Any, ray: Ray, distance: float, blocking: int) -> bool:
    if not blocking or not _can_ask():
        return False
    end = ray.origin + ray.direction * (distance * _NEAR)
    query = PhysicsRayQueryParameters3D.create(ray.origin, end, blocking)
    passed = []
    for _ in range(_MAX_AREAS):
        found = surface.get_world_3d().direct_space_state.intersect_ray(query)
        if not found:
            return False
        if not _is_kin(surface, found["collider"]):
            return True
        passed.append(found["rid"])
        query.exclude = passed
    return True


def _can_ask() -> bool:
    """Tells whether physics answers at any time; with a thread of its own it does not."""
    return not ProjectSettings.get_setting("physics/3d/run_on_separate_thread")


def _is_kin(surface: Any, body: Any) -> bool:
    return bool(surface.is_ancestor_of(body) or body.is_ancestor_of(surface))
