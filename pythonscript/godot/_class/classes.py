"""The engine's classes as Python classes, made on first use.

Classes of other extensions are not in the class table; they are made from what `ClassDB` reports.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from enum import IntEnum, IntFlag
from typing import Any

from .._ffi.errors import ConversionError, GodotError
from .._object.objects import EngineObject, EngineType
from .._object.registry import class_named, register_maker
from .._object.signals import Signal
from .._object.singletons import singleton
from .._variant.calls import call_by_name, set_by_name
from .._variant.encode import encoder_for
from .._variant.values import phrase
from .methods import LazyMethod
from .table import INSTANTIABLE, REFCOUNTED, row_of, type_named


def python_name(text: str) -> str:
    """The name with an underscore after it if it is a Python keyword."""
    return f"{text}_" if keyword.iskeyword(text) else text


class LazyProperty:
    """Replaces itself with a real `property` on first use."""

    def __init__(
        self, owner: str, attribute: str, type_name: str, getter: str, setter: str, index: int
    ):
        self.owner, self.attribute, self.type_name = owner, attribute, type_name
        self.getter, self.setter, self.index = getter, setter, index

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        return self if obj is None else self.replace().__get__(obj, cls)

    def __set__(self, obj: Any, value: Any) -> None:
        self.replace().__set__(obj, value)

    def replace(self) -> property:
        cls = class_named(self.owner)
        made = property(self.accessor(cls, self.getter), self.accessor(cls, self.setter))
        setattr(cls, python_name(self.attribute), made)
        return made

    def accessor(self, cls: EngineType, method: str) -> Any:
        if not method:
            return None
        function = getattr(cls, method, None)
        if function is None:
            # The engine does not publish this accessor.
            return self.read_by_name if method == self.getter else self.write_by_name()
        if self.index >= 0:
            return lambda obj, *value: function(obj, self.index, *value)
        return function

    def read_by_name(self, obj: Any) -> Any:
        return call_by_name(obj, "get", (self.attribute,))

    def write_by_name(self) -> Any:
        type_ = type_named(self.type_name)
        put = encoder_for(type_)

        def write(obj: Any, value: Any) -> None:
            if not set_by_name(obj, self.attribute, value, put):
                raise ConversionError(
                    f"{self.owner}.{self.attribute} must be {phrase(type_)}, not {value!r:.80}"
                )

        return write


class EngineSignal:
    """A signal of an engine class."""

    def __init__(self, signal: str):
        self.name = signal

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        return self if obj is None else Signal(obj, self.name)


def enum_of(enum_name: str, row: dict[str, Any]) -> Any:
    """An enum from a row of the class table; its members keep the engine's names."""
    kind: Any = IntFlag if enum_name in row.get("bitfields", ()) else IntEnum
    return kind(enum_name, {python_name(k): v for k, v in row["enums"][enum_name].items()})


def _namespace(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    owner = row["name"]
    yield "__slots__", ()
    yield "_engine_class", owner
    yield "_counted", bool(row["flags"] & REFCOUNTED)
    yield "_can_be_made", bool(row["flags"] & INSTANTIABLE) and "singleton" not in row
    for signal in row.get("signals", ()):
        yield python_name(signal), EngineSignal(signal)
    for method in row.get("methods", ()):
        yield python_name(method[0]), LazyMethod(owner, method)
    for attribute, type_name, getter, setter, index in row.get("properties", ()):
        # Names with slashes, such as `theme_override_colors/font_color`, work with `get` and `set`.
        if "/" not in attribute:
            yield (
                python_name(attribute),
                LazyProperty(owner, attribute, type_name, getter, setter, index),
            )
    for constant, value in row.get("constants", {}).items():
        yield python_name(constant), value
    for enum_name, values in row.get("enums", {}).items():
        yield enum_name, enum_of(enum_name, row)
        yield from ((python_name(k), v) for k, v in values.items())


def _make(class_name: str) -> EngineType:
    row = row_of(class_name) or _row_from_engine(class_name)
    base = class_named(row["base"]) if row.get("base") else EngineObject
    return EngineType(class_name, (base,), {**dict(_namespace(row)), "__module__": "godot"})


def _row_from_engine(class_name: str) -> dict[str, Any]:
    """A class of another extension, whose methods are called by name, as a script's are."""
    class_db = singleton("ClassDB")
    if not class_db.class_exists(class_name):
        raise GodotError(f"Godot has no class named {class_name}")
    parent = class_db.get_parent_class(class_name)
    flags = REFCOUNTED if class_named(parent)._counted else 0
    flags |= INSTANTIABLE if class_db.can_instantiate(class_name) else 0
    return {"name": class_name, "base": parent, "flags": flags}


register_maker(_make)
