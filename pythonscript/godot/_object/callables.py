"""Callables, in both directions.

A Python function becomes a Callable that calls it, and is the same function when it comes back. A
method that is bound to an engine object does not keep the object alive; the engine's own Callables
do not either.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable as Function
from itertools import count
from typing import TYPE_CHECKING, Any

from _pythonscript import ffi, lib

from .._ffi.errors import ConversionError
from .._ffi.report import guarded
from .._ffi.types import Type
from .._variant.calls import call_on_variant, raise_call_error
from .._variant.decode import decode_all, register_decoder
from .._variant.encode import (
    VARIANT_SIZE,
    encode,
    encode_all,
    encode_typed,
    register_encoder,
    register_protocol,
)
from .._variant.values import StringName
from .lives import address_of, wrap
from .objects import EngineObject


class Callable:
    """A Callable of the engine or of a script. Calling it calls the function.

    Python functions work wherever the engine wants a Callable. `Callable(function)` is for the
    engine's methods on it, such as `call_deferred`. `Callable(object, "method")` is the engine's
    own kind, and `Callable()` is the null Callable.
    """

    __slots__ = ("__weakref__", "_address", "_memory")

    def __init__(
        self, target: Function[..., Any] | EngineObject | None = None, method: str | None = None
    ):
        arguments: tuple[Any, ...] = () if target is None else (target,)
        if method is not None:
            arguments = (target, StringName(method))
        count = len(arguments)
        frame = lib.ps_enter(count + 1)
        try:
            encode_all(arguments, frame + VARIANT_SIZE)
            outcome = lib.ps_construct(Type.CALLABLE, frame, count)
            if outcome < 0:
                raise_call_error(outcome, "Callable", arguments)
            self._copy(frame)
        finally:
            lib.ps_leave(frame, count + 1)

    @classmethod
    def _at(cls, at: int) -> Callable:
        made = cls.__new__(cls)
        made._copy(at)
        return made

    def _copy(self, at: int) -> None:
        self._memory = ffi.new("uint64_t[3]")
        self._address = int(ffi.cast("uintptr_t", self._memory))
        lib.gd_variant_new_copy(self._address, at)
        _live[self._address] = self

    def __del__(self) -> None:
        if hasattr(self, "_address"):
            lib.gd_variant_destroy(self._address)

    def __call__(self, *arguments: Any) -> Any:
        return call_on_variant(self._address, "call", arguments)

    if not TYPE_CHECKING:  # the stub names the engine's methods

        def __getattr__(self, method: str) -> Any:
            if method.startswith("_"):
                raise AttributeError(method)
            return lambda *arguments: call_on_variant(self._address, method, arguments)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Callable):
            return NotImplemented
        return bool(lib.gd_variant_hash_compare(self._address, other._address))

    def __hash__(self) -> int:
        return int(lib.gd_variant_hash(self._address))

    def __repr__(self) -> str:
        return f"<Callable {call_on_variant(self._address, 'get_method', ())}>"


# By address of the Variant.
_live: weakref.WeakValueDictionary[int, Callable] = weakref.WeakValueDictionary()


def release_all() -> None:
    """Empties every Callable that Python still holds, so that none keeps a script alive."""
    for held in _live.values():
        lib.gd_variant_destroy(held._address)
        lib.gd_variant_new_nil(held._address)


class _Target:
    """A Python function that a Callable of the engine calls."""

    __slots__ = ("function", "hash", "object_id", "owner_type")

    def __init__(self, function: Function[..., Any]):
        owner = getattr(function, "__self__", None)
        if isinstance(owner, EngineObject):
            self.function = function.__func__  # type: ignore[attr-defined]
            self.object_id: int = lib.gd_object_get_instance_id(address_of(owner))
        else:
            self.function = function
            self.object_id = 0
        self.owner_type = type(owner)
        self.hash = hash((self.function, self.object_id)) & 0xFFFFFFFF

    def get(self) -> Function[..., Any] | None:
        """The function; None if the object it is bound to has been freed.

        It is bound again each time: the Python half of an object may be collected and made anew.
        """
        if not self.object_id:
            return self.function
        owner = wrap(lib.gd_object_get_instance_from_id(self.object_id))
        if not isinstance(owner, self.owner_type):
            return None
        bound: Function[..., Any] = self.function.__get__(owner)
        return bound


_targets: dict[int, _Target] = {}
_numbers = count(1)


def _encode_function(function: Function[..., Any], at: int) -> None:
    """Writes a Callable of `function` over the Nil Variant at `at`.

    Raises:
        ConversionError: it is an `async def`.
    """
    if inspect.iscoroutinefunction(function):
        raise ConversionError(
            f"{function.__qualname__} is an `async def`, which the engine cannot await: pass a"
            " function that hands it to an event loop of your own"
        )
    target = _Target(function)
    number = next(_numbers)
    _targets[number] = target
    lib.ps_set_callable(at, number, target.object_id)


def _callable_at(at: int) -> Any:
    """The Python function behind a Callable; a `Callable` if it is not one of Python's."""
    target = _targets.get(lib.ps_callable_id(at))
    if target is not None and (function := target.get()) is not None:
        return function
    return Callable._at(at)


def _encode_callable(value: Callable, at: int) -> None:
    lib.gd_variant_new_copy(at, value._address)


register_encoder(Callable, _encode_callable)
register_protocol(callable, _encode_function)
register_decoder(Type.CALLABLE, _callable_at)


@ffi.def_extern()
@guarded()
def py_callable_call(
    number: int, arguments: int, argument_count: int, result: int, error: Any
) -> None:
    lib.ps_set_call_error(error, lib.GDEXTENSION_CALL_OK, 0, 0)
    function = _targets[number].get()
    if function is None:
        lib.ps_set_call_error(error, lib.GDEXTENSION_CALL_ERROR_INSTANCE_IS_NULL, 0, 0)
        return
    value = function(*decode_all(arguments, argument_count))
    if value is not None:
        encode(value, result)


@ffi.def_extern()
@guarded(0)
def py_callable_valid(number: int) -> int:
    return _targets[number].get() is not None


@ffi.def_extern()
@guarded()
def py_callable_free(number: int) -> None:
    _targets.pop(number, None)


@ffi.def_extern()
@guarded(0)
def py_callable_hash(number: int) -> int:
    return _targets[number].hash


@ffi.def_extern()
@guarded(0)
def py_callable_equal(a: int, b: int) -> int:
    first, second = _targets[a], _targets[b]
    return first.object_id == second.object_id and first.function == second.function


@ffi.def_extern()
@guarded(0)
def py_callable_less(a: int, b: int) -> int:
    return a < b


@ffi.def_extern()
@guarded()
def py_callable_to_string(number: int, valid: int, result: int) -> None:
    function = _targets[number].function
    encode_typed(Type.STRING, getattr(function, "__qualname__", repr(function)), result)
    lib.ps_write_bool(valid, 1)


@ffi.def_extern()
@guarded(0)
def py_callable_argument_count(number: int, valid: int) -> int:
    count = _argument_count(_targets[number].get())
    lib.ps_write_bool(valid, count is not None)
    return count or 0


def _argument_count(function: Function[..., Any] | None) -> int | None:
    """The most positional arguments it takes; None if that is unknown or unlimited."""
    try:
        parameters = inspect.signature(function).parameters.values() if function else ()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
