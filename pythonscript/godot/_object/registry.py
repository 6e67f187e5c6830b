"""The classes that stand for the engine's in Python, by name, and those that Python exposes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Filled by `exposed`: all such classes by name, and those that the engine knows by the number that
# it calls them by.
exposed_classes: dict[str, Any] = {}
registered: dict[int, Any] = {}

_classes: dict[str, Any] = {}
_wrapping: dict[str, Any] = {}
_make: Callable[[str], Any]


def register_maker(make: Callable[[str], Any]) -> None:
    """Has `make` make the Python class of an engine class, given its name, when first asked for."""
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
    """What stands for an object of this class that has no Python object yet.

    An exposed class whose instance is not Python's is a placeholder, which the editor uses for
    classes that run in the game only; that is its engine class with a script-like rest.
    """
    found = _wrapping.get(class_name)
    if found is None:
        exposed = exposed_classes.get(class_name)
        engine_class = exposed._engine_class if exposed else class_name
        found = _wrapping[class_name] = class_named(engine_class)
    return found


def of_engine(obj: Any, method: str, *arguments: Any) -> Any:
    """Calls a method of the engine's `Object`, whatever the object's class has under that name."""
    return getattr(class_named("Object"), method)(obj, *arguments)
