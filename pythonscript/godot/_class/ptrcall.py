"""Python functions that call the engine with bare values, the fast path: *ptrcalls*.

The arguments are packed into one byte string, so that a call crosses into C once. The source text
of a function is generated for its signature, so that a call runs no loop. Signatures with strings,
containers or Variants are not plain; `methods` handles those.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from _pythonscript import ffi, lib

from .._ffi.errors import CallError, ConversionError
from .._ffi.types import Type
from .._object.lives import address_of, wrap, wrap_counted
from .._object.objects import EngineObject
from .._object.registry import class_named
from .._variant.value import Value
from .._variant.values import VALUES, value_of
from .table import is_counted, type_named

CONST, VARARG, STATIC = 1, 2, 4
FREED = lib.PS_FREED
_MAX_BYTES = 256  # an argument's offset must fit into a byte; see ps_method

_SCALARS = {Type.BOOL: "?", Type.INT: "q", Type.FLOAT: "d", Type.OBJECT: "Q"}

_RESULTS = {
    Type.NIL: "if {call_int} == FREED: check({all})",
    Type.BOOL: """result = {call_int}
        if result == FREED: check({all})
        return result != 0""",
    Type.INT: """result = {call_int}
        if result == FREED: check({all})
        return result""",
    Type.FLOAT: """result = {call_float}
        if result != result: check({all})
        return result""",
    Type.OBJECT: """result = {call_int}
        if result == FREED: check({all})
        return wrap(result)""",
}
_VALUE_RESULT = """result = new(c_type)
        if {call_into} == FREED: check({all})
        return make(cls, unpack(result, size))"""


def function_of(
    what: str,
    bind: int,
    flags: int,
    signature: Sequence[str],
    defaults: Sequence[str],
    owner: Type = Type.OBJECT,
) -> Callable[..., Any] | None:
    """A function that calls an engine method; None if the signature is not plain.

    Args:
        what: Class and method, for error messages.
        bind: The engine's address of the method.
        flags: CONST, VARARG and STATIC, as in the class table.
        signature: Names of the types of the result and of the arguments.
        defaults: Values of the last arguments, as the engine writes them.
        owner: The value type that has the method, or OBJECT.
    """
    types = tuple(map(type_named, signature[1:]))
    result = type_named(signature[0])
    is_static = bool(flags & STATIC)
    packed = types if is_static or owner == Type.OBJECT else (owner, *types)
    layouts = [_layout(t) for t in packed]
    if None in layouts or flags & VARARG or not _is_plain_result(signature[0], result):
        return None
    packing = struct.Struct("".join(filter(None, layouts)))
    if packing.size > _MAX_BYTES:
        return None
    native = lib.ps_method(
        bind,
        _native_flags(flags, types, result, owner),
        len(packed),
        _offsets([layout for layout in layouts if layout]),
        sum(1 << index for index, t in enumerate(packed) if t == Type.OBJECT),
    )
    cls = VALUES.get(result)
    function: Callable[..., Any] = _template(types, result, is_static, owner)(
        native,
        packing.pack,
        partial(_mended, what, signature[1:], types),
        _wrapper(signature[0]) if result == Type.OBJECT else None,
        ffi.typeof(f"{_number_type(cls)}[{len(cls.default)}]") if cls else None,
        cls,
        len(cls.default) if cls else 0,
        _argument_classes(signature[1:], types),
    )
    function.__name__, function.__qualname__ = what.rpartition(".")[2], what
    if defaults:
        last = zip(types[-len(defaults) :], defaults, strict=True)
        function.__defaults__ = tuple(_default(t, text) for t, text in last)
    return function


def _layout(type_: Type) -> str | None:
    """The `struct` format of an argument of this type; None if the type is not plain."""
    return _SCALARS.get(type_) or (VALUES[type_].layout.format if type_ in VALUES else None)


def _offsets(layouts: Sequence[str]) -> bytes:
    """The offset of each argument; numbers of 8 bytes are aligned, as the engine reads them."""
    return bytes(
        struct.calcsize("".join(layouts[:index]) + "0" + layout[-1])
        for index, layout in enumerate(layouts)
    )


def _is_plain_result(name: str, type_: Type) -> bool:
    return name == "" or (name != "Variant" and type_ in _RESULTS) or type_ in VALUES


def _native_flags(flags: int, types: Sequence[Type], result: Type, owner: Type) -> int:
    # A method that only reads a number cannot wait for another thread; see RELEASE_LOCK in
    # tools/generate_godot.py.
    keeps_lock = flags & CONST and not types and result != Type.OBJECT
    return int(
        (lib.PS_STATIC if flags & STATIC else 0)
        | (lib.PS_KEEP_LOCK if keeps_lock else 0)
        | (lib.PS_VALUE if owner != Type.OBJECT else 0)
    )


def _wrapper(class_name: str) -> Callable[[int], Any]:
    return wrap_counted if is_counted(class_name) else wrap


def _number_type(cls: Any) -> str:
    return {"f": "float", "i": "int32_t", "Q": "uint64_t"}[cls.layout.format[-1]]


def _argument_classes(names: Sequence[str], types: Sequence[Type]) -> list[Any]:
    return [
        class_named(name) if type_ == Type.OBJECT else None
        for name, type_ in zip(names, types, strict=True)
    ]


def _default(type_: Type, text: str) -> Any:
    if type_ == Type.BOOL:
        return text == "true"
    if type_ == Type.OBJECT:
        return None
    if type_ not in VALUES:
        return int(text) if type_ == Type.INT else float(text)
    cls = VALUES[type_]
    numbers = text[text.index("(") + 1 : -1]
    return cls.of(map(cls.number, numbers.split(","))) if numbers else cls()


@cache
def _template(arguments: tuple[Type, ...], result: Type, is_static: bool, owner: Type) -> Any:
    """A factory for functions of this signature."""
    names = [f"argument_{number}" for number in range(1, len(arguments) + 1)]
    parameters = names if is_static else ["self", *names]
    values = sum(t in VALUES for t in arguments)
    given = [_given(n, t, values > 1) for n, t in zip(names, arguments, strict=True)]
    reference = "0"
    if not is_static and owner == Type.OBJECT:
        reference = "self._ref"
    elif not is_static:
        given = ["*self", *given]
    how, tail = ("call", ", packed") if given else ("get", "")
    body = (_RESULTS.get(result) or _VALUE_RESULT).format(
        call_int=f"{how}_int(method, {reference}{tail})",
        call_float=f"{how}_float(method, {reference}{tail})",
        call_into=f"call_into(method, {reference}, {'packed' if given else 'NOTHING'}, result)",
        all=", ".join(parameters),
    )
    pack = f"""try: packed = pack({", ".join(given)})
        except (PackError, TypeError) as error:
            return function({"" if is_static else "self, "}*mend(error, {", ".join(names)}))
        """
    text = f"""
