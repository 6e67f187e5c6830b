"""The engine's description of Python types, for properties, arguments and results."""

from __future__ import annotations

import enum
import inspect
import operator
import typing
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, SupportsFloat

from .._ffi.errors import ConversionError
from .._ffi.types import Type
from .._object.containers import Element, TypedArray, TypedDictionary
from .._object.objects import EngineType
from .._object.python_types import PYTHON_TYPES, class_name, is_enum, variant_type, without_none
from .._object.registry import class_named, exposed_enums
from .._variant.encode import encode_as, encode_typed
from .._variant.values import VALUES, phrase, spelled, value_of

# Numbers of the engine's PropertyHint and PropertyUsageFlags.
HINT_ENUM, _HINT_FLAGS, _HINT_RESOURCE_TYPE = 2, 6, 17
_HINT_ARRAY_TYPE, _HINT_NODE_TYPE, _HINT_DICTIONARY_TYPE = 31, 34, 38
_PAST_INT = 1 << 63  # the first number that does not fit into the engine's int
USAGE_DEFAULT, _USAGE_NIL_IS_VARIANT = 6, 1 << 17
_USAGE_IS_BITFIELD, _USAGE_IS_ENUM = 1 << 9, 1 << 16


@dataclass(frozen=True, slots=True)
class Described:
    """A type as the engine describes it.

    Attributes:
        type: The Variant type; NIL for any.
        class_name: The class of an object.
        enum_name: The name of an enum of an exposed class, such as "Creature.Mood".
        hint: A PropertyHint; its text is in `hint_string`.
        usage: PropertyUsageFlags.
        python: The annotation.
        inner: The types of the elements, or of keys and values, of a typed container.
    """

    type: Type
    class_name: str = ""
    hint: int = 0
    hint_string: str = ""
    usage: int = USAGE_DEFAULT
    python: Any = None
    inner: tuple[Described, ...] = ()
    enum_name: str = ""

    @property
    def is_void(self) -> bool:
        return self.type == Type.NIL and self.python is not Any

    @property
    def is_choice(self) -> bool:
        """Whether it is an enum of which a value is exactly one member."""
        return is_enum(self.python) and not issubclass(self.python, enum.IntFlag)

    @property
    def is_counted(self) -> bool:
        return isinstance(self.python, EngineType) and self.python._counted

    def empty(self) -> Any:
        """The initial value of this type."""
        if self.type in (Type.NIL, Type.OBJECT, Type.CALLABLE, Type.SIGNAL):
            return None
        if is_enum(self.python):
            return next(iter(self.python))
        return PYTHON_TYPES[self.type]()

    def spelled(self) -> str:
        """The type as GDScript writes it."""
        return self.class_name or spelled(self.type)

    def encode(self, value: Any, at: int) -> None:
        """Writes `value` as a Variant of this type.

        Raises:
            ConversionError: it has another type.
        """
        encode_as(self.type, self._typed(value), at)

    def encode_bare(self, value: Any, place: int) -> None:
        """Writes `value` as a bare value of this type; raises as `encode` does."""
        encode_typed(self.type, self._typed(value), place, self.is_counted)

    def _typed(self, value: Any) -> Any:
        if not self.inner:
            return value
        first, *others = [Element(item.type, item.class_name) for item in self.inner]
        if not others:
            return TypedArray.of(first, value)
        return TypedDictionary.of(first, others[0], value)

    def converter(self) -> Callable[[Any], Any] | None:
        """A function that converts the engine's values to the annotated type; None if unneeded."""
        python = self.python
        if self.type in (Type.NIL, Type.CALLABLE, Type.SIGNAL):
            return None
        wanted = python if is_enum(python) or self.type == Type.OBJECT else PYTHON_TYPES[self.type]
        inner = [item.converter() for item in self.inner]

        def convert(value: Any) -> Any:
            made = value if isinstance(value, wanted) else self._converted(value, wanted)
            return _with_elements(made, inner) if any(inner) else made

        return convert

    def _converted(self, value: Any, wanted: Any) -> Any:
        try:
            if self.type == Type.OBJECT and value is None:
                return None
            # An enum says itself what it takes besides its numbers, in `_missing_`.
            if is_enum(wanted) or isinstance(value, _sources(self.type)):
                made = value_of(wanted, value) if self.type in VALUES else None
                made = wanted(value) if made is None else made
                if wanted is not int or -_PAST_INT <= made < _PAST_INT:
                    return made
        except (TypeError, ValueError, OverflowError):
            pass
        choice = f"one of {', '.join(wanted.__members__)}" if self.is_choice else ""
        need = choice or phrase(self.type, self.class_name)
        raise ConversionError(f"wanted {need}, not {value!r:.80}")


