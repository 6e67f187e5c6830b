"""Python functions that call engine methods, made when first used.

A method whose arguments and result are plain (numbers, vectors, objects) gets a function that packs
the arguments into one string of bytes and crosses the border once, a *ptrcall*. Every other method
goes through Variants. For a ptrcall the function's text is made for its signature, once, so that a
call runs no loop.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import chain, repeat
from typing import Any

from _pythonscript import ffi, lib

from ._errors import ConversionError
from ._names import name
from ._objects import EngineObject, address_of, freed, wrap, wrap_counted
from ._types import Type, type_named
from ._values import VALUES
from ._variant import VARIANT_SIZE, decode, encode, encode_as, raise_call_error

CONST, VARARG, STATIC = 1, 2, 4
FREED = lib.PS_FREED
_MISSING: Any = object()
_MOST_PLAIN_BYTES = 256  # an argument's place must fit a byte; see ps_method

_SCALARS = {Type.BOOL: "?", Type.INT: "q", Type.FLOAT: "d", Type.OBJECT: "Q"}


def _pointer(value: EngineObject | None) -> int:
    return 0 if value is None else address_of(value)


def _layout(type_: Type) -> str | None:
    """How `struct` writes an argument of this type; None for a type that is not plain."""
    return _SCALARS.get(type_) or (VALUES[type_].layout.format if type_ in VALUES else None)


def _offsets(layouts: Sequence[str]) -> bytes:
    """Where each argument begins. Numbers of 8 bytes are aligned, as the engine reads them."""
    return bytes(
        struct.calcsize("".join(layouts[:index]) + "0" + layout[-1])
        for index, layout in enumerate(layouts)
    )


_RESULTS = {
    Type.NIL: """
        if {call_int} == FREED: raise freed(self)""",
    Type.BOOL: """
        result = {call_int}
        if result == FREED: raise freed(self)
        return result != 0""",
    Type.INT: """
        result = {call_int}
        if result == FREED: check(self)
        return result""",
    Type.FLOAT: """
        result = {call_float}
        if result != result: check(self)
        return result""",
    Type.OBJECT: """
        result = {call_int}
        if result == FREED: raise freed(self)
        return wrap(result)""",
}
_VALUE_RESULT = """
        result = new(c_type)
        if call_into(method, self._ref, {packed}, result) == FREED: raise freed(self)
        return make(cls, unpack(result, size))"""


@cache
def _template(arguments: tuple[Type, ...], optional: int, result: Type, static: bool) -> Any:
    """A maker of ptrcall functions of this signature."""
    names = [f"a{index}" for index in range(len(arguments))]
    required = len(names) - optional
    parameters = names[:required] + [f"{n}=MISSING" for n in names[required:]]
    given = ", ".join(
        f"pointer({n})" if t == Type.OBJECT else f"*{n}" if t in VALUES else n
        for n, t in zip(names, arguments, strict=True)
    )
    packed = f"pack({given})" if names else "NOTHING"
    reference = "0" if static else "self._ref"
    short = "get" if not names else "call"
    tail = f", {packed}" if names else ""
    body = (_RESULTS.get(result) or _VALUE_RESULT).format(
        call_int=f"{short}_int(method, {reference}{tail})",
        call_float=f"{short}_float(method, {reference}{tail})",
        packed=packed,
    )
    if static:
        body = body.replace("self._ref", "0").replace("(self)", "(None)")
    lines = [
        "def maker(method, pack, slow, wrap, c_type, cls, size):",
        f"    def function({', '.join(([] if static else ['self']) + parameters)}):",
    ]
    if optional:
        passed = ", ".join(([] if static else ["self"]) + names)
        lines.append(f"        if {names[-1]} is MISSING: return slow({passed})")
    lines += [f"        try:{body.replace(chr(10), chr(10) + '    ')}"] if names else [body[1:]]
    if names:
        lines.append(
            f"        except (PackError, TypeError) as error: refuse(error, ({', '.join(names)},))"
        )
    lines.append("    return function")
    scope: dict[str, Any] = {
        "FREED": FREED, "MISSING": _MISSING, "NOTHING": ffi.NULL, "PackError": struct.error,
        "freed": freed, "check": _check, "pointer": _pointer, "refuse": _refuse,
        "get_int": lib.ps_get_int, "get_float": lib.ps_get_float, "call_int": lib.ps_call_int,
        "call_float": lib.ps_call_float, "call_into": lib.ps_call_into,
        "new": ffi.new, "unpack": ffi.unpack, "make": tuple.__new__,
    }  # fmt: skip
    exec("\n".join(lines), scope)
    return scope["maker"]


def _check(self: EngineObject) -> None:
    """The result looks like that of a freed object, and may be a real one."""
    if self is not None:
        address_of(self)


def _refuse(error: Exception, arguments: tuple[Any, ...]) -> None:
    """Says which arguments did not fit; errors that are ours already pass."""
    if isinstance(error, ReferenceError | ConversionError):
        raise error
    given = ", ".join(map(repr, arguments))
    raise ConversionError(f"the arguments ({given}) do not fit: {error}") from error


class LazyMethod:
    """Stands in a class until the method is used, and then makes way for the real function."""

    def __init__(self, owner: str, row: Sequence[Any]):
        self.owner = owner
        self.row = row

    def __set_name__(self, cls: type, attribute: str) -> None:
        self.cls = cls
        self.attribute = attribute

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        function = self.build()
        static = self.row[2] & STATIC
        setattr(self.cls, self.attribute, staticmethod(function) if static else function)
        return function if static or obj is None else function.__get__(obj, cls)

    def build(self) -> Callable[..., Any]:
        function = build_method(self.owner, *self.row)
        function.__name__ = self.attribute
        function.__qualname__ = f"{self.owner}.{self.attribute}"
        return function


class TrustedTable:
    """Whether the running engine has the methods of the class table; set when it starts.

    Newer engines keep what older ones had. An older one may lack a method in the table's form, and
    would log an error when asked, so there every call goes by name.
    """

    is_trusted = True


def build_method(
    owner: str, method: str, hash_: int, flags: int, signature: Sequence[str], optional: int
) -> Callable[..., Any]:
    """The function that calls `owner.method`."""
    types = tuple(map(type_named, signature[1:]))
    result_name = signature[0]
    result = type_named(result_name)
    bind = 0
    if TrustedTable.is_trusted:
        bind = lib.gd_classdb_get_method_bind(name(owner), name(method), hash_)
    what = f"{owner}.{method}"
    if not bind:
        return _by_name(method, what)
    slow = _bound(bind, flags, what, types)
    layouts = [_layout(t) for t in types]
    plain_result = result_name == "" or result in _RESULTS or result in VALUES
    if (
        flags & VARARG
        or None in layouts
        or result_name == "Variant"
        or not plain_result
        or any("*" in t for t in signature)
    ):
        return slow
    packing = struct.Struct("".join(filter(None, layouts)))
    if packing.size > _MOST_PLAIN_BYTES:
        return slow
    # A method that only reads a number cannot wait for another thread; see RELEASE_LOCK in
    # tools/generate_godot.py.
    keep = flags & CONST and not types and result != Type.OBJECT
    native = lib.ps_method(
        bind,
        (lib.PS_STATIC if flags & STATIC else 0) | (lib.PS_KEEP_LOCK if keep else 0),
        len(types),
        _offsets([layout for layout in layouts if layout]),
    )
    cls = VALUES.get(result)
    maker = _template(types, optional, result, bool(flags & STATIC))
    return maker(
        native,
        packing.pack,
        slow,
        wrap_counted if result == Type.OBJECT and _is_counted(result_name) else wrap,
        _result_type(cls),
        cls,
        len(cls.default) if cls else 0,
    )


def _is_counted(class_name: str) -> bool:
    from ._classes import is_counted

    return is_counted(class_name)


def _result_type(cls: Any) -> Any:
    if cls is None:
        return None
    numbers = {"f": "float", "i": "int32_t", "Q": "uint64_t"}[cls.layout.format[-1]]
    return ffi.typeof(f"{numbers}[{len(cls.default)}]")


def _bound(bind: int, flags: int, what: str, types: Sequence[Type]) -> Callable[..., Any]:
    """Calls through Variants; the engine fills in what is not given."""
    static = flags & STATIC
    native = lib.ps_method(bind, lib.PS_STATIC if static else 0, 0, b"")
    encoders = [encode if t < Type.PACKED_BYTE_ARRAY else partial(encode_as, t) for t in types]

    def run(reference: int, arguments: Sequence[Any]) -> Any:
        while arguments and arguments[-1] is _MISSING:
            arguments = arguments[:-1]
        count = len(arguments)
        frame = at = lib.ps_enter(count + 1)
        try:
            for put, argument in zip(chain(encoders, repeat(encode)), arguments, strict=False):
                at += VARIANT_SIZE
                put(argument, at)
            error = lib.ps_call_bound(native, reference, frame, count)
            if error:
                if error == FREED:
                    return FREED
                raise_call_error(error, what, arguments)
            return decode(frame)
        finally:
            lib.ps_leave(frame, count + 1)

    def method(self: EngineObject, *arguments: Any) -> Any:
        result = run(self._ref, arguments)
        if result == FREED and type(result) is int:
            address_of(self)
        return result

    def static_method(*arguments: Any) -> Any:
        return run(0, arguments)

    return static_method if static else method


def _by_name(method: str, what: str) -> Callable[..., Any]:
    """For engines that the class table does not describe: slower, and right on all of them."""

    def call(self: EngineObject, *arguments: Any) -> Any:
        return call_by_name(self, method, arguments, what)

    return call


def call_by_name(self: EngineObject, method: str, arguments: Sequence[Any], what: str = "") -> Any:
    """Calls any method, one of a script or of another extension among them."""
    count = len(arguments)
    frame = lib.ps_enter(count + 2)
    try:
        target = frame + (count + 1) * VARIANT_SIZE
        encode(self, target)
        for index, argument in enumerate(arguments, 1):
            encode(argument, frame + index * VARIANT_SIZE)
        error = lib.ps_call_variant(target, name(method), frame, count)
        raise_call_error(error, what or method, arguments)
        return decode(frame)
    finally:
        lib.ps_leave(frame, count + 2)
