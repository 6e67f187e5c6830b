"""The engine's global functions, enums and constants."""

from __future__ import annotations

from functools import cache
from typing import Any

from _pythonscript import lib

from .._ffi.errors import CallError, GodotError
from .._ffi.names import name
from .._ffi.types import Type
from .._object.lives import wrap
from .._variant.decode import decode
from .._variant.encode import VARIANT_SIZE, encode, encode_as
from .classes import enum_of
from .table import global_row, type_named


@cache
def utility(function_name: str) -> Any:
    """A global function of the engine, such as `lerp` or `print`; None if there is none."""
    for found, hash_, flags, signature in global_row()["functions"]:
        if found == function_name:
            return _utility(found, hash_, flags, signature)
    return None


def _utility(function: str, hash_: int, flags: int, signature: list[str]) -> Any:
    address = lib.gd_variant_get_ptr_utility_function(name(function), hash_)
    if not address:
        raise GodotError(f"this engine has no global function {function} with this signature")
    vararg = bool(flags & 2)
    result_type = type_named(signature[0])
    is_variant = signature[0] in ("Variant", "")
    types = [type_named(t) for t in signature[1:]]
    bare = sum(1 << index for index, t in enumerate(types) if t != Type.NIL and not vararg)

    def call(*arguments: Any) -> Any:
        count = len(arguments)
        if not vararg and count != len(types):
            raise CallError(f"{function} takes {len(types)} arguments, not {count}")
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
    """A global enum (`Key`) or one of its values (`KEY_A`); None if there is none."""
    enums = global_row()["enums"]
    if constant in enums:
        return _global_enum(constant)
    return next((values[constant] for values in enums.values() if constant in values), None)


@cache
def _global_enum(enum_name: str) -> Any:
    return enum_of(enum_name, global_row())
