"""Draws smooth shapes on a canvas item.

The engine draws polygons with hard edges, and lines with square ends; these have neither.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cache

from godot import (
    RID,
    Color,
    PackedColorArray,
    PackedInt32Array,
    PackedVector2Array,
    Rect2,
    RenderingServer,
    Transform2D,
    Vector2,
)

Points = Sequence[tuple[float, float]]

_SPOKES, _RINGS = 36, 5


def disc(item: RID, centre: Sequence[float], radius: float, colour: Color) -> None:
    RenderingServer.canvas_item_add_circle(item, Vector2(*centre), radius, colour, True)


def line(item: RID, points: Points, width: float, colour: Color) -> None:
    """Draws a line of an opaque `colour` with round ends."""
    bare_line(item, points, width, colour)
    for end in (points[0], points[-1]):
        disc(item, end, width / 2.0, colour)


def bare_line(item: RID, points: Points, width: float, colour: Color) -> None:
    """Draws a line with square ends, for a closed line; the colour may be translucent."""
    RenderingServer.canvas_item_add_polyline(
        item, PackedVector2Array(points), PackedColorArray([colour]), width, True
    )


def area(item: RID, points: Points, colour: Color) -> None:
    """Fills the closed line through `points`."""
    colours = PackedColorArray([colour])
    RenderingServer.canvas_item_add_polygon(item, PackedVector2Array(points), colours)
    bare_line(item, [*points, points[0]], 1.0, colour)


def arc(
    centre: Sequence[float], radii: tuple[float, float], start: float, end: float, count: int
) -> list[tuple[float, float]]:
    """Returns `count` points of an ellipse, from angle to angle, clockwise from the right."""
    step = (end - start) / (count - 1)
    angles = (start + step * index for index in range(count))
    return [
        (centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle))
        for angle in angles
    ]


def glow(item: RID, centre: Sequence[float], radius: float, colour: Color) -> None:
    """Draws a soft spot: `colour` in the middle, falling smoothly to nothing."""
    set_transform = RenderingServer.canvas_item_add_set_transform
    set_transform(item, Transform2D(radius, 0.0, 0.0, radius, *centre))
    triangles, points = _soft_spot()
    red, green, blue, opacity = colour
    shades = array("f", colour)
    for ring in range(1, _RINGS + 1):
        reach = ring / _RINGS
        shades.extend((red, green, blue, opacity * (1.0 - reach * reach) ** 2) * _SPOKES)
    RenderingServer.canvas_item_add_triangle_array(
        item, triangles, points, PackedColorArray(shades)
    )
    set_transform(item, Transform2D())


def gradient(item: RID, box: Rect2, top: Color, bottom: Color) -> None:
    """Fills `box`, from one colour at its top to the other at its bottom."""
    left, right = box.position.x, box.position.x + box.size.x
    start, end = box.position.y, box.position.y + box.size.y
    corners = PackedVector2Array([(left, start), (right, start), (right, end), (left, end)])
    shades = PackedColorArray([top, top, bottom, bottom])
    RenderingServer.canvas_item_add_polygon(item, corners, shades)


@cache
def _soft_spot() -> tuple[PackedInt32Array, PackedVector2Array]:
    """Returns triangles and points of a disc of radius 1, in rings around the middle."""
    points = [(0.0, 0.0)]
    for ring in range(1, _RINGS + 1):
        reach = ring / _RINGS
        points += arc((0.0, 0.0), (reach, reach), 0.0, math.tau * (1.0 - 1.0 / _SPOKES), _SPOKES)
    corners: list[int] = []
    for spoke in range(_SPOKES):
        following = (spoke + 1) % _SPOKES
        corners += (0, 1 + spoke, 1 + following)
        for inner in range(1, 1 + (_RINGS - 1) * _SPOKES, _SPOKES):
            outer = inner + _SPOKES
            corners += (inner + spoke, outer + spoke, outer + following)
            corners += (inner + spoke, outer + following, inner + following)
    return PackedInt32Array(corners), PackedVector2Array(points)
