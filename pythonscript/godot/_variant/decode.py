"""Converts Variants to Python values; `at` and `value` are explained in `encode`.

Objects, callables, signals and typed containers register decoders of their own.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from typing import Any

from _pythonscript import ffi, lib

from .._ffi.errors import ConversionError
from .._ffi.text import text_at, typed_text
from .._ffi.types import Type
from .packed import PACKED_NUMBERS, PackedNumbers, PackedStringArray
from .value import Value
from .values import VALUES, NodePath, StringName

Decoder = Function[[int], Any]

_TOO_DEEP = "an Array or Dictionary contains itself, or others that are nested too deep"


def _value_decoder(cls: type[Value]) -> Decoder:
    make, size = tuple.__new__, len(cls.default)
    pointer = {"f": "float *", "i": "int32_t *", "Q": "uint64_t *"}[cls.layout.format[-1]]
    c_type, cast, unpack, inside = ffi.typeof(pointer), ffi.cast, ffi.unpack, lib.ps_inside

    def decode_value(at: int) -> Value:
        return make(cls, unpack(cast(c_type, inside(at)), size))

    return decode_value


def _packed_decoder(cls: type[PackedNumbers]) -> Decoder:
    number = int(cls.variant_type)
    width = cls.width()

    def decode_packed(at: int) -> PackedNumbers:
        made, length = cls(), lib.ps_size(at)
        if length:
            data = ffi.cast("char *", lib.ps_packed_data(at, number, 0))
            made.frombytes(ffi.buffer(data, length * width))
        return made

    return decode_packed


def _bytes(at: int) -> bytes:
    length = lib.ps_size(at)
    if not length:
        return b""
    data = ffi.cast("char *", lib.ps_packed_data(at, Type.PACKED_BYTE_ARRAY, 0))
    return ffi.buffer(data, length)[:]


def _strings(at: int) -> PackedStringArray:
    made = PackedStringArray()
    for index in range(lib.ps_size(at)):
        made.append(typed_text(lib.ps_packed_string(at, index), Type.STRING))
    return made


def _array(at: int) -> list[Any]:
    content = lib.ps_inside(at)
    try:
        items = [
            decode(lib.gd_array_operator_index_const(content, index))
            for index in range(lib.ps_size(at))
        ]
    except RecursionError:
        raise ConversionError(_TOO_DEEP) from None
    if types := lib.ps_element_types(at):
        return _TYPED[Type.ARRAY](at, types, items)
    return items


def _dictionary(at: int) -> dict[Any, Any]:
    content, made = lib.ps_inside(at), {}
    keys = lib.ps_enter(1)
    try:
        lib.ps_dictionary_keys(at, keys)
        inside = lib.ps_inside(keys)
        for index in range(lib.ps_size(keys)):
            key = lib.gd_array_operator_index_const(inside, index)
            made[_hashable(decode(key))] = decode(
                lib.gd_dictionary_operator_index_const(content, key)
            )
    except RecursionError:
        raise ConversionError(_TOO_DEEP) from None
    finally:
        lib.ps_leave(keys, 1)
    if types := lib.ps_element_types(at):
        return _TYPED[Type.DICTIONARY](at, types, made)
    return made


def _hashable(key: Any) -> Any:
    """A key that Python can hash: Godot takes any Variant, so lists and dicts become tuples."""
    if isinstance(key, (list, PackedNumbers)):
        return tuple(_hashable(item) for item in key)
    if isinstance(key, dict):
        return tuple((_hashable(k), _hashable(v)) for k, v in key.items())
    return key


def _unregistered(at: int) -> Any:
    raise ConversionError("no decoder is registered for this type")


def _bool(at: int) -> bool:
    return lib.ps_get_integer(at) != 0


# Indexed by the number of the type.
DECODERS: list[Decoder] = [
    lambda at: None,
    _bool,
    lib.ps_get_integer,
    lib.ps_get_number,
    text_at,
    *(
        _value_decoder(VALUES[t]) if t in VALUES else text_at
        for t in map(Type, range(Type.VECTOR2, Type.OBJECT))
    ),
    *[_unregistered] * 3,  # objects, callables and signals
    _dictionary,
    _array,
    _bytes,
    *(
        _packed_decoder(PACKED_NUMBERS[t]) if t in PACKED_NUMBERS else _strings
        for t in map(Type, range(Type.PACKED_INT32_ARRAY, len(Type)))
    ),
]
DECODERS[Type.STRING_NAME] = lambda at: StringName(text_at(at))
DECODERS[Type.NODE_PATH] = lambda at: NodePath(text_at(at))
_type_of = lib.gd_variant_get_type


def decode(at: int) -> Any:
    """The Python value of the Variant at `at`."""
    return DECODERS[_type_of(at)](at)


def decode_all(arguments: int, count: int) -> list[Any]:
    """The Python values of `count` Variants, whose addresses are in the array at `arguments`."""
    return [decode(lib.ps_word(arguments, index)) for index in range(count)]


def decode_typed(type_: Type, value: int) -> Any:
    """The Python value of the bare value at `value`; type NIL means that it is a Variant."""
    bare = _BARE.get(type_)
    if bare is not None:
        return bare(value)
    at = lib.ps_enter(1)
    try:
        lib.ps_set_typed(at, type_, value)
        return DECODERS[type_](at)
    finally:
        lib.ps_leave(at, 1)


# ---- Decoders of higher layers ----

Typed = Function[[int, int, Any], Any]
# By type: decoders of bare values, and makers of typed containers.
_BARE: dict[Type, Decoder] = {Type.NIL: decode}
_TYPED: dict[Type, Typed] = {}


def register_decoder(type_: Type, decoder: Decoder) -> None:
    DECODERS[type_] = decoder


def register_bare_decoder(type_: Type, decoder: Decoder) -> None:
    """Registers the decoder for bare values of a type; it gets the address of one."""
    _BARE[type_] = decoder


def register_typed(type_: Type, typed: Typed) -> None:
    """Registers the function that makes a typed container.

    It gets the address of the Variant, the numbers of the element types (that of the keys in the
    lowest byte), and the plain list or dictionary.
    """
    _TYPED[type_] = typed
