"""Calls through Variants, and exceptions for the errors that the engine returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from _pythonscript import lib

from .._ffi.errors import CallError
from .._ffi.names import name
from .._ffi.types import Type
from .decode import DECODERS, decode
from .encode import VARIANT_SIZE, Encoder, encode, encode_all
from .value import Value
from .values import VALUES, phrase, spelled, value_of

# Methods that hand arguments on to another, which counts only those: the number of theirs.
_HANDING_ON = {"Object.call": 1, "ClassDB.class_call_static": 2}


def _parts(outcome: int) -> tuple[int, int, int]:
    """Kind, argument and expected type or number of a negative outcome; see bridge.h."""
    error = -outcome
    return error & 0xFF, error >> 8 & 0xFFFFFFFF, error >> 40 & 0xFF


def raise_call_error(outcome: int, what: str, arguments: Sequence[Any]) -> NoReturn:
    """Raises the exception for the negative outcome of a call; see bridge.h.

    Raises:
        CallError: always; its text says which argument was wrong, and how.
    """
    kind, argument, expected = _parts(outcome)
    place = argument + _HANDING_ON.get(what, 0)
    if kind == lib.GDEXTENSION_CALL_ERROR_INVALID_ARGUMENT and place < len(arguments):
        need = phrase(Type(expected)) if expected < len(Type) else "of another type"
        given = arguments[place]
        if _is_untyped(expected, given):
            need = f"a typed {spelled(Type(expected))} (see TypedArray and TypedDictionary)"
        raise CallError(f"{what}: argument {argument + 1} must be {need}, not {given!r:.80}")
    if kind == lib.GDEXTENSION_CALL_ERROR_TOO_MANY_ARGUMENTS:
        raise CallError(f"{what} takes at most {expected} arguments, not {len(arguments)}")
    if kind == lib.GDEXTENSION_CALL_ERROR_TOO_FEW_ARGUMENTS:
        raise CallError(f"{what} takes at least {expected} arguments, not {len(arguments)}")
    if kind == lib.GDEXTENSION_CALL_ERROR_INVALID_METHOD:
        raise CallError(f"there is no method {what}")
    raise CallError(f"{what} was refused (error {kind} of GDExtensionCallErrorType)")


def _is_untyped(expected: int, given: Any) -> bool:
    kinds: dict[int, Any] = {Type.ARRAY: (list, tuple), Type.DICTIONARY: dict}
    return expected in kinds and isinstance(given, kinds[expected])


def with_value(outcome: int, what: str, arguments: Sequence[Any]) -> list[Any] | None:
    """The arguments of a refused call with a value for the tuple or list that was the reason.

    None if that was not the reason. The engine refuses before it calls, so the call may be made
    again.
    """
    kind, argument, expected = _parts(outcome)
    place = argument + _HANDING_ON.get(what, 0)
    if kind != lib.GDEXTENSION_CALL_ERROR_INVALID_ARGUMENT or place >= len(arguments):
        return None
    cls = VALUES.get(expected)  # type: ignore[call-overload]
    made = None if cls is None else value_of(cls, arguments[place])
    return None if made is None else [*arguments[:place], made, *arguments[place + 1 :]]


def result_of(outcome: int, frame: int, what: str, arguments: Sequence[Any]) -> Any:
    """The Python value of a call's result, which is at the start of its frame.

    Raises:
        CallError: the call failed.
    """
    if outcome < 0:
        raise_call_error(outcome, what, arguments)
    return DECODERS[outcome](frame)


PutAll = Callable[[Sequence[Any], int], None]


def call_on_variant(
    at: int, method: str, arguments: Sequence[Any], put_all: PutAll = encode_all, owner: str = ""
) -> Any:
    """Calls a method of the Variant at `at`; see `call_by_name`."""
    count = len(arguments)
    what = f"{owner}.{method}" if owner else method
    frame = lib.ps_enter(count + 1)
    try:
        put_all(arguments, frame + VARIANT_SIZE)
        outcome = lib.ps_call_variant(at, name(method), frame, count)
        if outcome < 0 and (mended := with_value(outcome, what, arguments)) is not None:
            return call_on_variant(at, method, mended, put_all, owner)
        return result_of(outcome, frame, what, arguments)
    finally:
        lib.ps_leave(frame, count + 1)


def call_by_name(
    target: Any,
    method: str,
    arguments: Sequence[Any],
    put_all: PutAll = encode_all,
    owner: str = "",
) -> Any:
    """Calls a method of an object or a value, also one of a script or of another extension.

    Args:
        target: The object or value.
        method: The name of the method.
        arguments: Those of the call.
        put_all: Writes the arguments.
        owner: The class that has the method, if it is known.
    """
    at = lib.ps_enter(1)
    try:
        encode(target, at)
        return call_on_variant(at, method, arguments, put_all, owner)
    finally:
        lib.ps_leave(at, 1)


def get_by_name(target: Any, attribute: str) -> tuple[bool, Any]:
    """Reads a property of an object or a value: (whether it exists, its value)."""
    frame = lib.ps_enter(3)
    try:
        encode(target, frame)
        valid = frame + 2 * VARIANT_SIZE
        lib.gd_variant_get_named(frame, name(attribute), frame + VARIANT_SIZE, valid)
        found = bool(lib.ps_read_bool(valid))
        lib.ps_write_pointer(valid, 0)
        return found, decode(frame + VARIANT_SIZE)
    finally:
        lib.ps_leave(frame, 3)


def set_by_name(target: Any, attribute: str, value: Any, put: Encoder = encode) -> bool:
    """Sets a property of an object; False if it has none that takes this value.

    Args:
        target: The object.
        attribute: The name of the property.
        value: Its new value; for a value type also a tuple or list, as in calls.
        put: Writes it.
    """
    if _set_by_name(target, attribute, value, put):
        return True
    cls = type(get_by_name(target, attribute)[1])
    made = value_of(cls, value) if issubclass(cls, Value) else None
    return made is not None and _set_by_name(target, attribute, made, put)


def _set_by_name(target: Any, attribute: str, value: Any, put: Encoder) -> bool:
    frame = lib.ps_enter(3)
    try:
        encode(target, frame)
        put(value, frame + VARIANT_SIZE)
        valid = frame + 2 * VARIANT_SIZE
        lib.gd_variant_set_named(frame, name(attribute), frame + VARIANT_SIZE, valid)
        is_set = bool(lib.ps_read_bool(valid))
        lib.ps_write_pointer(valid, 0)
        return is_set
    finally:
        lib.ps_leave(frame, 3)
