"""Registers exposed classes with the engine."""

from __future__ import annotations

import enum
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from _pythonscript import lib

from .._class.table import EDITOR_ONLY, row_of, virtual_signature
from .._ffi.errors import ConversionError, GodotError
from .._ffi.names import name
from .._ffi.report import report
from .._object.levels import EVERY_LEVEL, levels
from .._object.objects import EngineObject, EngineType
from .._object.python_types import class_name, is_enum
from .._object.registry import exposed_classes, exposed_enums, registered
from .described import Described, described
from .fields import export, python_only, signal
from .kept_names import check_init, check_names, check_public_names
from .memory import Memory
from .methods import Method, check_awaited, register_method
from .properties import described_export
from .virtuals import is_engine_function

_SCENE_LEVEL, _EDITOR_LEVEL = 2, 3

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Options:
    """The arguments of `exposed`."""

    tool: bool
    icon: str
    abstract: bool
    hidden: bool


_CALLBACKS = {
    "_notification": lib.PS_NOTIFICATION,
    "_pass_time": lib.PS_PASS_TIME,
    "_to_string": lib.PS_TO_STRING,
    "_set": lib.PS_SET,
    "_get": lib.PS_GET,
    "_get_property_list": lib.PS_PROPERTY_LIST,
    "_property_can_revert": lib.PS_REVERT,
    "_validate_property": lib.PS_VALIDATE,
}

_waiting: list[_Plan] = []
_level = -1


def expose(cls: Any, options: Options) -> None:
    """Registers a class as soon as the engine is ready for its kind.

    Raises:
        GodotError: the name is taken, the class has something that the engine has no type for, or
            the engine already makes objects of this kind.
    """
    label = cls.__name__
    check_names(cls, lambda virtual: virtual_signature(cls, virtual) is not None)
    check_public_names(cls, parent_of(cls))
    check_init(cls)
    if label in exposed_classes or row_of(label):
        raise GodotError(f"there is already a class named {label}; choose another name")
    plan = _Plan(cls, options)
    if _level >= plan.level:
        raise GodotError(
            f"{label} comes too late for the engine: name its module in the project setting"
            " pythonscript/modules, or import it from one that is named there"
        )
    cls._exposed_class = label
    cls._on_every_level = {each: levels(cls, each, EngineObject) for each in EVERY_LEVEL}
    cls._abstract, cls._unlisted = options.abstract, options.hidden
    # The engine accepts no class with placeholders below one without.
    cls._is_tool = options.tool or parent_of(cls)._is_tool
    exposed_classes[label] = cls
    _waiting.append(plan)


def reach(level: int) -> None:
    """Registers the classes that waited for this level of the engine's start."""
    global _level
    _level = level
    for plan in [plan for plan in _waiting if plan.level <= level]:
        _waiting.remove(plan)
        try:
            plan.carry_out()
        except Exception as error:
            report(error)


def leave(level: int) -> None:
    """Unregisters the classes of this level, subclasses first."""
    global _level
    _level = level - 1
    for number, cls in reversed(registered.copy().items()):
        if _level_of(cls) == level:
            if _is_plugin(cls):
                lib.gd_editor_remove_plugin(name(cls._exposed_class))
            lib.gd_classdb_unregister_extension_class(
                lib.ps_library_address(), name(cls._exposed_class)
            )
            del registered[number]


def _level_of(cls: Any) -> int:
    row = row_of(cls._engine_class) or {"flags": 0}
    return _EDITOR_LEVEL if row["flags"] & EDITOR_ONLY else _SCENE_LEVEL


class _Plan:
    """Everything to register for a class, worked out before the engine is told anything.

    Raises:
        GodotError: the class has something that the engine has no type for.
    """

    def __init__(self, cls: Any, options: Options):
        self.cls = cls
        self.options = options
        self.level = _level_of(cls)
        self.members = list(members(cls))
        for label, member in self.members:
            if is_enum(member):
                exposed_enums[member] = f"{cls.__name__}.{label}"
        check_awaited(cls, parent_of(cls), _CALLBACKS)
        self.methods = list(_methods(cls, self.members))
        self.properties = [
            (label, member, _described_property(cls, label, member))
            for label, member in self.members
            if isinstance(member, export)
        ]
        self.signals = [
            (label, [(key, described(value)) for key, value in member.arguments.items()])
            for label, member in self.members
            if isinstance(member, signal)
        ]

    def carry_out(self) -> None:
        number = next(_numbers)
        registered[number] = self.cls
        owner = name(self.cls._exposed_class)
        parent = name(class_name(parent_of(self.cls)))
        with Memory() as memory:
            icon = memory.string(self.options.icon) if self.options.icon else 0
            lib.ps_register_class(owner, parent, number, _flags(self.cls, self.options), icon)
        for method in self.methods:
            register_method(owner, method)
        for property_ in self.properties:
            _register_property(owner, *property_)
        for signal_ in self.signals:
            _register_signal(owner, *signal_)
        for constant in _constants(self.members):
            _register_constant(owner, *constant)
        if _is_plugin(self.cls):
            lib.gd_editor_add_plugin(owner)