def maker(method, pack, mend, wrap, c_type, cls, size, classes):
    {"".join(f"class_{n}, " for n in names) + "= classes" if names else ""}
    def function({", ".join([*parameters, "/"] if parameters else [])}):
        {pack if given else ""}{body}
    return function"""
    scope: dict[str, Any] = {
        "FREED": FREED, "NOTHING": ffi.NULL, "PackError": struct.error,
        "check": _check, "fit": _fit, "other": _other,
        "get_int": lib.ps_get_int, "get_float": lib.ps_get_float, "call_int": lib.ps_call_int,
        "call_float": lib.ps_call_float, "call_into": lib.ps_call_into,
        "new": ffi.new, "unpack": ffi.unpack, "make": tuple.__new__,
    }  # fmt: skip
    return run_text(text, scope)["maker"]


def run_text(text: str, scope: dict[str, Any]) -> dict[str, Any]:
    """Runs generated code as part of this package; tracebacks do not count it as the game's."""
    exec(compile(text, f"{__file__} (made)", "exec"), scope)
    return scope


def _given(name: str, type_: Type, among_others: bool) -> str:
    """The expression that `pack` gets for an argument; of several values it checks the lengths."""
    if type_ == Type.OBJECT:
        return f"{name}._ref if isinstance({name}, class_{name}) else other({name}, class_{name})"
    if type_ in VALUES:
        return f"*fit({name}, {len(VALUES[type_].default)})" if among_others else f"*{name}"
    return name


def _fit(value: Sequence[float], size: int) -> Sequence[float]:
    if len(value) != size:
        raise TypeError
    return value


def _other(value: Any, cls: type) -> int:
    """0 for None; raises for any other value that is no object of the wanted class."""
    if value is not None:
        raise TypeError
    return 0


def _check(*objects: Any) -> None:
    """Raises if an object has been freed; a result that equals FREED may also be a real one."""
    for value in objects:
        if isinstance(value, EngineObject):
            address_of(value)


def _mended(
    what: str, names: Sequence[str], types: Sequence[Type], error: Exception, *arguments: Any
) -> list[Any]:
    """The arguments as values that can be packed.

    Raises:
        ConversionError: they are that already, so they cannot be packed.
    """
    mended = [_as_value(t, given) for t, given in zip(types, arguments, strict=True)]
    if all(map(operator.is_, mended, arguments)):
        takes = ", ".join(name.rpartition("::")[2] for name in names)
        given = ", ".join(map(repr, arguments))
        raise ConversionError(f"{what} takes ({takes}), not ({given})") from error
    return mended


def _as_value(type_: Type, given: Any) -> Any:
    """A tuple or list as the value that it stands for, and a value as one of this type."""
    cls = VALUES.get(type_)
    if cls is None or isinstance(given, cls):
        return given
    if isinstance(given, Value):
        try:
            return cls(given)
        except CallError:
            return given
    made = value_of(cls, given)
    return given if made is None else made
