"""Callbacks of the engine for objects of exposed classes, other than their methods."""

from __future__ import annotations

from typing import Any

from _pythonscript import ffi, lib

from .._ffi.names import name, text_of
from .._ffi.report import guarded, report
from .._ffi.text import typed_text
from .._ffi.types import Type
from .._object.lives import forget, hold, instance, let_go
from .._object.objects import EngineType, tell_made
from .._object.registry import registered
from .._variant.decode import decode
from .._variant.encode import encode, encode_typed
from .described import USAGE_DEFAULT, Described

# ---- Lifetime ----


@ffi.def_extern()
@guarded(0)
def py_create(class_number: int, notify: int) -> int:
    made: Any = EngineType.make(registered[class_number])
    address = lib.ps_object(made._ref)
    try:
        made.__init__()
    except BaseException as error:
        report(error)
        if lib.ps_object(made._ref):
            lib.gd_object_destroy(address)
        return 0
    if notify:
        tell_made(made)
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


# ---- Notifications and properties ----


@ffi.def_extern()
@guarded()
def py_notification(reference: int, what: int, backwards: int) -> None:
    obj = instance(reference)
    if obj is not None:
        _tell(obj, "_notification", what, backwards=bool(backwards))


def _tell(obj: Any, label: str, what: Any, *, backwards: bool = False) -> None:
    """Calls every class of an object, until one of them frees it."""
    functions = type(obj)._on_every_level[label]
    for function in reversed(functions) if backwards else functions:
        if not lib.ps_object(obj._ref):
            return
        try:
            function(obj, what)
        except BaseException as error:
            report(error)


@ffi.def_extern()
@guarded(0.0)
def py_pass_time(reference: int, seconds: float) -> float:
    obj = instance(reference)
    return 0.0 if obj is None else float(obj._pass_time(seconds) or 0.0)


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


_lists: dict[int, tuple[Any, Any]] = {}


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
                int(item.get("usage", USAGE_DEFAULT)),
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
        "hint_string": (text := typed_text(info.hint_string, Type.STRING)),
        "usage": info.usage,
    }
    _tell(instance(reference), "_validate_property", shown)
    info.usage, info.hint = shown["usage"], shown["hint"]
    if shown["hint_string"] != text:
        lib.ps_destroy_typed(info.hint_string, Type.STRING)
        encode_typed(Type.STRING, shown["hint_string"], info.hint_string)
    return 1
