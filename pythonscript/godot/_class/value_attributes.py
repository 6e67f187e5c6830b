"""Attributes of value types from the engine: constants, members, methods, constructors, operators.

Constants, members and methods are set on the Python class on first use. They cost nothing before
and little after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from _pythonscript import lib

from .._ffi.errors import CallError
from .._ffi.names import name
from .._variant.calls import call_by_name, get_by_name, result_of, with_value
from .._variant.decode import decode
from .._variant.encode import VARIANT_SIZE, encode, encode_all
from .._variant.value import Value, ValueEngine, use_engine
from .._variant.values import VALUES
from .methods import TrustedTable
from .ptrcall import STATIC, function_of
from .table import generated


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(generated("values.json"))
    return table


def _constant(cls: type[Value], constant: str) -> Any:
    at = lib.ps_enter(1)
    try:
        lib.gd_variant_get_constant_value(cls.variant_type, name(constant), at)
        return decode(at)
    finally:
        lib.ps_leave(at, 1)


def _method(
    cls: type[Value], method: str, hash_: int, flags: int, signature: list[str], defaults: list[str]
) -> Any:
    what = f"{cls.__name__}.{method}"
    function: Callable[..., Any] | None = None
    if TrustedTable.is_trusted:
        bind = lib.ps_builtin_method(cls.variant_type, name(method), hash_)
        function = function_of(what, bind, flags, signature, defaults, cls.variant_type)
    if flags & STATIC:
        return staticmethod(function or _static_by_name(cls, method))
    return function or (lambda self, *arguments: call_by_name(self, method, arguments))


def _static_by_name(cls: type[Value], method: str) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        count = len(arguments)
        frame = lib.ps_enter(count + 1)
        try:
            encode_all(arguments, frame + VARIANT_SIZE)
            outcome = lib.ps_call_static(cls.variant_type, name(method), frame, count)
            what = f"{cls.__name__}.{method}"
            if outcome < 0 and (mended := with_value(outcome, what, arguments)) is not None:
                return call(*mended)
            return result_of(outcome, frame, what, arguments)
        finally:
            lib.ps_leave(frame, count + 1)

    return call


class _Engine(ValueEngine):
    """The engine in which this Python runs."""

    def find(self, cls: Any, attribute: str) -> Any:
        cls = VALUES[cls.variant_type]
        row = _table()[cls.__name__]
        if attribute in row["constants"]:
            made: Any = _constant(cls, attribute)
        elif attribute in row["enums"]:
            made = row["enums"][attribute]
        elif attribute in row["members"]:
            made = property(lambda self: get_by_name(self, attribute)[1])
        elif attribute in row["methods"]:
            made = _method(cls, attribute, *row["methods"][attribute])
        else:
            raise AttributeError(f"{cls.__name__} has no attribute {attribute}")
        setattr(cls, attribute, made)
        return getattr(cls, attribute)

    def construct(self, cls: type[Value], arguments: Sequence[Any]) -> Any:
        count = len(arguments)
        frame = lib.ps_enter(count + 1)
        try:
            encode_all(arguments, frame + VARIANT_SIZE)
            if lib.ps_construct(cls.variant_type, frame, count) < 0:
                given = ", ".join(map(repr, arguments))
                raise CallError(f"no constructor of {cls.__name__} takes ({given})")
            return decode(frame)
        finally:
            lib.ps_leave(frame, count + 1)

    def evaluate(self, operator: int, left: Any, right: Any) -> Any:
        frame = lib.ps_enter(3)
        try:
            encode(left, frame + VARIANT_SIZE)
            encode(right, frame + 2 * VARIANT_SIZE)
            if not lib.ps_evaluate(operator, frame + VARIANT_SIZE, frame + 2 * VARIANT_SIZE, frame):
                return NotImplemented
            return decode(frame)
        finally:
            lib.ps_leave(frame, 3)


use_engine(_Engine())
