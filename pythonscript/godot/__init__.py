"""Godot 4 from Python, inside the engine's own process.

    from godot import Node2D, Vector2, export, exposed, signal

Every engine class, singleton, global function and enum can be imported by its name. Modules that
begin with an underscore are the machinery; a reader starts with `_boot` and `_exposed`.
"""

from importlib import import_module
from typing import Any

from ._errors import CallError, ConversionError, FreedObjectError, GodotError
from ._packed import (
    PackedByteArray,
    PackedColorArray,
    PackedFloat32Array,
    PackedFloat64Array,
    PackedInt32Array,
    PackedInt64Array,
    PackedStringArray,
    PackedVector2Array,
    PackedVector3Array,
    PackedVector4Array,
)
from ._types import Type
from ._values import (
    AABB,
    RID,
    Basis,
    Color,
    NodePath,
    Plane,
    Projection,
    Quaternion,
    Rect2,
    Rect2i,
    StringName,
    Transform2D,
    Transform3D,
    Vector2,
    Vector2i,
    Vector3,
    Vector3i,
    Vector4,
    Vector4i,
)

# Loaded only inside the engine: by name, and from which module.
_INSIDE = {
    "Callable": "_callable",
    "Signal": "_signals",
    "TypedArray": "_containers",
    "TypedDictionary": "_containers",
    "at_exit": "_end",
    "export": "_fields",
    "exposed": "_exposed",
    "is_instance_valid": "_objects",
    "is_main_thread": "_main_thread",
    "python_only": "_fields",
    "run_on_main_thread": "_main_thread",
    "signal": "_fields",
    "wake": "_objects",
    "writable_pixels": "_images",
}

__all__ = [
    "AABB",
    "RID",
    "Basis",
    "CallError",
    "Color",
    "ConversionError",
    "FreedObjectError",
    "GodotError",
    "NodePath",
    "PackedByteArray",
    "PackedColorArray",
    "PackedFloat32Array",
    "PackedFloat64Array",
    "PackedInt32Array",
    "PackedInt64Array",
    "PackedStringArray",
    "PackedVector2Array",
    "PackedVector3Array",
    "PackedVector4Array",
    "Plane",
    "Projection",
    "Quaternion",
    "Rect2",
    "Rect2i",
    "StringName",
    "Transform2D",
    "Transform3D",
    "Type",
    "Vector2",
    "Vector2i",
    "Vector3",
    "Vector3i",
    "Vector4",
    "Vector4i",
    *_INSIDE,
]


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        found = _find(name)
    except ModuleNotFoundError as error:
        raise GodotError(f"godot.{name} exists only inside the engine") from error
    if found is None:
        raise AttributeError(f"Godot has no class, singleton, function or enum named {name}")
    globals()[name] = found
    return found


def _find(name: str) -> Any:
    if name in _INSIDE:
        return getattr(import_module(f"{__name__}.{_INSIDE[name]}"), name)
    # Outside the engine there is nothing that these could be imported from.
    from . import _globals, _registry, _singletons, _table

    if singleton := _table.singleton_name(name):
        return _singletons.singleton_or_late(singleton)
    if _table.row_of(name) is not None:
        return _registry.class_named(name)
    found = _globals.utility(name)
    return _globals.global_constant(name) if found is None else found
