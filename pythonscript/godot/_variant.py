"""Values across the border: Python objects to Variants and back.

`at` is the address of a Variant, `value` that of a bare value as typed calls pass it. An encoder
writes over a Nil Variant, which the scratch memory of `call_*` provides and destroys again.
Containers are copied.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Mapping, Sequence
from typing import Any

from _pythonscript import ffi, lib

from ._errors import CallError, ConversionError
from ._names import name
from ._packed import BY_FORMAT, PACKED_NUMBERS, PackedNumbers, PackedStringArray
from ._types import Type
from ._values import VALUES, NodePath, StringName, Value

VARIANT_SIZE = 24
_EQUAL = 0

Encoder = Function[[Any, int], None]
Decoder = Function[[int], Any]

# ---- Python to Variant ----


def _set_nil(value: None, at: int) -> None:
    """Fresh scratch memory is Nil already."""


def _set_bool(value: bool, at: int) -> None:
    lib.ps_set_bool(at, value)


def _set_int(value: int, at: int) -> None:
    try:
        lib.ps_set_int(at, value)
    except OverflowError as error:
        raise ConversionError(f"{value} does not fit the 64 bits of an int in Godot") from error


def _set_float(value: float, at: int) -> None:
    lib.ps_set_float(at, value)


def _text_encoder(type_: Type) -> Encoder:
    set_text, number = lib.ps_set_text, int(type_)

    def encode_text(value: str, at: int) -> None:
        utf8 = value.encode("utf-8", "replace")
        set_text(at, number, utf8, len(utf8))

    return encode_text


def _value_encoder(cls: type[Value]) -> Encoder:
    pack, set_plain, number = cls.layout.pack, lib.ps_set_plain, int(cls.variant_type)

    def encode_value(value: Value, at: int) -> None:
        set_plain(at, number, pack(*value))

    return encode_value


def _set_dictionary(value: Mapping[Any, Any], at: int) -> None:
    lib.ps_construct(Type.DICTIONARY, at, 0)
    content = lib.ps_inside(at)
    key = lib.ps_enter(1)
    try:
        for k, v in value.items():
            encode(k, key)
            place = lib.gd_dictionary_operator_index(content, key)
            lib.gd_variant_destroy(key)
            lib.gd_variant_new_nil(key)
            encode(v, place)
    finally:
        lib.ps_leave(key, 1)


def _set_array(value: Sequence[Any], at: int) -> None:
    lib.ps_construct(Type.ARRAY, at, 0)
    lib.ps_resize(at, len(value))
    content = lib.ps_inside(at)
    for index, item in enumerate(value):
        encode(item, lib.gd_array_operator_index(content, index))


def set_packed(type_: Type, value: Any, at: int) -> None:
    """`value`, a buffer or an iterable, as the packed array of this type."""
    if type_ == Type.PACKED_STRING_ARRAY:
        _set_strings(value, at)
        return
    if type_ == Type.PACKED_BYTE_ARRAY:
        content: Any = value if isinstance(value, (bytes, bytearray)) else bytes(value)
        length = size = len(content)
    else:
        cls = PACKED_NUMBERS[type_]
        content = value if isinstance(value, cls) else cls(value)
        length, size = len(content), memoryview(content).nbytes
    lib.ps_construct(type_, at, 0)
    if length:
        lib.ps_resize(at, length)
        data = lib.ps_packed_data(at, type_, 1)
        lib.ps_memory_copy(
            data, content if type(content) is bytes else ffi.from_buffer(content), size
        )


def _set_strings(value: Sequence[str], at: int) -> None:
    lib.ps_construct(Type.PACKED_STRING_ARRAY, at, 0)
    lib.ps_resize(at, len(value))
    for index, text in enumerate(value):
        utf8 = text.encode("utf-8", "replace")
        lib.ps_packed_set_string(at, index, utf8, len(utf8))


def _set_bytes(value: bytes, at: int) -> None:
    set_packed(Type.PACKED_BYTE_ARRAY, value, at)


def _set_numbers(value: PackedNumbers, at: int) -> None:
    set_packed(value.variant_type, value, at)


def _set_buffer(value: Any, at: int) -> None:
    """A NumPy array, `memoryview` or `array.array`, by the format of its elements."""
    view = memoryview(value)
    if view.format in ("B", "b", "c"):
        set_packed(Type.PACKED_BYTE_ARRAY, view.tobytes(), at)
        return
    cls = BY_FORMAT.get((view.format or "", view.itemsize))
    if cls is None:
        raise ConversionError(f"no packed array of Godot holds elements of format {view.format!r}")
    set_packed(cls.variant_type, cls(view), at)


def _set_function(value: Function[..., Any], at: int) -> None:
    from ._callable import set_function

    set_function(value, at)


def _set_by_protocol(value: Any, at: int) -> None:
    """Numbers and sequences that are not the built-in ones, such as NumPy's."""
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
    dict: _set_dictionary,
    list: _set_array,
    tuple: _set_array,
    bytes: _set_bytes,
    bytearray: _set_bytes,
    memoryview: _set_buffer,
    PackedStringArray: _set_strings,
    **{cls: _value_encoder(cls) for cls in VALUES.values()},
    **dict.fromkeys(PACKED_NUMBERS.values(), _set_numbers),
}


