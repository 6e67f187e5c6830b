"""Converts Python values to Variants.

`at` is the address of a Variant. `value` is the address of a bare value, as typed calls pass it. An
encoder writes over a Nil Variant. `ps_enter` provides such scratch memory, and `ps_leave` destroys
it. Containers are copied.
"""

from __future__ import annotations

import struct
from collections.abc import Callable as Function
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from _pythonscript import ffi, lib

from .._ffi.errors import ConversionError
from .._ffi.types import Type
from .packed import BY_FORMAT, PACKED_NUMBERS, PackedNumbers, PackedStringArray
from .value import Value
from .values import (
    VALUES,
    NodePath,
    StringName,
    is_buffer,
    is_number,
    phrase,
    value_of,
)

VARIANT_SIZE = 24

Encoder = Function[[Any, int], None]


def _set_nil(value: None, at: int) -> None:
    """Does nothing: scratch memory is Nil already."""


def _set_bool(value: bool, at: int) -> None:
    lib.ps_set_bool(at, value)


def _set_int(value: int, at: int) -> None:
    try:
        lib.ps_set_int(at, value)
    except OverflowError as error:
        raise ConversionError(f"{value} does not fit the 64 bits of an int in Godot") from error


def _set_float(value: float, at: int) -> None:
    lib.ps_set_float(at, value)


def _utf8(text: str) -> bytes:
    utf8 = text.encode("utf-8", "replace")
    if b"\0" in utf8:
        raise ConversionError(f"a String of Godot cannot hold a NUL character: {text!r:.80}")
    return utf8


def _text_encoder(type_: Type) -> Encoder:
    set_text, number = lib.ps_set_text, int(type_)

    def encode_text(value: str, at: int) -> None:
        utf8 = _utf8(value)
        set_text(at, number, utf8, len(utf8))

    return encode_text


def _value_encoder(cls: type[Value]) -> Encoder:
    pack, set_plain, number = cls.layout.pack, lib.ps_set_plain, int(cls.variant_type)

    def encode_value(value: Value, at: int) -> None:
        try:
            content = pack(*value)
        except (struct.error, OverflowError) as error:
            raise ConversionError(f"{value!r} does not fit: {error}") from error
        set_plain(at, number, content)

    return encode_value


def set_dictionary(
    value: Mapping[Any, Any],
    at: int,
    encode_key: Encoder | None = None,
    encode_item: Encoder | None = None,
) -> None:
    """Writes `value` as a Dictionary; `encode_key` and `encode_item` write each pair."""
    put_key, put_item = encode_key or encode, encode_item or encode
    lib.ps_construct(Type.DICTIONARY, at, 0)
    content = lib.ps_inside(at)
    key = lib.ps_enter(1)
    try:
        for k, v in value.items():
            put_key(k, key)
            place = lib.gd_dictionary_operator_index(content, key)
            lib.gd_variant_destroy(key)
            lib.gd_variant_new_nil(key)
            put_item(v, place)
    finally:
        lib.ps_leave(key, 1)


def set_array(value: Sequence[Any], at: int, encode_item: Encoder | None = None) -> None:
    """Writes `value` as an Array; `encode_item` writes each element."""
    put = encode_item or encode
    lib.ps_construct(Type.ARRAY, at, 0)
    lib.ps_resize(at, len(value))
    content = lib.ps_inside(at)
    for index, item in enumerate(value):
        put(item, lib.gd_array_operator_index(content, index))


# ---- Packed arrays ----


