"""The class table: the engine's description of its classes and functions, written by the generator.

`_generated/classes.jsonl` has a first line for the globals and one line per class. A line is parsed
when it is first needed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from .._ffi.types import Type

REFCOUNTED, INSTANTIABLE, EDITOR_ONLY = 1, 2, 4


def generated(file: str) -> str:
    """The text of a generated file."""
    return (Path(__file__).parents[1] / "_generated" / file).read_text("utf-8")


@cache
def _table() -> tuple[str, dict[str, int]]:
    """The text of the table, and the position of each class's line."""
    text = generated("classes.jsonl")
    starts, position = {}, text.index("\n") + 1
    while position < len(text):
        first = position + len('{"name":"')
        starts[text[first : text.index('"', first)]] = position
        position = text.index("\n", position) + 1
    return text, starts


@cache
def row_of(class_name: str) -> dict[str, Any] | None:
    """The table's entry for a class; None if it has none."""
    text, starts = _table()
    if class_name not in starts:
        return None
    start = starts[class_name]
    row: dict[str, Any] = json.loads(text[start : text.index("\n", start)])
    return row


@cache
def global_row() -> dict[str, Any]:
    """The table's entry for the globals: version, global enums, functions."""
    text, _ = _table()
    row: dict[str, Any] = json.loads(text[: text.index("\n")])
    return row


def is_counted(class_name: str) -> bool:
    row = row_of(class_name)
    return row is not None and bool(row["flags"] & REFCOUNTED)


def singleton_name(class_name: str) -> str:
    """The name of the singleton of a class, or ''."""
    row = row_of(class_name)
    return "" if row is None else row.get("singleton", "")


def virtual_signature(cls: type, method: str) -> list[str] | None:
    """The types of a virtual method of the engine: result, then arguments."""
    for base in cls.__mro__:
        row = row_of(base.__dict__.get("_engine_class", "")) if base is not cls else None
        for virtual, signature in (row or {}).get("virtuals", ()):
            if virtual == method:
                found: list[str] = signature
                return found
    return None


# ---- Names of types ----

_SPELLED = {
    "bool": Type.BOOL,
    "int": Type.INT,
    "float": Type.FLOAT,
    "String": Type.STRING,
    "StringName": Type.STRING_NAME,
    "NodePath": Type.NODE_PATH,
    "Variant": Type.NIL,
    "": Type.NIL,
}


def type_named(name: str) -> Type:
    """The type for a name in the class table, such as `Vector2`, `enum::Error` or `Node`."""
    if name in _SPELLED:
        return _SPELLED[name]
    if name.endswith("*"):
        return Type.INT  # an address
    kind, _, _ = name.partition("::")
    if kind in ("enum", "bitfield"):
        return Type.INT
    if kind == "typedarray":
        return Type.ARRAY
    if kind == "typeddictionary":
        return Type.DICTIONARY
    return _BY_CLASS_NAME.get(name, Type.OBJECT)


def _class_name(type_: Type) -> str:
    if type_ in (Type.AABB, Type.RID):
        return type_.name
    words = type_.name.title().replace("_", "")
    return words.replace("2I", "2i").replace("3I", "3i").replace("4I", "4i")


_BY_CLASS_NAME = {_class_name(t): t for t in Type if t >= Type.VECTOR2}
_BY_CLASS_NAME |= {"Transform2D": Type.TRANSFORM2D, "Transform3D": Type.TRANSFORM3D}
del _BY_CLASS_NAME["Object"]
