"""Variant types of Python types, and Python types of Variant types."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

from .._ffi.errors import GodotError
from .._ffi.types import Type
from .._variant.packed import PACKED_NUMBERS, PackedStringArray
from .._variant.values import VALUES, NodePath, StringName
from .callables import Callable as EngineCallable
from .objects import EngineType
from .signals import Signal

PYTHON_TYPES: dict[Type, Any] = {
    Type.BOOL: bool,
    Type.INT: int,
    Type.FLOAT: float,
    Type.STRING: str,
    Type.STRING_NAME: StringName,
    Type.NODE_PATH: NodePath,
    Type.DICTIONARY: dict,
    Type.ARRAY: list,
    Type.PACKED_BYTE_ARRAY: bytes,
    Type.PACKED_STRING_ARRAY: PackedStringArray,
    **VALUES,
    **PACKED_NUMBERS,
}
_VARIANT_TYPES: dict[Any, Type] = {python: type_ for type_, python in PYTHON_TYPES.items()}
_VARIANT_TYPES |= {EngineCallable: Type.CALLABLE, Callable: Type.CALLABLE, Signal: Type.SIGNAL}
_VARIANT_TYPES |= {bytearray: Type.PACKED_BYTE_ARRAY, tuple: Type.ARRAY}
_VARIANT_TYPES |= dict.fromkeys((Any, inspect.Parameter.empty, None, type(None)), Type.NIL)


def variant_type(annotation: Any) -> Type:
    """The Variant type of an annotation without `| None`; NIL for `Any` and for `None`.

    Raises:
        GodotError: the engine has no such type.
    """
    found = _VARIANT_TYPES.get(typing.get_origin(annotation) or annotation)
    if found is not None:
        return found
    if isinstance(annotation, EngineType):
        return Type.OBJECT
    if is_enum(annotation):
        return Type.INT
    raise GodotError(f"Godot has no type for {annotation!r}")


def without_none(annotation: Any) -> Any:
    """The `X` of an annotation `X | None`; any other annotation as it is."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        if len(parts) == 1:
            return parts[0]
    return annotation


def is_enum(value: Any) -> bool:
    """Whether it is an enum with integer members, as the engine's are."""
    return isinstance(value, type) and issubclass(value, enum.IntEnum | enum.IntFlag)


def class_name(cls: Any) -> str:
    """The engine's name of a class."""
    return str(cls._exposed_class or cls._engine_class)
