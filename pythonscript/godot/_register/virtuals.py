"""Virtual methods of the engine that Python classes override."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

from _pythonscript import ffi, lib

from .._class.table import is_counted, type_named, virtual_signature
from .._ffi.names import text_of
from .._ffi.report import guarded, report
from .._ffi.types import Type
from .._object.lives import instance
from .._object.registry import registered
from .._variant.decode import decode_typed
from .._variant.encode import encode_typed


class Virtual:
    """An override of a virtual method, with the conversions of its arguments and result."""

    def __init__(self, function: Callable[..., Any], signature: list[str]):
        self.function = function
        self.result = type_named(signature[0])
        self.returns = signature[0] != ""
        self.counted = self.result == Type.OBJECT and is_counted(signature[0])
        types = [type_named(t) for t in signature[1:]]
        wanted = _positional_count(function)
        # The function may take fewer arguments than the engine passes: `def _process(self)`.
        self.types = types if wanted is None else types[:wanted]
        if len(self.types) == 1 and self.types[0] == Type.FLOAT:
            self.call: Any = self._call_with_float
        else:
            self.call = self._call

    def _call_with_float(self, reference: int, arguments: int, result: int) -> None:
        """Calls a method such as `_process` without a list of arguments; it runs every frame."""
        self.function(instance(reference), lib.ps_read_float(lib.ps_word(arguments, 0)))

    def _call(self, reference: int, arguments: int, result: int) -> None:
        given = [
            decode_typed(t, lib.ps_word(arguments, index)) for index, t in enumerate(self.types)
        ]
        value = self.function(instance(reference), *given)
        if self.returns and value is not None:
            encode_typed(self.result, value, result, self.counted)


def _positional_count(function: Callable[..., Any]) -> int | None:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return len(parameters)


_virtuals: list[Virtual] = []


@ffi.def_extern()
@guarded(0)
def py_find_virtual(class_number: int, method: int, _hash: int) -> int:
    label = text_of(method)
    cls = registered[class_number]
    function = getattr(cls, label, None)
    if not isinstance(function, types.FunctionType) or is_engine_function(cls, label):
        return 0
    signature = virtual_signature(cls, label)
    if signature is None:
        return 0
    _virtuals.append(Virtual(function, signature))
    return len(_virtuals)


def is_engine_function(cls: type, label: str) -> bool:
    """Whether the method comes from an engine class rather than from Python."""
    owner = next((base for base in cls.__mro__ if label in base.__dict__), None)
    return owner is None or owner.__module__ == "godot"


@ffi.def_extern()
def py_call_virtual(reference: int, _method: int, number: int, arguments: int, result: int) -> None:
    try:
        _virtuals[number - 1].call(reference, arguments, result)
    except BaseException as exception:
        report(exception)