def set_packed(type_: Type, value: Any, at: int) -> None:
    """Writes `value`, a buffer or an iterable, as the packed array of this type.

    Raises:
        ConversionError: it is neither, or its elements have another type.
    """
    try:
        if type_ == Type.PACKED_STRING_ARRAY:
            _set_strings(value if isinstance(value, Sequence) else list(value), at)
        elif type_ == Type.PACKED_BYTE_ARRAY:
            _copy_packed(type_, value if isinstance(value, bytes) else _bytes_of(value), at)
        else:
            cls = PACKED_NUMBERS[type_]
            _copy_packed(type_, value if isinstance(value, cls) else cls(value), at)
    except (TypeError, ValueError, OverflowError) as error:
        raise ConversionError(f"{value!r:.80} does not make a {type_.name}: {error}") from error


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, int):  # bytes(7) would be seven zeros
        raise TypeError("it is a number")
    return bytes(value)


def _copy_packed(type_: Type, content: Any, at: int) -> None:
    lib.ps_construct(type_, at, 0)
    if len(content):
        lib.ps_resize(at, len(content))
        data = lib.ps_packed_data(at, type_, 1)
        buffer = content if type(content) is bytes else ffi.from_buffer(content)
        lib.ps_memory_copy(data, buffer, memoryview(content).nbytes)


def _set_strings(value: Sequence[str], at: int) -> None:
    if isinstance(value, str):
        raise TypeError("it is a single string")
    texts = [_utf8(text) for text in value]
    lib.ps_construct(Type.PACKED_STRING_ARRAY, at, 0)
    lib.ps_resize(at, len(texts))
    for index, utf8 in enumerate(texts):
        lib.ps_packed_set_string(at, index, utf8, len(utf8))


def _set_numbers(value: PackedNumbers, at: int) -> None:
    set_packed(value.variant_type, value, at)


def _set_buffer(value: Any, at: int) -> None:
    """Writes a NumPy array, `memoryview` or `array.array` by the format of its elements."""
    view = memoryview(value)
    if not view.ndim:
        encode(view.tolist(), at)  # a NumPy scalar
    elif view.format in ("B", "b", "c"):
        set_packed(Type.PACKED_BYTE_ARRAY, view.tobytes(), at)
    elif cls := BY_FORMAT.get((view.format or "", view.itemsize)):
        set_packed(cls.variant_type, cls(view), at)
    else:
        raise ConversionError(
            f"no packed array of Godot holds elements of format {view.format!r}: convert them to"
            " bytes, 32 or 64 bit integers, or 32 or 64 bit floats first"
        )


# ---- Anything ----


def _set_number(value: Any, at: int) -> None:
    """Writes a number that is not a built-in one, such as NumPy's."""
    if hasattr(value, "__index__"):
        _set_int(value.__index__(), at)
    else:
        _set_float(float(value), at)


_ENCODERS: dict[type, Encoder] = {
    type(None): _set_nil,
    bool: _set_bool,
    int: _set_int,
    float: _set_float,
    str: _text_encoder(Type.STRING),
    StringName: _text_encoder(Type.STRING_NAME),
    NodePath: _text_encoder(Type.NODE_PATH),
    dict: set_dictionary,
    list: set_array,
    tuple: set_array,
    bytes: partial(set_packed, Type.PACKED_BYTE_ARRAY),
    bytearray: partial(set_packed, Type.PACKED_BYTE_ARRAY),
    memoryview: _set_buffer,
    PackedStringArray: partial(set_packed, Type.PACKED_STRING_ARRAY),
    **{cls: _value_encoder(cls) for cls in VALUES.values()},
    **dict.fromkeys(PACKED_NUMBERS.values(), _set_numbers),
}


# For values whose class has no encoder; the first match is used.
_PROTOCOLS: list[tuple[Function[[Any], bool], Encoder]] = [
    (is_buffer, _set_buffer),
    (lambda value: isinstance(value, Mapping), set_dictionary),
    (lambda value: isinstance(value, Sequence), set_array),
    (is_number, _set_number),
]


def register_encoder(cls: type, encoder: Encoder) -> None:
    """Registers the encoder for a class and its subclasses."""
    _ENCODERS[cls] = encoder


def register_protocol(fits: Function[[Any], bool], encoder: Encoder) -> None:
    """Registers an encoder for values that match `fits` and whose class has no encoder."""
    _PROTOCOLS.insert(0, (fits, encoder))


