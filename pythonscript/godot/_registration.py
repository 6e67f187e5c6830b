"""Tells the engine about exposed classes, and calls their methods for it."""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from _pythonscript import ffi, lib

from . import _classes
from ._callable import Callable as EngineCallable
from ._callable import Signal
from ._errors import ConversionError, GodotError
from ._exposed import export, signal
from ._names import name, text_of
from ._objects import (
    EngineObject,
    EngineType,
    forget,
    hold,
    instance,
    let_go,
)
from ._packed import PACKED_NUMBERS, PackedStringArray
from ._report import guarded, report
from ._types import Type, type_named
from ._values import VALUES, NodePath, StringName
from ._variant import VARIANT_SIZE, decode, decode_typed, encode, encode_as, encode_typed

# Numbers of the engine's PropertyHint and PropertyUsageFlags.
_HINT_RANGE, _HINT_ENUM, _HINT_FILE, _HINT_DIR, _HINT_MULTILINE = 1, 2, 13, 14, 18
_HINT_RESOURCE_TYPE, _HINT_TYPE_STRING, _HINT_ARRAY_TYPE, _HINT_NODE_TYPE = 17, 23, 31, 34
_HINT_DICTIONARY_TYPE = 38
_USAGE_DEFAULT, _USAGE_CLASS_IS_ENUM, _USAGE_NIL_IS_VARIANT = 6, 1 << 16, 1 << 17
_METHOD_NORMAL, _METHOD_STATIC, _METHOD_VARARG = 1, 32, 16
_EDITOR_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Options:
    """How a class is exposed; see `exposed`."""

    tool: bool
    icon: str
    abstract: bool


@dataclass(frozen=True, slots=True)
class Described:
    """A type as the engine describes properties and arguments."""

    type: Type
    class_name: str = ""
    hint: int = 0
    hint_string: str = ""
    usage: int = _USAGE_DEFAULT
    python: Any = None

    def empty(self) -> Any:
        """The value of this type that means nothing yet."""
        if self.type in (Type.NIL, Type.OBJECT, Type.CALLABLE, Type.SIGNAL):
            return None
        if isinstance(self.python, type) and issubclass(self.python, enum.Enum):
            return next(iter(self.python))
        return _PYTHON_TYPES[self.type]()


_PYTHON_TYPES: dict[Type, Any] = {
    Type.BOOL: bool,
    Type.INT: int,
    Type.FLOAT: float,
    Type.STRING: str,
    Type.STRING_NAME: StringName,
    Type.NODE_PATH: NodePath,
    Type.DICTIONARY: dict,
    Type.ARRAY: list,
    Type.PACKED_BYTE_ARRAY: bytes,
    Type.PACKED_STRING_ARRAY: PackedStringArray,
    **VALUES,
    **PACKED_NUMBERS,
}
_VARIANT_TYPES = {python: type_ for type_, python in _PYTHON_TYPES.items()}
_VARIANT_TYPES |= {EngineCallable: Type.CALLABLE, Callable: Type.CALLABLE, Signal: Type.SIGNAL}
_VARIANT_TYPES |= {bytearray: Type.PACKED_BYTE_ARRAY, tuple: Type.ARRAY}


def described(annotation: Any) -> Described:
    """What an annotation or the type of an `export` means to the engine.

    Raises:
        GodotError: the engine has no such type.
    """
    if annotation in (Any, inspect.Parameter.empty):
        return Described(Type.NIL, usage=_USAGE_DEFAULT | _USAGE_NIL_IS_VARIANT, python=Any)
    if annotation in (None, type(None)):
        return Described(Type.NIL)
    origin = typing.get_origin(annotation)
    arguments = [a for a in typing.get_args(annotation) if a is not type(None)]
    if origin in (typing.Union, types.UnionType) and len(arguments) == 1:
        return described(arguments[0])
    if origin is list and arguments:
        inner = described(arguments[0])
        return Described(
            Type.ARRAY, hint=_HINT_ARRAY_TYPE, hint_string=_type_name(inner), python=list
        )
    if origin is dict and arguments:
        key, value = map(described, arguments)
        return Described(
            Type.DICTIONARY,
            hint=_HINT_DICTIONARY_TYPE,
            hint_string=f"{_type_name(key)};{_type_name(value)}",
            python=dict,
        )
    found = _VARIANT_TYPES.get(origin or annotation)
    if found is not None:
        return Described(found, python=annotation)
    if isinstance(annotation, EngineType):
        return _described_class(annotation)
    if isinstance(annotation, type) and issubclass(annotation, enum.IntEnum | enum.IntFlag):
        names = ",".join(f"{m.name.capitalize()}:{m.value}" for m in annotation)
        return Described(Type.INT, hint=_HINT_ENUM, hint_string=names, python=annotation)
    raise GodotError(f"Godot has no type for {annotation!r}")


