"""Methods that the engine calls on every class of an object, as it does with scripts.

A class that extends another one has a `_notification` of its own beside that of its base, and not
in place of it. So these methods are set apart when a class is made: what `super()` finds does
nothing, and each runs once, with or without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_KEPT = "_own"
EVERY_LEVEL = ("_notification", "_validate_property")


def set_apart(namespace: dict[str, Any]) -> None:
    """Keeps these methods of a new class under names that no other class looks for."""
    if "_engine_class" in namespace:
        return
    for label in EVERY_LEVEL:
        if label in namespace:
            namespace[_kept(label)] = namespace.pop(label)
        namespace[label] = _is_told_anyway


def levels(cls: type, label: str, root: type) -> tuple[Callable[..., Any], ...]:
    """The functions of all classes of `cls` below `root`, that of its base first.

    What a class has from bases of other kinds counts as its own: it calls them where it has one.
    """
    found: list[Callable[..., Any]] = []
    mixed_in = None
    for base in reversed(cls.__mro__):
        own = vars(base)
        if not isinstance(base, type(root)):
            mixed_in = own.get(label, mixed_in)
        elif base is not root and "_engine_class" not in own:
            function = own.get(_kept(label), mixed_in)
            mixed_in = None
            if function is not None:
                found.append(function)
    return tuple(found)


def own_name(key: str) -> str:
    """The name that a member of a class was written with."""
    label = key.removeprefix(_KEPT)
    return label if label in EVERY_LEVEL else key


def _kept(label: str) -> str:
    return f"{_KEPT}{label}"


def _is_told_anyway(_self: Any, _what: Any) -> None:
    """Does nothing: what `super()` finds."""