def register_encoder(cls: type, encoder: Encoder) -> None:
    _ENCODERS[cls] = encoder


def _find_encoder(value: Any) -> Encoder:
    cls = type(value)
    for base in cls.__mro__:
        if base in _ENCODERS:
            return _ENCODERS[base]
    if callable(value):
        return _set_function
    try:
        memoryview(value)
        return _set_buffer
    except TypeError:
        pass
    if isinstance(value, Mapping):
        return _set_dictionary
    if isinstance(value, Sequence):
        return _set_array
    if hasattr(value, "__index__") or hasattr(value, "__float__"):
        return _set_by_protocol
    raise ConversionError(f"Godot has no type for a {cls.__module__}.{cls.__qualname__}")


def encode(value: Any, at: int) -> None:
    """Writes `value` over the Nil Variant at `at`.

    Raises:
        ConversionError: no Variant can hold it.
    """
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        encoder = _ENCODERS[type(value)] = _find_encoder(value)
    encoder(value, at)


# ---- Variant to Python ----


def _text(at: int) -> str:
    return ffi.string(lib.ps_text(at)).decode("utf-8", "replace")


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
    return [
        decode(lib.gd_array_operator_index_const(content, index))
        for index in range(lib.ps_size(at))
    ]


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
    finally:
        lib.ps_leave(keys, 1)
    return made


def _hashable(key: Any) -> Any:
    """Godot takes any Variant as a key; lists and dictionaries become tuples here."""
    if isinstance(key, list):
        return tuple(_hashable(item) for item in key)
    if isinstance(key, dict):
        return tuple((_hashable(k), _hashable(v)) for k, v in key.items())
    return key


def _object(at: int) -> Any:
    from ._objects import wrap

    return wrap(lib.ps_get_object(at))


def _callable(at: int) -> Any:
    from ._callable import callable_at

    return callable_at(at)


def _signal(at: int) -> Any:
    from ._callable import signal_at

    return signal_at(at)


def _bool(at: int) -> bool:
    return lib.ps_get_integer(at) != 0


_DECODERS: list[Decoder] = [
    lambda at: None,
    _bool,
    lib.ps_get_integer,
    lib.ps_get_number,
    _text,
    *(
        _value_decoder(VALUES[t]) if t in VALUES else _text
        for t in map(Type, range(Type.VECTOR2, Type.OBJECT))
    ),
    _object,
    _callable,
    _signal,
    _dictionary,
    _array,
    _bytes,
    *(
        _packed_decoder(PACKED_NUMBERS[t]) if t in PACKED_NUMBERS else _strings
        for t in map(Type, range(Type.PACKED_INT32_ARRAY, len(Type)))
    ),
]
_DECODERS[Type.STRING_NAME] = lambda at: StringName(_text(at))
_DECODERS[Type.NODE_PATH] = lambda at: NodePath(_text(at))
_type_of = lib.gd_variant_get_type