def _is_plugin(cls: Any) -> bool:
    is_plugin = any(vars(base).get("_engine_class") == "EditorPlugin" for base in cls.__mro__)
    return is_plugin and not cls._abstract


def parent_of(cls: Any) -> Any:
    """The nearest base of an exposed class that the engine knows."""
    return next(base for base in cls.__mro__[1:] if _is_known(base))


def _is_known(base: type) -> bool:
    return isinstance(base, EngineType) and bool(
        {"_engine_class", "_exposed_class"} & {*vars(base)}
    )


def members(cls: Any) -> Iterator[tuple[str, Any]]:
    """The members of a class that the engine is told about, with those of its mixins."""
    known = parent_of(cls).__mro__
    own = [vars(base) for base in reversed(cls.__mro__) if base not in known]
    for label, member in {key: value for part in own for key, value in part.items()}.items():
        is_constant = type(member) is int and label.isupper()
        kinds = (export, signal, staticmethod, types.FunctionType)
        if not label.startswith("_") and (
            is_constant or is_enum(member) or isinstance(member, kinds)
        ):
            yield label, member


def _flags(cls: Any, options: Options) -> int:
    flags = lib.PS_ABSTRACT if options.abstract else 0
    flags |= lib.PS_HIDDEN if options.hidden else 0
    flags |= 0 if cls._is_tool or _level_of(cls) == _EDITOR_LEVEL else lib.PS_RUNTIME
    flags |= lib.PS_REFCOUNTED if cls._counted else 0
    for method, flag in _CALLBACKS.items():
        told = cls._on_every_level.get(method)
        if hasattr(cls, method) and not is_engine_function(cls, method) if told is None else told:
            flags |= flag
    return int(flags)


def _methods(cls: Any, found: Iterable[tuple[str, Any]]) -> Iterator[Method]:
    for label, member in found:
        if isinstance(member, export):
            yield from _accessors(cls, label, member)
        elif isinstance(member, (staticmethod, types.FunctionType)):
            yield method_of(cls, label, member)


def method_of(cls: Any, label: str, member: Any) -> Method:
    """A method of an exposed class; annotations may name the class and its nested classes."""
    nested = {key: value for key, value in vars(cls).items() if isinstance(value, type)}
    names = {**exposed_classes, **nested, cls.__name__: cls}
    if isinstance(member, staticmethod):
        return Method(label, member.__func__, static=True, names=names)
    return Method(label, member, names=names)


def _accessors(cls: Any, label: str, field: export[object]) -> Iterator[Method]:
    def read(self: EngineObject) -> Any:
        return field.__get__(self)

    def write(self: EngineObject, value: Any) -> None:
        field.assign(self, value)

    read.__annotations__ = {"return": field.type}
    write.__annotations__ = {"value": field.type, "return": None}
    for accessor, function in ((f"get_{label}", read), (f"set_{label}", write)):
        if accessor in vars(cls) and not isinstance(vars(cls)[accessor], python_only):
            raise GodotError(
                f"{cls.__name__}.{accessor} has the name of an accessor of the exported property"
                f" {label}; choose another, or see export.getter and export.setter"
            )
        function.__qualname__ = f"{cls.__name__}.{label}"
        yield Method(accessor, function, accessor=True)


def _described_property(cls: Any, label: str, field: export[object]) -> Described:
    item = described_export(field)
    convert = item.converter()
    if convert is not None:
        try:
            field.use_default(convert(field.default))
        except ConversionError as error:
            raise GodotError(f"the default of {cls.__name__}.{label}: {error}") from error
    return item


def _register_property(owner: int, label: str, field: export[object], item: Described) -> None:
    library = lib.ps_library_address()
    with Memory() as memory:
        no_prefix = memory.string("")
        if field.group:
            group = memory.string(field.group)
            lib.gd_classdb_register_extension_class_property_group(library, owner, group, no_prefix)
        if field.subgroup:
            subgroup = memory.string(field.subgroup)
            lib.gd_classdb_register_extension_class_property_subgroup(
                library, owner, subgroup, no_prefix
            )
        info = memory.infos([(label, item)])
        lib.gd_classdb_register_extension_class_property(
            library, owner, info, name(f"set_{label}"), name(f"get_{label}")
        )


def _register_signal(owner: int, label: str, items: list[tuple[str, Described]]) -> None:
    with Memory() as memory:
        lib.gd_classdb_register_extension_class_signal(
            lib.ps_library_address(), owner, name(label), memory.infos(items), len(items)
        )


def _constants(found: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str, int, bool]]:
    """Enum, name and value of each constant, and whether the enum is one of flags."""
    for label, member in found:
        if is_enum(member):
            is_flags = issubclass(member, enum.IntFlag)
            yield from ((label, item.name, int(item), is_flags) for item in member)
        elif type(member) is int:
            yield "", label, member, False


def _register_constant(owner: int, group: str, label: str, value: int, is_flags: bool) -> None:
    lib.gd_classdb_register_extension_class_integer_constant(
        lib.ps_library_address(), owner, name(group), name(label), value, is_flags
    )
