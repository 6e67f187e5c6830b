"""The engine's mathematical types as immutable Python tuples, and `StringName` and `NodePath`."""

from __future__ import annotations

import struct
from collections.abc import Sequence
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


def value_of(cls: type[Value], parts: Any) -> Any:
    """The value that a tuple, a list or a buffer stands for; None if it stands for none.

    It has all numbers of the value in memory order (a colour's alpha may be left out), or the
    values that a constructor of the type takes.
    """
    if isinstance(parts, (Value, str, bytes, bytearray)) or not _is_sequence(parts):
        return None
    given = tuple(parts)
    if not any(isinstance(part, Value) for part in given):
        is_all = len(given) == len(cls.default) or (cls is Color and len(given) == 3)
        if not is_all or not all(map(is_number, given)):
            return None
    try:
        made = cls(*given)
        cls.layout.pack(*made)
    except (TypeError, ValueError, OverflowError, struct.error):
        return None
    # A fraction in a place for an integer is a mistake rather than a number to cut.
    is_cut = cls.number is int and len(given) == len(made) and tuple(made) != given
    return None if is_cut else made


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) or is_buffer(value)


def is_buffer(value: Any) -> bool:
    """Whether it is a NumPy array, a `memoryview` or the like."""
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


def is_number(value: Any) -> bool:
    """Whether it is a number, a built-in one or one such as NumPy's."""
    return hasattr(value, "__index__") or hasattr(value, "__float__")


class StringName(str):
    """A string that the engine interns. A plain `str` works wherever one is wanted."""

    __slots__ = ()


class NodePath(str):
    """The path of a node. A plain `str` works wherever one is wanted."""

    __slots__ = ()


# The types whose names GDScript spells differently from the engine's numbers.
_SPELLED = {
    Type.NIL: "Variant",
    Type.BOOL: "bool",
    Type.INT: "int",
    Type.FLOAT: "float",
    **{type_: cls.__name__ for type_, cls in VALUES.items()},
}


def spelled(type_: Type) -> str:
    """The name of a type as GDScript writes it."""
    return _SPELLED.get(type_) or type_.name.title().replace("_", "")


def phrase(type_: Type, class_name: str = "") -> str:
    """A type and what else is accepted for it, for errors: "a Rect2 or its 4 numbers"."""
    name = class_name or spelled(type_)
    text = f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
    if type_ not in VALUES or type_ == Type.RID:
        return text
    count = len(VALUES[type_].default)
    return f"{text} or its {'3 or ' if type_ == Type.COLOR else ''}{count} numbers"