def _class_name(cls: Any) -> str:
    return str(cls._exposed_class or cls._engine_class)


def _described_class(cls: Any) -> Described:
    class_name = _class_name(cls)
    hint = 0
    if issubclass(cls, _classes.class_named("Resource")):
        hint = _HINT_RESOURCE_TYPE
    elif issubclass(cls, _classes.class_named("Node")):
        hint = _HINT_NODE_TYPE
    return Described(Type.OBJECT, class_name, hint, class_name if hint else "", python=cls)


def _type_name(inner: Described) -> str:
    if inner.class_name:
        return inner.class_name
    special = {Type.STRING_NAME: "StringName", Type.NODE_PATH: "NodePath", Type.NIL: "Variant"}
    if inner.type in special:
        return special[inner.type]
    python = _PYTHON_TYPES.get(inner.type)
    plain = {bool: "bool", int: "int", float: "float", str: "String", dict: "Dictionary"}
    plain |= {list: "Array", bytes: "PackedByteArray"}
    return plain.get(python, getattr(python, "__name__", "Variant"))


def _described_export(field: export) -> Described:
    base = described(field.type)
    hint, text = field.hint, field.hint_string
    suffix = f",suffix:{field.suffix}" if field.suffix else ""
    if field.range is not None:
        hint, text = _HINT_RANGE, ",".join(f"{number:g}" for number in field.range) + suffix
    elif field.enum is not None:
        hint, text = _HINT_ENUM, ",".join(field.enum)
    elif field.file:
        hint, text = _HINT_FILE, field.file if isinstance(field.file, str) else ""
    elif field.dir:
        hint = _HINT_DIR
    elif field.multiline:
        hint = _HINT_MULTILINE
    elif suffix:
        text = suffix[1:]
    elif not hint:
        hint, text = base.hint, base.hint_string
    usage = field.usage | (base.usage & ~_USAGE_DEFAULT)
    return Described(base.type, base.class_name, hint, text, usage, base.python)


# ---- Descriptions in the engine's memory ----


