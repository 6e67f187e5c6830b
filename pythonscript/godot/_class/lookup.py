"""The Python counterpart of any name of the engine."""

from __future__ import annotations

from typing import Any

from .._object.registry import class_named
from .._object.singletons import singleton_or_late
from .globals import global_constant, utility
from .table import row_of, singleton_name


def lookup(name: str) -> Any:
    """A singleton, class, global function, enum or enum value; None if the engine has none."""
    if singleton := singleton_name(name):
        return singleton_or_late(singleton)
    if row_of(name) is not None:
        return class_named(name)
    found = utility(name)
    return global_constant(name) if found is None else found