def decode(at: int) -> Any:
    """The Python value of the Variant at `at`."""
    return _DECODERS[_type_of(at)](at)


# ---- Bare values of a known type ----


def decode_typed(type_: Type, value: int) -> Any:
    """The Python value of the bare value at `value`; NIL means that it is a Variant."""
    if type_ == Type.NIL:
        return decode(value)
    if type_ == Type.OBJECT:
        from ._objects import wrap

        return wrap(lib.ps_read_pointer(value))
    at = lib.ps_enter(1)
    try:
        lib.ps_set_typed(at, type_, value)
        return _DECODERS[type_](at)
    finally:
        lib.ps_leave(at, 1)


def encode_typed(type_: Type, content: Any, value: int, counted: bool = False) -> None:
    """Writes `content` as a bare value over the empty one at `value`."""
    at = lib.ps_enter(1)
    try:
        encode_as(type_, content, at)
        if type_ == Type.NIL:
            lib.gd_variant_new_copy(value, at)
        elif counted:
            lib.gd_ref_set_object(value, lib.ps_get_object(at))
        elif type_ == Type.OBJECT:
            lib.ps_write_pointer(value, lib.ps_get_object(at))
        else:
            lib.ps_write_typed(value, type_, at)
    finally:
        lib.ps_leave(at, 1)


def typed_text(value: int, type_: int) -> str:
    """The text of a bare String, StringName or NodePath."""
    at = lib.ps_enter(1)
    try:
        lib.ps_set_typed(at, type_, value)
        return _text(at)
    finally:
        lib.ps_leave(at, 1)


def encode_as(type_: Type, content: Any, at: int) -> None:
    """Writes `content` as a Variant of just this type.

    Raises:
        ConversionError: it does not convert without loss of meaning.
    """
    if type_ >= Type.PACKED_BYTE_ARRAY:
        set_packed(type_, content, at)
        return
    encode(content, at)
    found = _type_of(at)
    if found == type_ or type_ == Type.NIL or (type_ == Type.OBJECT and found == Type.NIL):
        return
    if not lib.gd_variant_can_convert_strict(found, type_):
        raise ConversionError(f"wanted a {Type(type_).name}, not {content!r}")
    frame = lib.ps_enter(2)
    try:
        lib.gd_variant_new_copy(frame + VARIANT_SIZE, at)
        lib.gd_variant_destroy(at)
        lib.gd_variant_new_nil(at)
        raise_call_error(lib.ps_construct(type_, frame, 1), Type(type_).name, (content,))
        lib.gd_variant_new_copy(at, frame)
    finally:
        lib.ps_leave(frame, 2)


# ---- Calls on values ----


def raise_call_error(error: int, what: str, arguments: Sequence[Any]) -> None:
    """Raises what a packed GDExtensionCallError means; nothing for 0.

    Raises:
        CallError: saying which argument was wrong, and how.
    """
    if not error:
        return
    kind, argument, expected = error & 0xFF, error >> 8 & 0xFFFFFFFF, error >> 40 & 0xFF
    if kind == lib.GDEXTENSION_CALL_ERROR_INVALID_ARGUMENT and argument < len(arguments):
        wanted = Type(expected).name if expected < len(Type) else "another type"
        given = arguments[argument]
        raise CallError(f"{what}: argument {argument + 1} must be a {wanted}, not {given!r}")
    if kind == lib.GDEXTENSION_CALL_ERROR_TOO_MANY_ARGUMENTS:
        raise CallError(f"{what} takes at most {expected} arguments, not {len(arguments)}")
    if kind == lib.GDEXTENSION_CALL_ERROR_TOO_FEW_ARGUMENTS:
        raise CallError(f"{what} takes at least {expected} arguments, not {len(arguments)}")
    if kind == lib.GDEXTENSION_CALL_ERROR_INVALID_METHOD:
        raise CallError(f"there is no method {what}")
    raise CallError(f"{what} was refused (error {kind} of GDExtensionCallErrorType)")


