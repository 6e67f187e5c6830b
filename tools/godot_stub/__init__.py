"""Writes the text of `pythonscript/godot/__init__.pyi` from an engine's description of itself.

Editors and type checkers read it instead of `__init__.py`: each class of the engine with its
methods, properties, signals, enums and constants, and the first sentence of their documentation.
The bridge's own names are re-exported from the modules in which `__init__.py` finds them.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from tools.paths import BRIDGE

from .classes import Classes, constant, enum
from .types import Types, declaration, docstring
from .values import EXTENDED, value_type

HEAD = """\
from builtins import str as _str
from collections.abc import Callable as _FunctionOf
from collections.abc import Mapping, Sequence
from enum import IntEnum, IntFlag
from typing import Any, ClassVar, Final, Self, TypeAlias, overload

from _typeshed import ReadableBuffer as _Buffer

from ._object.callables import Callable as _Callable
from ._object.objects import EngineObject as _EngineObject
from ._variant import values as _values
"""
FUNCTION = "_Function: TypeAlias = _FunctionOf[..., Any]"


def stub(api: Mapping[str, Any], notice: str) -> str:
    """Returns the whole stub.

    Args:
        api: The engine's class description, with documentation.
        notice: Comments that the file begins with.
    """
    classes, ours = Classes(api), exported()
    lines = [notice, "", *HEAD.splitlines()]
    lines += [
        f"from .{module} import {name} as {name}"
        for name, module in ours.items()
        if name not in EXTENDED
    ]
    lines += ["", FUNCTION, f"__all__ = {sorted(ours)}"]
    lines += built_in_types(classes.types, api)
    for class_ in api["classes"]:
        lines += classes.lines(class_)
    lines += global_lines(classes.types, api, ours)
    return "\n".join(lines) + "\n"


def exported() -> dict[str, str]:
    """Returns the names that `__init__.py` exports, and their modules."""
    found: dict[str, str] = {}
    for statement in ast.parse((BRIDGE / "__init__.py").read_text("utf-8")).body:
        match statement:
            case ast.ImportFrom(module=str(module), names=names, level=1):
                found |= {name.name: module for name in names}
            case ast.Assign(targets=[ast.Name(id="_INSIDE")], value=inside):
                found |= ast.literal_eval(inside)
    return found


def built_in_types(types: Types, api: Mapping[str, Any]) -> Iterator[str]:
    """Yields the types of values, with the engine's members that the bridge lacks."""
    by_name = {c["name"]: c for c in api["builtin_classes"]}
    for name in EXTENDED:
        yield from value_type(types, by_name[name], by_name["float"])


def global_lines(types: Types, api: Mapping[str, Any], ours: Mapping[str, str]) -> Iterator[str]:
    """Yields enums, their values and functions outside of classes."""
    for item in api["global_enums"]:
        if "." not in item["name"]:
            yield from enum(item, "")
        for value in item["values"]:
            yield from constant(value, "")
    for item in api["utility_functions"]:
        if item["name"] not in ours:
            doc = docstring(item.get("description", ""), "    ")
            result = types.plain(item.get("return_type", ""))
            yield from declaration(item, "", types.parameters(item), result, doc, "")
