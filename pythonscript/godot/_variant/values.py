"""The engine's mathematical types as immutable Python tuples, and `StringName` and `NodePath`."""

from __future__ import annotations

import struct
from typing import Any, Self

from .._ffi.types import Type
from .value import NEGATE, Value, Vector


def _component(index: int) -> property:
    return property(lambda self: self[index])


def _group(kind: type[Value], first: int) -> property:
    last = first + len(kind.default)
    return property(lambda self: kind.of(self[first:last]))


class Vector2(Vector):
    __slots__ = ()
    variant_type = Type.VECTOR2
    layout = struct.Struct("2f")
    default = (0.0, 0.0)
    x, y = _component(0), _component(1)


class Vector2i(Vector):
    __slots__ = ()
    variant_type = Type.VECTOR2I
    layout = struct.Struct("2i")
    number = int
    default = (0, 0)
    x, y = _component(0), _component(1)


class Vector3(Vector):
    __slots__ = ()
    variant_type = Type.VECTOR3
    layout = struct.Struct("3f")
    default = (0.0, 0.0, 0.0)
    x, y, z = _component(0), _component(1), _component(2)


class Vector3i(Vector):
    __slots__ = ()
    variant_type = Type.VECTOR3I
    layout = struct.Struct("3i")
    number = int
    default = (0, 0, 0)
    x, y, z = _component(0), _component(1), _component(2)


class Vector4(Vector):
    __slots__ = ()
    variant_type = Type.VECTOR4
    layout = struct.Struct("4f")
    default = (0.0, 0.0, 0.0, 0.0)
    x, y, z, w = _component(0), _component(1), _component(2), _component(3)


class Vector4i(Vector):
    __slots__ = ()
    variant_type = Type.VECTOR4I
    layout = struct.Struct("4i")
    number = int
    default = (0, 0, 0, 0)
    x, y, z, w = _component(0), _component(1), _component(2), _component(3)


class Rect2(Value):
    __slots__ = ()
    variant_type = Type.RECT2
    layout = struct.Struct("4f")
    default = (0.0, 0.0, 0.0, 0.0)
    position, size = _group(Vector2, 0), _group(Vector2, 2)

    @property
    def end(self) -> Vector2:
        return Vector2.of((self[0] + self[2], self[1] + self[3]))


class Rect2i(Value):
    __slots__ = ()
    variant_type = Type.RECT2I
    layout = struct.Struct("4i")
    number = int
    default = (0, 0, 0, 0)
    position, size = _group(Vector2i, 0), _group(Vector2i, 2)

    @property
    def end(self) -> Vector2i:
        return Vector2i.of((self[0] + self[2], self[1] + self[3]))


class Transform2D(Value):
    """Columns x, y, origin."""

    __slots__ = ()
    variant_type = Type.TRANSFORM2D
    layout = struct.Struct("6f")
    default = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    x, y, origin = _group(Vector2, 0), _group(Vector2, 2), _group(Vector2, 4)


class Plane(Value):
    __slots__ = ()
    variant_type = Type.PLANE
    layout = struct.Struct("4f")
    default = (0.0, 0.0, 0.0, 0.0)
    normal, d = _group(Vector3, 0), _component(3)


class Quaternion(Value):
    __slots__ = ()
    variant_type = Type.QUATERNION
    layout = struct.Struct("4f")
    default = (0.0, 0.0, 0.0, 1.0)
    x, y, z, w = _component(0), _component(1), _component(2), _component(3)


class AABB(Value):
    __slots__ = ()
    variant_type = Type.AABB
    layout = struct.Struct("6f")
    default = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    position, size = _group(Vector3, 0), _group(Vector3, 3)


def _column(first: int) -> property:
    return property(lambda self: Vector3.of(self[first:9:3]))


class Basis(Value):
    """Stored by rows, as in the engine; x, y and z are the columns, the axes."""

    __slots__ = ()
    variant_type = Type.BASIS
    layout = struct.Struct("9f")
    default = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    x, y, z = _column(0), _column(1), _column(2)


class Transform3D(Value):
    """The nine numbers of the basis by rows, then the origin."""

    __slots__ = ()
    variant_type = Type.TRANSFORM3D
    layout = struct.Struct("12f")
    default = (*Basis.default, 0.0, 0.0, 0.0)
    basis, origin = _group(Basis, 0), _group(Vector3, 9)


class Projection(Value):
    """Columns x, y, z, w."""

    __slots__ = ()
    variant_type = Type.PROJECTION
    layout = struct.Struct("16f")
    default = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    x, y, z, w = _group(Vector4, 0), _group(Vector4, 4), _group(Vector4, 8), _group(Vector4, 12)


class Color(Vector):
    """Red, green, blue and alpha, each 0 to 1; also from three numbers, a name or a hex code."""

    __slots__ = ()
    variant_type = Type.COLOR
    layout = struct.Struct("4f")
    default = (0.0, 0.0, 0.0, 1.0)
    r, g, b, a = _component(0), _component(1), _component(2), _component(3)

    def __new__(cls, *parts: Any) -> Self:
        if len(parts) == 3 and all(type(part) in (int, float) for part in parts):
            parts = (*parts, 1.0)
        return super().__new__(cls, *parts)

    def __neg__(self) -> Any:
        """The inverted colour."""
        return self._operate(NEGATE, None)


class RID(Value):
    """A handle of one of the engine's servers; `RID()` is the invalid one."""

    __slots__ = ()
    variant_type = Type.RID
    layout = struct.Struct("Q")
    number = int
    default = (0,)
    id = _component(0)

    def __bool__(self) -> bool:
        return self[0] != 0


VALUES: dict[Type, type[Value]] = {
    cls.variant_type: cls
    for cls in (
        Vector2, Vector2i, Rect2, Rect2i, Vector3, Vector3i, Transform2D, Vector4, Vector4i,
        Plane, Quaternion, AABB, Basis, Transform3D, Projection, Color, RID,
    )
}  # fmt: skip


class StringName(str):
    """A string that the engine interns. A plain `str` works wherever one is wanted."""

    __slots__ = ()


class NodePath(str):
    """The path of a node. A plain `str` works wherever one is wanted."""

    __slots__ = ()