class _Memory:
    """Keeps what the engine reads during one call of a registration function."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.frames: list[tuple[int, int]] = []

    def __enter__(self) -> _Memory:
        return self

    def __exit__(self, *_: Any) -> None:
        for frame, count in reversed(self.frames):
            lib.ps_leave(frame, count)

    def variants(self, values: list[Any]) -> list[int]:
        frame = lib.ps_enter(len(values))
        self.frames.append((frame, len(values)))
        addresses = [frame + index * VARIANT_SIZE for index in range(len(values))]
        for value, at in zip(values, addresses, strict=True):
            encode(value, at)
        return addresses

    def string(self, text: str) -> int:
        return int(lib.ps_inside(self.variants([text])[0]))

    def infos(self, items: list[tuple[str, Described]]) -> Any:
        array = ffi.new("GDExtensionPropertyInfo[]", max(1, len(items)))
        self.kept.append(array)
        for info, (label, item) in zip(array, items, strict=False):
            info.type = int(item.type)
            info.name = name(label)
            info.class_name = name(item.class_name)
            info.hint = item.hint
            info.hint_string = self.string(item.hint_string)
            info.usage = item.usage
        return array

    def words(self, addresses: list[int]) -> int:
        array = ffi.new("uintptr_t[]", addresses or [0])
        self.kept.append(array)
        return int(ffi.cast("uintptr_t", array))


# ---- Methods ----


def _converter(item: Described) -> Callable[[Any], Any] | None:
    """What turns a value of the engine into what the annotation promises; None for nothing."""
    python = item.python
    if isinstance(python, type) and issubclass(python, enum.Enum):
        return python
    if item.type in (Type.NIL, Type.OBJECT, Type.CALLABLE, Type.SIGNAL):
        return None
    wanted = _PYTHON_TYPES[item.type]
    kinds: Any = (str,) if wanted is str else (wanted,)

    def convert(value: Any) -> Any:
        if isinstance(value, kinds) and not (wanted is int and value is True):
            return value
        if isinstance(value, (bool, int, float)) and wanted in (bool, int, float):
            return wanted(value)
        if isinstance(value, str) and issubclass(wanted, str):
            return wanted(value)
        if value is None or wanted in (bool, int, float, str):
            raise ConversionError(f"wanted a {item.type.name}, not {value!r}")
        try:
            return wanted(value)
        except Exception as error:
            raise ConversionError(f"wanted a {item.type.name}, not {value!r}") from error

    return convert


class Method:
    """A Python function that the engine can call."""

    def __init__(self, label: str, function: Callable[..., Any], *, static: bool = False):
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function)
        parameters = list(signature.parameters.values())[0 if static else 1 :]
        self.label = label
        self.function = function
        self.static = static
        self.vararg = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        self.arguments = [(p.name, described(hints.get(p.name, Any))) for p in positional]
        self.defaults = [p.default for p in positional if p.default is not p.empty]
        self.result = described(hints["return"]) if "return" in hints else described(Any)
        self.returns = self.result.type != Type.NIL or self.result.python is Any
        self.converters = [_converter(item) for _, item in self.arguments]
        self.counted = _is_counted(self.result)

    def call(self, reference: int, given: list[Any]) -> Any:
        """Calls it with the engine's values, converted to what the annotations say.

        Raises:
            ConversionError: one does not convert.
        """
        for index, convert in enumerate(self.converters[: len(given)]):
            if convert is not None:
                given[index] = convert(given[index])
        if self.static:
            return self.function(*given)
        return self.function(instance(reference), *given)


def _is_counted(item: Described) -> bool:
    return isinstance(item.python, EngineType) and item.python._counted


_methods: dict[int, Method] = {}


@ffi.def_extern()
def py_call_method(
    number: int, reference: int, arguments: int, count: int, result: int, error: Any
) -> None:
    lib.ps_set_call_error(error, lib.GDEXTENSION_CALL_OK, 0, 0)
    method = _methods[number]
    try:
        most = len(method.arguments)
        if count > most and not method.vararg:
            lib.ps_set_call_error(error, lib.GDEXTENSION_CALL_ERROR_TOO_MANY_ARGUMENTS, 0, most)
            return
        if count < most - len(method.defaults):
            lib.ps_set_call_error(
                error,
                lib.GDEXTENSION_CALL_ERROR_TOO_FEW_ARGUMENTS,
                0,
                most - len(method.defaults),
            )
            return
        given = [decode(lib.ps_word(arguments, index)) for index in range(count)]
        value = method.call(reference, given)
        if method.returns and value is not None:
            encode_as(method.result.type, value, result)
    except BaseException as exception:
        report(exception)


@ffi.def_extern()
def py_ptrcall_method(number: int, reference: int, arguments: int, result: int) -> None:
    method = _methods[number]
    try:
        given = [
            decode_typed(item.type, lib.ps_word(arguments, index))
            for index, (_, item) in enumerate(method.arguments)
        ]
        value = method.call(reference, given)
        if method.returns and value is not None:
            encode_typed(method.result.type, value, result, method.counted)
    except BaseException as exception:
        report(exception)


def _register_method(owner: int, method: Method) -> None:
    number = len(_methods) + 1
    _methods[number] = method
    with _Memory() as memory:
        flags = _METHOD_STATIC if method.static else _METHOD_NORMAL
        info = ffi.new("GDExtensionClassMethodInfo *")
        info.name = name(method.label)
        info.method_userdata = number
        info.call_func = lib.py_call_method
        info.ptrcall_func = lib.py_ptrcall_method
        info.method_flags = flags | (_METHOD_VARARG if method.vararg else 0)
        info.has_return_value = method.returns
        info.return_value_info = memory.infos([("", method.result)])
        info.argument_count = len(method.arguments)
        info.arguments_info = memory.infos(method.arguments)
        metadata = ffi.new("int[]", max(1, len(method.arguments)))
        info.arguments_metadata = int(ffi.cast("uintptr_t", metadata))
        info.default_argument_count = len(method.defaults)
        info.default_arguments = memory.words(memory.variants(method.defaults))
        lib.gd_classdb_register_extension_class_method(_library(), owner, info)


# ---- Virtual methods ----


class Virtual:
    """A virtual method of the engine that a Python class overrides."""

    def __init__(self, label: str, function: Callable[..., Any], signature: list[str]):
        self.function = function
        self.result = type_named(signature[0])
        self.returns = signature[0] != ""
        self.counted = self.result == Type.OBJECT and _classes.is_counted(signature[0])
        types = [type_named(t) for t in signature[1:]]
        wanted = _positional_count(function)
        # Fewer parameters than the engine passes is fine: `def _process(self)`.
        self.types = types if wanted is None else types[:wanted]
        if len(self.types) == 1 and self.types[0] == Type.FLOAT:
            self.call: Any = self._call_with_float
        else:
            self.call = self._call

    def _call_with_float(self, reference: int, arguments: int, result: int) -> None:
        """The way of `_process`, every frame of every node."""
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
    cls = _registered[class_number]
    function = getattr(cls, label, None)
    if not isinstance(function, types.FunctionType) or _is_engine_function(cls, label):
        return 0
    signature = _classes.virtual_signature(cls, label)
    if signature is None:
        return 0
    _virtuals.append(Virtual(label, function, signature))
    return len(_virtuals)


def _is_engine_function(cls: type, label: str) -> bool:
    """Whether the method comes from an engine class rather than from Python."""
    owner = next((base for base in cls.__mro__ if label in base.__dict__), None)
    return owner is None or owner.__module__ == "godot"


@ffi.def_extern()
def py_call_virtual(reference: int, _method: int, number: int, arguments: int, result: int) -> None:
    try:
        _virtuals[number - 1].call(reference, arguments, result)
    except BaseException as exception:
        report(exception)


# ---- Lives ----


@ffi.def_extern()
@guarded(0)
def py_create(class_number: int, notify: int) -> int:
    made = _registered[class_number].make()
    address = lib.ps_object(made._ref)
    try:
        made.__init__()  # type: ignore[misc]
    except BaseException as error:
        report(error)
        lib.gd_object_destroy(address)
        return 0
    if notify:
        made.notification(0)
    return int(address)


@ffi.def_extern()
@guarded()
def py_free(_class_number: int, reference: int) -> None:
    forget(reference)


@ffi.def_extern()
@guarded()
def py_reference(reference: int) -> None:
    hold(reference)


@ffi.def_extern()
@guarded()
def py_unreference(reference: int) -> None:
    let_go(reference)


# ---- What the engine asks of an object besides its methods ----


@ffi.def_extern()
@guarded()
def py_notification(reference: int, what: int, backwards: int) -> None:
    obj = instance(reference)
    if obj is not None:
        obj._notification(what)


@ffi.def_extern()
@guarded()
def py_to_string(reference: int, valid: int, result: int) -> None:
    encode_typed(Type.STRING, instance(reference)._to_string(), result)
    lib.ps_write_bool(valid, 1)


@ffi.def_extern()
@guarded(0)
def py_set(reference: int, label: int, at: int) -> int:
    return bool(instance(reference)._set(text_of(label), decode(at)))


@ffi.def_extern()
@guarded(0)
def py_get(reference: int, label: int, at: int) -> int:
    value = instance(reference)._get(text_of(label))
    if value is None:
        return 0
    encode(value, at)
    return 1


_lists: dict[int, tuple[_Memory, Any]] = {}


@ffi.def_extern()
@guarded(ffi.NULL)
def py_property_list(reference: int, count: int) -> Any:
    items = [
        (
            str(item["name"]),
            Described(
                Type(item["type"]),
                str(item.get("class_name", "")),
                int(item.get("hint", 0)),
                str(item.get("hint_string", "")),
                int(item.get("usage", _USAGE_DEFAULT)),
            ),
        )
        for item in instance(reference)._get_property_list()
    ]
    array = ffi.new("GDExtensionPropertyInfo[]", max(1, len(items)))
    strings = ffi.new("uint64_t[]", max(1, len(items)))
    base = int(ffi.cast("uintptr_t", strings))
    for index, (label, item) in enumerate(items):
        info = array[index]
        info.type, info.hint, info.usage = int(item.type), item.hint, item.usage
        info.name, info.class_name = name(label), name(item.class_name)
        info.hint_string = base + 8 * index
        encode_typed(Type.STRING, item.hint_string, info.hint_string)
    _lists[int(ffi.cast("uintptr_t", array))] = (strings, array)
    ffi.cast("uint32_t *", count)[0] = len(items)
    return array


@ffi.def_extern()
@guarded()
def py_free_property_list(_reference: int, array: Any, count: int) -> None:
    _lists.pop(int(ffi.cast("uintptr_t", array)), None)
    for index in range(count):
        lib.ps_destroy_typed(array[index].hint_string, Type.STRING)


@ffi.def_extern()
@guarded(0)
def py_can_revert(reference: int, label: int) -> int:
    return bool(instance(reference)._property_can_revert(text_of(label)))


@ffi.def_extern()
@guarded(0)
def py_get_revert(reference: int, label: int, at: int) -> int:
    encode(instance(reference)._property_get_revert(text_of(label)), at)
    return 1


@ffi.def_extern()
@guarded(0)
def py_validate(reference: int, info: Any) -> int:
    shown = {
        "name": text_of(info.name),
        "type": int(info.type),
        "hint": info.hint,
        "usage": info.usage,
    }
    instance(reference)._validate_property(shown)
    info.usage, info.hint = shown["usage"], shown["hint"]
    return 1


_CALLBACKS = {
    "_notification": lib.PS_NOTIFICATION,
    "_to_string": lib.PS_TO_STRING,
    "_set": lib.PS_SET,
    "_get": lib.PS_GET,
    "_get_property_list": lib.PS_PROPERTY_LIST,
    "_property_can_revert": lib.PS_REVERT,
    "_validate_property": lib.PS_VALIDATE,
}

# ---- Classes ----

_registered: dict[int, Any] = {}
_waiting: list[tuple[Any, Options]] = []
_level = -1


def _library() -> int:
    return int(lib.ps_library_address())


def expose(cls: Any, options: Options) -> None:
    """Registers a class, at once or when the engine is ready for its kind.

    Raises:
        GodotError: the name is taken.
    """
    label = cls.__name__
    if label in _classes.exposed_classes or _classes.row_of(label):
        raise GodotError(f"there is already a class named {label}; choose another name")
    cls._exposed_class = label
    _classes.exposed_classes[label] = cls
    row = _classes.row_of(cls._engine_class) or {"flags": 0}
    level = _EDITOR_LEVEL if row["flags"] & _classes.EDITOR_ONLY else 2
    if _level >= level:
        _register(cls, options)
    else:
        _waiting.append((cls, options))


def reach(level: int) -> None:
    """The engine has come to this level of its start: registers what waited for it."""
    global _level
    _level = level
    waiting, _waiting[:] = _waiting[:], []
    for cls, options in waiting:
        del _classes.exposed_classes[cls.__name__]
        expose(cls, options)


def leave(level: int) -> None:
    """Takes back what was registered at this level, subclasses first."""
    global _level
    _level = level - 1
    for number, cls in reversed(_registered.copy().items()):
        row = _classes.row_of(cls._engine_class)
        is_editor = bool(row and row["flags"] & _classes.EDITOR_ONLY)
        if is_editor == (level == _EDITOR_LEVEL):
            lib.gd_classdb_unregister_extension_class(_library(), name(cls._exposed_class))
            del _registered[number]


def exposed_registered() -> list[Any]:
    """The classes that the engine knows now."""
    return list(_registered.values())


def _parent(cls: Any) -> Any:
    return next(base for base in cls.__mro__[1:] if isinstance(base, EngineType))


def _flags(cls: Any, options: Options) -> int:
    flags = 0
    for method, flag in _CALLBACKS.items():
        if hasattr(cls, method) and not _is_engine_function(cls, method):
            flags |= flag
    if cls._counted:
        flags |= lib.PS_REFCOUNTED
    if options.abstract:
        flags |= lib.PS_ABSTRACT
    if not options.tool:
        flags |= lib.PS_RUNTIME
    return flags


def _register(cls: Any, options: Options) -> None:
    number = len(_registered) + 1
    while number in _registered:
        number += 1
    _registered[number] = cls
    owner = name(cls._exposed_class)
    parent = name(_class_name(_parent(cls)))
    with _Memory() as memory:
        icon = memory.string(options.icon) if options.icon else 0
        lib.ps_register_class(owner, parent, number, _flags(cls, options), icon)
    for label, member in _members(cls):
        if isinstance(member, export):
            _register_property(owner, label, member)
        elif isinstance(member, signal):
            _register_signal(owner, label, member)
        elif isinstance(member, staticmethod):
            _register_method(owner, Method(label, member.__func__, static=True))
        elif isinstance(member, types.FunctionType):
            _register_method(owner, Method(label, member))
        elif isinstance(member, type):
            _register_enum(owner, member)
        else:
            _register_constant(owner, "", label, member, False)


def _members(cls: Any) -> Iterator[tuple[str, Any]]:
    """What of a class the engine is told."""
    for label, member in vars(cls).items():
        if label.startswith("_"):
            continue
        is_enum = isinstance(member, type) and issubclass(member, enum.IntEnum | enum.IntFlag)
        is_constant = type(member) is int and label.isupper()
        if (
            is_enum
            or is_constant
            or isinstance(member, (export, signal, staticmethod, types.FunctionType))
        ):
            yield label, member


def _register_property(owner: int, label: str, field: export) -> None:
    item = _described_export(field)

    def read(self: EngineObject) -> Any:
        return field.__get__(self)

    def write(self: EngineObject, value: Any) -> None:
        field.__set__(self, value)

    read.__annotations__ = {"return": field.type}
    write.__annotations__ = {"value": field.type, "return": None}
    _register_method(owner, Method(f"get_{label}", read))
    _register_method(owner, Method(f"set_{label}", write))
    with _Memory() as memory:
        if field.group:
            lib.gd_classdb_register_extension_class_property_group(
                _library(), owner, memory.string(field.group), memory.string("")
            )
        if field.subgroup:
            lib.gd_classdb_register_extension_class_property_subgroup(
                _library(), owner, memory.string(field.subgroup), memory.string("")
            )
        lib.gd_classdb_register_extension_class_property(
            _library(),
            owner,
            memory.infos([(label, item)]),
            name(f"set_{label}"),
            name(f"get_{label}"),
        )


def _register_signal(owner: int, label: str, member: signal) -> None:
    items = [(key, described(value)) for key, value in member.arguments.items()]
    with _Memory() as memory:
        lib.gd_classdb_register_extension_class_signal(
            _library(), owner, name(label), memory.infos(items), len(items)
        )


def _register_enum(owner: int, member: Any) -> None:
    is_flags = issubclass(member, enum.IntFlag)
    for item in member:
        _register_constant(owner, member.__name__, item.name, int(item), is_flags)


def _register_constant(owner: int, group: str, label: str, value: int, is_flags: bool) -> None:
    lib.gd_classdb_register_extension_class_integer_constant(
        _library(), owner, name(group), name(label), value, is_flags
    )