def _with_elements(value: Any, converters: list[Callable[[Any], Any] | None]) -> Any:
    """A list or dictionary with converted elements; the same object if they need no conversion.

    Raises:
        ConversionError: an element has another type.
    """
    if isinstance(value, dict):
        of_key, of_value = converters
        made = {_one(of_key, key): _one(of_value, item) for key, item in value.items()}
        pairs = zip(made.items(), value.items(), strict=True)
        return value if all(a is c and b is d for (a, b), (c, d) in pairs) else made
    items = [_one(converters[0], item) for item in value]
    return value if all(map(operator.is_, items, value)) else items


def _one(convert: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if convert is None else convert(value)


def _sources(type_: Type) -> Any:
    """The Python types that convert to this type without loss of meaning."""
    if type_ <= Type.FLOAT:
        return (bool, int, float, SupportsFloat)
    if type_ in (Type.STRING, Type.STRING_NAME, Type.NODE_PATH):
        return str
    if type_ == Type.DICTIONARY:
        return dict
    if type_ == Type.OBJECT:
        return ()  # calling the class would make a new object
    if type_ >= Type.ARRAY:
        return (list, tuple, array, bytes)
    return object


def described(annotation: Any) -> Described:
    """The description of an annotation, or of the type of an `export`.

    Raises:
        GodotError: the engine has no such type.
    """
    python = without_none(annotation)
    type_ = variant_type(python)
    if type_ == Type.NIL:
        return _VARIANT if python in (Any, inspect.Parameter.empty) else Described(Type.NIL)
    if type_ == Type.OBJECT:
        return _described_class(python)
    if is_enum(python):
        return _described_enum(python)
    if typing.get_origin(python) in (list, dict):
        return _described_container(type_, python)
    return Described(type_, python=python)


_VARIANT = Described(Type.NIL, usage=USAGE_DEFAULT | _USAGE_NIL_IS_VARIANT, python=Any)


def _described_enum(python: Any) -> Described:
    is_flags = issubclass(python, enum.IntFlag)
    hint = _HINT_FLAGS if is_flags else HINT_ENUM
    usage, enum_name = USAGE_DEFAULT, exposed_enums.get(python, "")
    if enum_name:
        usage |= _USAGE_IS_BITFIELD if is_flags else _USAGE_IS_ENUM
    shown = zip(_short_names(python.__members__), python.__members__.values(), strict=True)
    text = ",".join(f"{label}:{member.value}" for label, member in shown)
    return Described(Type.INT, "", hint, text, usage, python, enum_name=enum_name)


def _short_names(names: Iterable[str]) -> list[str]:
    """Names as the inspector shows them, without the words with which all begin."""
    words = [name.split("_") for name in names]
    columns = zip(*(each[:-1] for each in words), strict=False)
    shared = len(list(takewhile(lambda column: len(set(column)) == 1, columns)))
    return [" ".join(each[shared:]).title() for each in words]


def _described_container(type_: Type, python: Any) -> Described:
    inner = tuple(map(described, typing.get_args(python)))
    # GDScript refuses a typed Dictionary whose keys or values may be anything.
    if any(item.type == Type.NIL for item in inner):
        return Described(type_, python=python)
    hint = _HINT_ARRAY_TYPE if len(inner) == 1 else _HINT_DICTIONARY_TYPE
    text = ";".join(item.spelled() for item in inner)
    return Described(type_, "", hint, text, python=python, inner=inner)


def _described_class(cls: Any) -> Described:
    hint = 0
    if issubclass(cls, class_named("Resource")):
        hint = _HINT_RESOURCE_TYPE
    elif issubclass(cls, class_named("Node")):
        hint = _HINT_NODE_TYPE
    label = class_name(cls)
    return Described(Type.OBJECT, label, hint, label if hint else "", python=cls)
