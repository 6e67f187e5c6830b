"""The engine's classes as Python classes, made from the class table when first asked for.

The table (`_generated/classes.jsonl`) has one line a class; only the lines that are used are
parsed. Classes that it does not know, from other extensions, are made from what `ClassDB` says.
"""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterator
from enum import IntEnum, IntFlag
from functools import cache, partial
from pathlib import Path
from typing import Any

from _pythonscript import lib

from ._errors import GodotError
from ._methods import LazyMethod, call_by_name
from ._names import name
from ._objects import EngineObject, EngineType, wrap
from ._variant import VARIANT_SIZE, decode, encode, register_encoder

REFCOUNTED, INSTANTIABLE, EDITOR_ONLY = 1, 2, 4


@cache
def _table() -> tuple[str, dict[str, int]]:
    """The text of the table, and where the line of each class begins."""
    text = Path(__file__).with_name("_generated").joinpath("classes.jsonl").read_text("utf-8")
    starts, position = {}, text.index("\n") + 1
    while position < len(text):
        first = position + len('{"name":"')
        starts[text[first : text.index('"', first)]] = position
        position = text.index("\n", position) + 1
    return text, starts


@cache
def row_of(class_name: str) -> dict[str, Any] | None:
    """What the table says of a class."""
    text, starts = _table()
    if class_name not in starts:
        return None
    start = starts[class_name]
    row: dict[str, Any] = json.loads(text[start : text.index("\n", start)])
    return row


@cache
def global_row() -> dict[str, Any]:
    """What the table says of the engine itself: version, global enums, functions."""
    text, _ = _table()
    row: dict[str, Any] = json.loads(text[: text.index("\n")])
    return row


def is_counted(class_name: str) -> bool:
    row = row_of(class_name)
    return row is not None and bool(row["flags"] & REFCOUNTED)


def python_name(text: str) -> str:
    """A name that Python's grammar takes."""
    return f"{text}_" if keyword.iskeyword(text) else text


class LazyProperty:
    """Stands for a property until it is used, and then makes way for a real `property`."""

    def __init__(self, owner: str, attribute: str, getter: str, setter: str, index: int):
        self.owner, self.attribute = owner, attribute
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
            # An accessor that the engine keeps to itself.
            by_name = "get" if method == self.getter else "set"
            return lambda obj, *value: call_by_name(obj, by_name, (self.attribute, *value))
        if self.index >= 0:
            return lambda obj, *value: function(obj, self.index, *value)
        return function


class EngineSignal:
    """A signal of an engine class."""

    def __set_name__(self, cls: type, attribute: str) -> None:
        self.name = attribute

    def __init__(self, signal: str):
        self.name = signal

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        from ._callable import Signal

        return self if obj is None else Signal(obj, self.name)


def _enum(enum_name: str, values: dict[str, int]) -> type[IntEnum] | type[IntFlag]:
    """Powers of two make flags; members are the engine's own names."""
    flags = len(values) > 2 and all(v & (v - 1) == 0 for v in values.values() if v > 0)
    kind = IntFlag if flags and all(v >= 0 for v in values.values()) else IntEnum
    return kind(enum_name, {python_name(k): v for k, v in values.items()})  # type: ignore[return-value]


