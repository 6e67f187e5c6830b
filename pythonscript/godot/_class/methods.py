"""Methods of engine classes as Python functions, made on first use.

Most signatures are plain and use the fast path (`ptrcall`). The others go through Variants. Both
kinds are generated as source text for their number of arguments. Methods that are not in the class
table are called by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import chain, repeat
from typing import Any

from _pythonscript import lib

from .._ffi.names import name
from .._object.lives import freed
from .._object.objects import EngineObject
from .._object.singletons import singleton
from .._variant.calls import call_by_name, raise_call_error, with_value
from .._variant.decode import DECODERS
from .._variant.encode import (
    VARIANT_SIZE,
    Encoder,
    encode,
    encoder_for,
    set_array,
    set_dictionary,
)
from .._variant.values import VALUES
from .ptrcall import FREED, STATIC, VARARG, function_of, run_text
from .table import type_named

Replacement = Callable[[Callable[..., Any]], Callable[..., Any]]
_replacements: dict[tuple[str, str], Replacement] = {}


def replace_method(owner: str, method: str, replacement: Replacement) -> None:
    """Registers what makes a method in Python from the one that calls the engine."""
    _replacements[owner, method] = replacement


class LazyMethod:
    """Replaces itself with the real function on first use."""

    def __init__(self, owner: str, row: Sequence[Any]):
        self.owner = owner
        self.row = row

    def __set_name__(self, cls: type, attribute: str) -> None:
        self.cls = cls
        self.attribute = attribute

    def __get__(self, obj: Any, cls: Any = None) -> Any:
        function = build_method(self.owner, *self.row)
        if replacement := _replacements.get((self.owner, self.row[0])):
            function = replacement(function)
        static = self.row[2] & STATIC
        setattr(self.cls, self.attribute, staticmethod(function) if static else function)
        return function if static or obj is None else function.__get__(obj, cls)


class TrustedTable:
    """Records at start-up that the running engine has the methods of the class table.

    Newer engines keep the methods of older ones. An older one may lack a method in the form that
    the table describes, and would log an error when asked. So there every call goes by name.
    """

    is_trusted = True


def build_method(
    owner: str, method: str, hash_: int, flags: int, signature: list[str], defaults: list[str]
) -> Callable[..., Any]:
    """A function that calls `owner.method`."""
    bind = 0
    if TrustedTable.is_trusted:
        bind = lib.gd_classdb_get_method_bind(name(owner), name(method), hash_)
    what = f"{owner}.{method}"
    if not bind:
        encoders = [_encoder(t) for t in signature[1:]]
        by_name = _static_by_name if flags & STATIC else _by_name
        return by_name(owner, method, encoders)
    plain = function_of(what, bind, flags, signature, defaults)
    if plain is not None:
        return plain
    function = _through_variants(what, bind, flags, signature, len(defaults))
    function.__name__, function.__qualname__ = method, what
    return function


def _through_variants(
    what: str, bind: int, flags: int, signature: list[str], optional: int
) -> Callable[..., Any]:
    is_static = bool(flags & STATIC)
    native = lib.ps_method(bind, lib.PS_STATIC if is_static else 0, 0, b"", 0)
    encoders = [_encoder(t) for t in signature[1:]]
    required = len(encoders) - optional
    maker = _template(required, is_static, bool(optional or flags & VARARG))
    function: Callable[..., Any] = maker(native, what, encoders[:required], encoders[required:])
    return function


def _encoder(type_name: str) -> Encoder:
    """The encoder for an argument whose type has this name in the class table."""
    kind, _, inner = type_name.partition("::")
    elements = [VALUES.get(type_named(element)) for element in inner.split(";")]
    if kind not in ("typedarray", "typeddictionary") or not any(elements):
        return encoder_for(type_named(type_name))
    puts = [encoder_for(type_named(element)) for element in inner.split(";")]
    plain, put_all = ((list, tuple), set_array) if len(puts) == 1 else ((dict,), set_dictionary)

    def encode_elements(value: Any, at: int) -> None:
        if type(value) in plain:
            put_all(value, at, *puts)
        else:
            encode(value, at)

    return encode_elements


@cache
def _template(required: int, is_static: bool, open_ended: bool) -> Any:
    """A factory for functions with this many required arguments and, if open-ended, more."""
    names = [f"argument_{number}" for number in range(1, required + 1)]
    parameters = [*([] if is_static else ["self"]), *names]
    parameters += (["/"] if parameters else []) + (["*rest"] if open_ended else [])
    given = "".join(f"{n}, " for n in names) + ("*rest" if open_ended else "")
    puts = [f"put_{n}({n}, frame + {i * VARIANT_SIZE})" for i, n in enumerate(names, 1)]
    if open_ended:
        puts.append(f"rest and put_all(others, rest, frame + {(required + 1) * VARIANT_SIZE})")
    text = f"""
def maker(method, what, encoders, others):
    [{", ".join(f"put_{n}" for n in names)}] = encoders
    def function({", ".join(parameters)}):
        room = {required + 1}{" + len(rest)" if open_ended else ""}
        frame = enter(room)
        try:
            {"; ".join(puts) or "pass"}
            kind = call(method, {"0" if is_static else "self._ref"}, frame, room - 1)
            if kind < 0:
                mended = mend(kind, what, {"None" if is_static else "self"}, [{given}])
                return function({"" if is_static else "self, "}*mended)
            return decoders[kind](frame)
        finally:
            leave(frame, room)
    return function"""
    scope: dict[str, Any] = {
        "call": lib.ps_call_bound, "decoders": DECODERS, "enter": lib.ps_enter,
        "leave": lib.ps_leave, "mend": _mend, "put_all": _put_all,
    }  # fmt: skip
    return run_text(text, scope)["maker"]


def _put_all(encoders: Sequence[Encoder], arguments: Sequence[Any], at: int) -> None:
    for put, argument in zip(chain(encoders, repeat(encode)), arguments, strict=False):
        put(argument, at)
        at += VARIANT_SIZE


def _mend(
    outcome: int, what: str, self: EngineObject | None, arguments: Sequence[Any]
) -> Sequence[Any]:
    """The arguments with which to call again; raises if nothing can be done."""
    if outcome == FREED and self is not None:
        raise freed(self)
    mended = with_value(outcome, what, arguments)
    if mended is None:
        raise_call_error(outcome, what, arguments)
    return mended


def _by_name(owner: str, method: str, encoders: Sequence[Encoder]) -> Callable[..., Any]:
    """A function that calls by name: slower, but right for engines that the table does not fit."""
    put_all = partial(_put_all, encoders)

    def call(self: EngineObject, *arguments: Any) -> Any:
        return call_by_name(self, method, arguments, put_all, owner)

    return call


def _static_by_name(owner: str, method: str, encoders: Sequence[Encoder]) -> Callable[..., Any]:
    put_all = partial(_put_all, [encode, encode, *encoders])

    def call(*arguments: Any) -> Any:
        given = (owner, method, *arguments)
        return call_by_name(singleton("ClassDB"), "class_call_static", given, put_all, "ClassDB")

    return call
