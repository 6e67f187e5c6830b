"""The engine's mathematical types as immutable Python tuples.

A value holds its numbers flat and in the engine's memory order, so that it crosses the border in
one copy. What Python has no quick way for (methods, members, other constructors, mixed operators)
is asked of the engine. Numbers stay doubles here and become floats of 32 bits on the way over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from operator import add, floordiv, mul, sub, truediv
from typing import Any, ClassVar, Self

from .._ffi.errors import GodotError
from .._ffi.types import Type

# Numbers of Variant.Operator.
_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _NEGATE, _MODULE = 6, 7, 8, 9, 10, 12


class ValueEngine:
    """What only the engine can tell of its types, which outside of it nobody can."""

    def find(self, cls: Any, attribute: str) -> Any:
        """A constant, member or method of a type, as the class gives it.

        Raises:
            AttributeError: the type has none of this name.
        """
        raise GodotError(f"{cls.__name__}.{attribute} exists only inside the engine")

    def construct(self, cls: type[Value], arguments: Sequence[Any]) -> Any:
        """A value by one of the engine's constructors.

        Raises:
            CallError: none takes these arguments.
        """
        raise GodotError(f"{cls.__name__}{arguments!r} can be made only inside the engine")

    def evaluate(self, operator: int, left: Any, right: Any) -> Any:
        """An operator as the engine defines it; NotImplemented where it does not."""
        raise GodotError("operators of different types exist only inside the engine")


_engine = ValueEngine()


def use_engine(engine: ValueEngine) -> None:
    """Has the value types ask this engine from now on."""
    global _engine
    _engine = engine


class ValueType(type):
    """Finds what the engine has of a type: `Color.RED`, `Vector2.from_angle`, `Vector2.length`."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{cls.__name__} has no attribute {name}")
        return _engine.find(cls, name)


class Value(tuple[float, ...], metaclass=ValueType):
    """Base of the flat value types."""

    __slots__ = ()
    variant_type: ClassVar[Type]
    layout: ClassVar[struct.Struct]
    number: ClassVar[type] = float
    default: ClassVar[tuple[float, ...]]

    def __new__(cls, *parts: Any) -> Self:
        """From all numbers in memory order, from nothing, or from what the engine's own
        constructors take.
        """
        if len(parts) == len(cls.default) and str not in map(type, parts):
            try:
                return tuple.__new__(cls, map(cls.number, parts))
            except TypeError:
                pass
        if not parts:
            return tuple.__new__(cls, cls.default)
        return _engine.construct(cls, parts)

    @classmethod
    def of(cls, numbers: Iterable[float]) -> Self:
        """From numbers that are known to fit."""
        return tuple.__new__(cls, numbers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self)

    def __getattr__(self, name: str) -> Any:
        getattr(type(self), name)  # puts it on the class, or raises
        return getattr(self, name)

    def _operate(self, operator: int, other: Any) -> Any:
        return _engine.evaluate(operator, self, other)

    def __add__(self, other: Any) -> Any:
        return self._operate(_ADD, other)

    def __radd__(self, other: Any) -> Any:
        # No value type adds to another; without this a plain tuple would be lengthened.
        raise TypeError(f"{type(other).__name__} + {type(self).__name__} means nothing to Godot")

    def __sub__(self, other: Any) -> Any:
        return self._operate(_SUBTRACT, other)

    def __mul__(self, other: Any) -> Any:
        return self._operate(_MULTIPLY, other)

    def __rmul__(self, other: Any) -> Any:
        return _engine.evaluate(_MULTIPLY, other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._operate(_DIVIDE, other)

    def __mod__(self, other: Any) -> Any:
        return self._operate(_MODULE, other)

    def __neg__(self) -> Any:
        result = self._operate(_NEGATE, None)
        if result is NotImplemented:
            raise TypeError(f"-{type(self).__name__} means nothing to Godot")
        return result


def _component(index: int) -> property:
    return property(lambda self: self[index])


def _group(kind: type[Value], first: int) -> property:
    last = first + len(kind.default)
    return property(lambda self: kind.of(self[first:last]))


class Vector(Value):
    """Arithmetic by component, with a vector of the same type or with a number."""

    __slots__ = ()

    def _each(self, operator: Any, other: Any, code: int) -> Any:
        cls = type(self)
        if type(other) is cls:
            return tuple.__new__(cls, map(operator, self, other))
        if type(other) in (int, float) and (cls.number is float or type(other) is int):
            return tuple.__new__(cls, [operator(a, other) for a in self])
        return self._operate(code, other)

    def __add__(self, other: Any) -> Any:
        return self._each(add, other, _ADD) if type(other) is type(self) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return self._each(sub, other, _SUBTRACT) if type(other) is type(self) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return self._each(mul, other, _MULTIPLY)

    def __rmul__(self, other: Any) -> Any:
        return self._each(mul, other, _MULTIPLY) if type(other) in (int, float) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        # The engine divides integers towards zero, Python does not.
        if self.number is int:
            return self._operate(_DIVIDE, other)
        return self._each(truediv, other, _DIVIDE)

    def __floordiv__(self, other: Any) -> Any:
        """Rounds down, as Python does; the engine has no such operator."""
        if type(other) in (int, float, type(self)):
            return self._each(floordiv, other, _DIVIDE)
        return NotImplemented

    def __neg__(self) -> Any:
        return tuple.__new__(type(self), [-a for a in self])


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
    """Held by rows, as the engine does; x, y and z are the columns, the axes."""

    __slots__ = ()
    variant_type = Type.BASIS
    layout = struct.Struct("9f")
    default = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    x, y, z = _column(0), _column(1), _column(2)


class Transform3D(Value):
    """Nine numbers of the basis by rows, then the origin."""

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
    """Red, green, blue and alpha, each 0 to 1; also from three numbers, or a name or code."""

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
        """The opposite colour."""
        return self._operate(_NEGATE, None)


class RID(Value):
    """A handle of one of the engine's servers; `RID()` is none."""

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
    """Text that the engine interns; plain `str` does wherever one is wanted."""

    __slots__ = ()


class NodePath(str):
    """The path of a node; plain `str` does wherever one is wanted."""

    __slots__ = ()