def _find_encoder(value: Any) -> Encoder:
    cls = type(value)
    for base in cls.__mro__:
        if base in _ENCODERS:
            return _ENCODERS[base]
    for fits, encoder in _PROTOCOLS:
        if fits(value):
            return encoder
    raise ConversionError(f"Godot has no type for a {cls.__module__}.{cls.__qualname__}")


def encode(value: Any, at: int) -> None:
    """Writes `value` over the Nil Variant at `at`.

    Raises:
        ConversionError: no Variant can hold it.
        FreedObjectError: it is, or holds, an object that is gone.
    """
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        encoder = _ENCODERS[type(value)] = _find_encoder(value)
    encoder(value, at)


# ---- To a known type ----


def encoder_for(type_: Type) -> Encoder:
    """The encoder for an argument of this type."""
    if type_ >= Type.PACKED_BYTE_ARRAY:
        return partial(encode_as, type_)
    if type_ in VALUES:
        return _fitting_encoder(VALUES[type_])
    if type_ not in (Type.STRING_NAME, Type.NODE_PATH):
        return encode
    encode_text = _ENCODERS[StringName if type_ == Type.STRING_NAME else NodePath]
    return lambda value, at: (encode_text if type(value) is str else encode)(value, at)


def _fitting_encoder(cls: type[Value]) -> Encoder:
    encode_value = _ENCODERS[cls]

    def encode_fitting(value: Any, at: int) -> None:
        if type(value) is cls:
            encode_value(value, at)
        else:
            made = value_of(cls, value)
            encode(value if made is None else made, at)

    return encode_fitting


def encode_as(type_: Type, content: Any, at: int) -> None:
    """Writes `content` as a Variant of exactly this type.

    Raises:
        ConversionError: it cannot be converted without loss of meaning.
    """
    if type_ >= Type.PACKED_BYTE_ARRAY:
        set_packed(type_, content, at)
        return
    encode(content, at)
    found = lib.gd_variant_get_type(at)
    if found == type_ or type_ == Type.NIL or (type_ == Type.OBJECT and found == Type.NIL):
        return
    frame = lib.ps_enter(2)
    try:
        lib.gd_variant_new_copy(frame + VARIANT_SIZE, at)
        lib.gd_variant_destroy(at)
        lib.gd_variant_new_nil(at)
        made = value_of(VALUES[type_], content) if type_ in VALUES else None
        if made is not None:
            encode(made, at)
            return
        if (
            not lib.gd_variant_can_convert_strict(found, type_)
            or lib.ps_construct(type_, frame, 1) < 0
        ):
            raise ConversionError(f"wanted {phrase(type_)}, not {content!r:.80}")
        lib.gd_variant_new_copy(at, frame)
    finally:
        lib.ps_leave(frame, 2)


def encode_typed(type_: Type, content: Any, value: int, counted: bool = False) -> None:
    """Writes `content` as a bare value over the empty one at `value`.

    Args:
        type_: The type of the bare value; NIL for a Variant.
        content: The Python value.
        value: The address to write to.
        counted: Whether an object goes into a counted pointer.
    """
    at = lib.ps_enter(1)
    try:
        encode_as(type_, content, at)
        if type_ == Type.NIL:
            lib.gd_variant_destroy(value)
            lib.gd_variant_new_copy(value, at)
        elif counted:
            lib.gd_ref_set_object(value, lib.ps_get_object(at))
        elif type_ == Type.OBJECT:
            lib.ps_write_pointer(value, lib.ps_get_object(at))
        else:
            lib.ps_write_typed(value, type_, at)
    finally:
        lib.ps_leave(at, 1)


def encode_all(arguments: Iterable[Any], at: int) -> None:
    """Writes the arguments of a call into consecutive Variants."""
    for argument in arguments:
        encode(argument, at)
        at += VARIANT_SIZE
