"""Godot 4 from Python, in the engine's own process.

    from godot import Node2D, Vector2, export, exposed, signal

Every engine class, singleton, global function and enum can be imported by its name. The packages
whose names begin with an underscore are internal. They are layers, and each imports only those
before it: `_ffi`, `_variant`, `_object`, `_class`, `_register`, `_runtime`. Start reading at
`_runtime/boot.py` and `_register/exposed.py`.
"""

from importlib import import_module
from typing import Any

from ._ffi.errors import CallError, ConversionError, FreedObjectError, GodotError
from ._ffi.types import Type
from ._variant.packed import (
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
from ._variant.values import (
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

# Names that exist only inside the engine, and the modules that define them.
_INSIDE = {
    "Callable": "_object.callables",
    "ExportOptions": "_register.fields",
    "Signal": "_object.signals",
    "TypedArray": "_object.containers",
    "TypedDictionary": "_object.containers",
    "at_exit": "_runtime.end",
    "export": "_register.fields",
    "exposed": "_register.exposed",
    "is_instance_valid": "_object.objects",
    "is_main_thread": "_runtime.main_thread",
    "python_only": "_register.fields",
    "run_on_main_thread": "_runtime.main_thread",
    "signal": "_register.fields",
    "wake": "_object.objects",
    "writable_pixels": "_object.images",
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
    from ._class.lookup import lookup  # exists only inside the engine

    return lookup(name)