def call_on_variant(at: int, method: str, arguments: Sequence[Any]) -> Any:
    """Calls a method of the Variant at `at`."""
    count = len(arguments)
    frame = lib.ps_enter(count + 1)
    try:
        for index, argument in enumerate(arguments, 1):
            encode(argument, frame + index * VARIANT_SIZE)
        error = lib.ps_call_variant(at, name(method), frame, count)
        raise_call_error(error, method, arguments)
        return decode(frame)
    finally:
        lib.ps_leave(frame, count + 1)


def construct(cls: type[Value], arguments: Sequence[Any]) -> Any:
    """A value by one of the engine's constructors.

    Raises:
        CallError: none takes these arguments.
    """
    count = len(arguments)
    frame = lib.ps_enter(count + 1)
    try:
        for index, argument in enumerate(arguments, 1):
            encode(argument, frame + index * VARIANT_SIZE)
        error = lib.ps_construct(cls.variant_type, frame, count)
        if error:
            given = ", ".join(map(repr, arguments))
            raise CallError(f"no constructor of {cls.__name__} takes ({given})")
        return decode(frame)
    finally:
        lib.ps_leave(frame, count + 1)


def evaluate(operator: int, left: Any, right: Any) -> Any:
    """An operator as the engine defines it; NotImplemented where it does not."""
    frame = lib.ps_enter(3)
    try:
        encode(left, frame + VARIANT_SIZE)
        encode(right, frame + 2 * VARIANT_SIZE)
        if not lib.ps_evaluate(operator, frame + VARIANT_SIZE, frame + 2 * VARIANT_SIZE, frame):
            return NotImplemented
        return decode(frame)
    finally:
        lib.ps_leave(frame, 3)


def value_attribute(value: Value, attribute: str) -> Any:
    """A member of a value (`color.h`), or a method bound to it."""
    frame = lib.ps_enter(3)
    try:
        encode(value, frame)
        valid = frame + 2 * VARIANT_SIZE
        lib.gd_variant_get_named(frame, name(attribute), frame + VARIANT_SIZE, valid)
        found = lib.ps_read_bool(valid)
        lib.ps_write_pointer(valid, 0)
        if found:
            return decode(frame + VARIANT_SIZE)
        if not lib.gd_variant_has_method(frame, name(attribute)):
            raise AttributeError(f"{type(value).__name__} has no attribute {attribute}")
    finally:
        lib.ps_leave(frame, 3)

    def method(*arguments: Any) -> Any:
        at = lib.ps_enter(1)
        try:
            encode(value, at)
            return call_on_variant(at, attribute, arguments)
        finally:
            lib.ps_leave(at, 1)

    return method


def class_attribute(cls: type[Value], attribute: str) -> Any:
    """A constant of a value type, or one of its static methods."""
    from ._classes import global_row

    if attribute in global_row()["constants"].get(cls.__name__, ()):
        at = lib.ps_enter(1)
        try:
            lib.gd_variant_get_constant_value(cls.variant_type, name(attribute), at)
            return decode(at)
        finally:
            lib.ps_leave(at, 1)

    def static_method(*arguments: Any) -> Any:
        count = len(arguments)
        frame = lib.ps_enter(count + 1)
        try:
            for index, argument in enumerate(arguments, 1):
                encode(argument, frame + index * VARIANT_SIZE)
            error = lib.ps_call_static(cls.variant_type, name(attribute), frame, count)
            raise_call_error(error, f"{cls.__name__}.{attribute}", arguments)
            return decode(frame)
        finally:
            lib.ps_leave(frame, count + 1)

    return static_method
