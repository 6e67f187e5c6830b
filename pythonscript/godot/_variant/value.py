"""Base of the engine's mathematical types.

A value holds its numbers flat and in the engine's memory order, so that one copy converts it. The
engine itself computes what Python cannot do quickly: methods, members, other constructors, mixed
operators. Numbers are doubles in Python and become 32-bit floats in the engine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from operator import add, floordiv, mul, sub, truediv
from typing import TYPE_CHECKING, Any, ClassVar, Self

from .._ffi.errors import GodotError
from .._ffi.types import Type

# Numbers of Variant.Operator.
_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, NEGATE, _MODULE = 6, 7, 8, 9, 10, 12


class ValueEngine:
    """The engine's part of the value types; this base raises, for use outside the engine."""

    def find(self, cls: Any, attribute: str) -> Any:
        """A constant, member or method of a type, as the Python class has it.

        Raises:
            AttributeError: the type has no such attribute.
        """
        raise GodotError(f"{cls.__name__}.{attribute} exists only inside the engine")

    def construct(self, cls: type[Value], arguments: Sequence[Any]) -> Any:
        """A value made by one of the engine's constructors.

        Raises:
            CallError: no constructor takes these arguments.
        """
        raise GodotError(f"{cls.__name__}{arguments!r} can be constructed only inside the engine")

    def evaluate(self, operator: int, left: Any, right: Any) -> Any:
        """The result of an operator in the engine; NotImplemented if it does not exist."""
        raise GodotError("operators of different types exist only inside the engine")


_engine = ValueEngine()


def use_engine(engine: ValueEngine) -> None:
    """Sets the engine that the value types use."""
    global _engine
    _engine = engine


class ValueType(type):
    """Looks up attributes in the engine: `Color.RED`, `Vector2.from_angle`, `Vector2.length`."""

    if not TYPE_CHECKING:  # the stub names what the engine has

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
        """A value from all its numbers in memory order, from no arguments, or from those of an
        engine constructor.
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
        """A value from numbers that are known to fit; they are not checked."""
        return tuple.__new__(cls, numbers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self)

    if not TYPE_CHECKING:  # as above

        def __getattr__(self, name: str) -> Any:
            getattr(type(self), name)  # puts it on the class, or raises
            return getattr(self, name)

    def _operate(self, operator: int, other: Any) -> Any:
        return _engine.evaluate(operator, self, other)

    def __add__(self, other: Any) -> Any:
        return self._operate(_ADD, other)

    def __radd__(self, other: Any) -> Any:
        # No value type adds to another. Without this method a plain tuple would be lengthened.
        raise TypeError(f"Godot cannot add a {type(self).__name__} to a {type(other).__name__}")

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
        result = self._operate(NEGATE, None)
        if result is NotImplemented:
            raise TypeError(f"Godot cannot negate a {type(self).__name__}")
        return result


class Vector(Value):
    """Base of the types that compute by component, with their own type or with a number."""

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
        # The engine truncates integer divisions towards zero; Python does not.
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