def _namespace(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    owner = row["name"]
    yield "__slots__", ()
    yield "_engine_class", owner
    yield "_counted", bool(row["flags"] & REFCOUNTED)
    for signal in row.get("signals", ()):
        yield python_name(signal), EngineSignal(signal)
    for method in row.get("methods", ()):
        yield python_name(method[0]), LazyMethod(owner, method)
    for attribute, _, getter, setter, index in row.get("properties", ()):
        # Theme items and their like, `theme_override_colors/font_color`, are for `get` and `set`.
        if "/" not in attribute:
            yield python_name(attribute), LazyProperty(owner, attribute, getter, setter, index)
    for constant, value in row.get("constants", {}).items():
        yield python_name(constant), value
    for enum_name, values in row.get("enums", {}).items():
        yield enum_name, _enum(enum_name, values)
        yield from ((python_name(k), v) for k, v in values.items())


_classes: dict[str, EngineType] = {}


def class_named(class_name: str) -> EngineType:
    """The Python class of an engine class.

    Raises:
        GodotError: the engine has no such class.
    """
    found = _classes.get(class_name)
    if found is None:
        row = row_of(class_name) or _row_from_engine(class_name)
        base = class_named(row["base"]) if row.get("base") else EngineObject
        namespace = {**dict(_namespace(row)), "__module__": "godot"}
        found = _classes[class_name] = EngineType(class_name, (base,), namespace)
    return found


def _row_from_engine(class_name: str) -> dict[str, Any]:
    """A class of another extension: its methods are found by name, as a script's are."""
    parent = singleton("ClassDB").get_parent_class(class_name)
    if not parent:
        raise GodotError(f"Godot has no class named {class_name}")
    base = class_named(parent)
    return {"name": class_name, "base": parent, "flags": REFCOUNTED if base._counted else 0}


_wrapping: dict[str, EngineType] = {}


def class_for_object(class_name: str) -> EngineType:
    """What stands for an object of this class that has no Python object yet.

    An exposed class whose instance is not Python's is a placeholder, which the editor uses for
    classes that run in the game only; that is its engine class with a script-like rest.
    """
    found = _wrapping.get(class_name)
    if found is None:
        exposed = exposed_classes.get(class_name)
        engine_class = exposed._engine_class if exposed else class_name
        found = _wrapping[class_name] = class_named(engine_class)
    return found


# Filled by `exposed`, by name in the engine.
exposed_classes: dict[str, Any] = {}


@cache
def singleton(class_name: str) -> Any:
    """One of the engine's singletons, such as `Engine` or `RenderingServer`.

    Raises:
        GodotError: this engine, or this build of it, has none of this name.
    """
    address = lib.gd_global_get_singleton(name(class_name))
    if not address:
        raise GodotError(f"this engine has no singleton named {class_name}")
    return wrap(address)


class LateSingleton:
    """A singleton that the engine makes only after it has loaded its extensions.

    Modules import those by name like any other; what is asked of them comes later.
    """

    def __init__(self, class_name: str):
        self.__dict__["_name"] = class_name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(singleton(self._name), attribute)
        if callable(found):
            self.__dict__[attribute] = found
        return found

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(singleton(self._name), attribute, value)

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _encode_late_singleton(value: LateSingleton, at: int) -> None:
    encode(singleton(value._name), at)


register_encoder(LateSingleton, _encode_late_singleton)


def singleton_or_late(class_name: str) -> Any:
    """The singleton, or what stands for it until the engine has made it."""
    if singleton("Engine").has_singleton(class_name):
        return singleton(class_name)
    return LateSingleton(class_name)


def singleton_name(class_name: str) -> str:
    """The name under which a class has its only instance, or ''."""
    row = row_of(class_name)
    return "" if row is None else row.get("singleton", "")


def virtual_signature(cls: type, method: str) -> list[str] | None:
    """The types of an engine's virtual method: result, then arguments."""
    for base in cls.__mro__:
        row = row_of(base.__dict__.get("_engine_class", "")) if base is not cls else None
        for virtual, signature in (row or {}).get("virtuals", ()):
            if virtual == method:
                found: list[str] = signature
                return found
    return None


@cache
def utility(function_name: str) -> Any:
    """One of the engine's global functions, such as `lerp` or `print`; None if there is none."""
    for found, hash_, flags, signature in global_row()["functions"]:
        if found == function_name:
            return _utility(found, hash_, flags, signature)
    return None


def _utility(function: str, hash_: int, flags: int, signature: list[str]) -> Any:
    from ._types import Type, type_named
    from ._variant import encode_as

    address = lib.gd_variant_get_ptr_utility_function(name(function), hash_)
    if not address:
        raise GodotError(f"this engine has no global function {function} of the known form")
    vararg = bool(flags & 2)
    result_type = type_named(signature[0])
    is_variant = signature[0] in ("Variant", "")
    types = [type_named(t) for t in signature[1:]]
    bare = sum(1 << index for index, t in enumerate(types) if t != Type.NIL and not vararg)

    def call(*arguments: Any) -> Any:
        count = len(arguments)
        if not vararg and count != len(types):
            raise TypeError(f"{function}() takes {len(types)} arguments, not {count}")
        frame = lib.ps_enter(count + 2)
        try:
            at = frame
            for index, argument in enumerate(arguments):
                at += VARIANT_SIZE
                if vararg or types[index] == Type.NIL:
                    encode(argument, at)
                else:
                    encode_as(types[index], argument, at)
            value = at + VARIANT_SIZE
            if is_variant:
                lib.ps_call_utility(address, frame, count, bare, frame)
                return decode(frame)
            if result_type == Type.OBJECT:
                lib.ps_call_utility(address, frame, count, bare, frame)
                found, _ = lib.ps_read_pointer(frame), lib.ps_write_pointer(frame, 0)
                return wrap(found)
            lib.ps_call_utility(address, frame, count, bare, frame)
            lib.ps_set_typed(value, result_type, frame)
            lib.ps_destroy_typed(frame, result_type)
            lib.gd_variant_new_nil(frame)
            return decode(value)
        finally:
            lib.ps_leave(frame, count + 2)

    call.__name__ = call.__qualname__ = function
    return call


def global_constant(constant: str) -> Any:
    """A global enum (`Key`), or one of its values (`KEY_A`); None if there is none."""
    enums = global_row()["enums"]
    if constant in enums:
        return _global_enum(constant)
    return next((values[constant] for values in enums.values() if constant in values), None)


@cache
def _global_enum(enum_name: str) -> Any:
    return _enum(enum_name, global_row()["enums"][enum_name])


def script_attribute(obj: EngineObject, attribute: str) -> Any:
    """A method, signal or variable that a script, or another extension, gave to an object.

    Raises:
        AttributeError: the object has none of this name.
    """
    if call_by_name(obj, "has_method", (attribute,)):
        return partial(_call_script_method, obj, attribute)
    if call_by_name(obj, "has_signal", (attribute,)):
        from ._callable import Signal

        return Signal(obj, attribute)
    frame = lib.ps_enter(3)
    try:
        encode(obj, frame)
        valid = frame + 2 * VARIANT_SIZE
        lib.gd_variant_get_named(frame, name(attribute), frame + VARIANT_SIZE, valid)
        found = lib.ps_read_bool(valid)
        lib.ps_write_pointer(valid, 0)
        if found:
            return decode(frame + VARIANT_SIZE)
    finally:
        lib.ps_leave(frame, 3)
    raise AttributeError(f"{obj!r} has no attribute {attribute}")


def _call_script_method(obj: EngineObject, method: str, *arguments: Any) -> Any:
    return call_by_name(obj, method, arguments)
