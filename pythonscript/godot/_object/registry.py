"""The Python classes of engine classes, by name, and the classes that Python exposes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Filled by `exposed`: all exposed classes by name, and the registered ones by the number that the
# engine passes to callbacks.
exposed_classes: dict[str, Any] = {}
registered: dict[int, Any] = {}

# The names that the engine has for enums of exposed classes, such as "Creature.Mood".
exposed_enums: dict[Any, str] = {}

_classes: dict[str, Any] = {}
_wrapping: dict[str, Any] = {}
_make: Callable[[str], Any]


def register_maker(make: Callable[[str], Any]) -> None:
    """Registers the function that makes the Python class of a named engine class on first use."""
    global _make
    _make = make


def class_named(class_name: str) -> Any:
    """The Python class of an engine class.

    Raises:
        GodotError: the engine has no such class.
    """
    found = _classes.get(class_name) or exposed_classes.get(class_name)
    if found is None:
        found = _classes[class_name] = _make(class_name)
    return found


def class_for_object(class_name: str) -> Any:
    """The class for an object of this engine class that has no Python object yet.

    An instance of an exposed class that Python did not make is a placeholder. The editor uses those
    for classes that run only in the game. A placeholder is an object of the engine class.
    """
    found = _wrapping.get(class_name)
    if found is None:
        exposed = exposed_classes.get(class_name)
        engine_class = exposed._engine_class if exposed else class_name
        found = _wrapping[class_name] = class_named(engine_class)
    return found


def of_engine(obj: Any, method: str, *arguments: Any) -> Any:
    """Calls a method of the engine's `Object`, even if the object's class overrides the name."""
    return getattr(class_named("Object"), method)(obj, *arguments)
