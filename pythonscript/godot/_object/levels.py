"""Methods that the engine calls on every class of an object, as it does for scripts.

The `_notification` of a class runs in addition to that of its base, not instead of it. So these
methods are stored under other names when a class is made. Calling one through `super()` does
nothing, and each runs exactly once, whether or not it calls `super()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_KEPT = "_own"
EVERY_LEVEL = ("_notification", "_validate_property")


def set_apart(namespace: dict[str, Any]) -> None:
    """Stores these methods of a new class under names that no subclass looks up."""
    if "_engine_class" in namespace:
        return
    for label in EVERY_LEVEL:
        if label in namespace:
            namespace[_kept(label)] = namespace.pop(label)
        namespace[label] = _is_told_anyway


def levels(cls: type, label: str, root: type) -> tuple[Callable[..., Any], ...]:
    """The functions of all classes from below `root` to `cls`, those of the bases first.

    A method from a mixin, a base that is no engine class, counts as the class's own; the class
    calls it if it has a method of its own.
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
    """The name of a member in the program text."""
    label = key.removeprefix(_KEPT)
    return label if label in EVERY_LEVEL else key


def _kept(label: str) -> str:
    return f"{_KEPT}{label}"


def _is_told_anyway(_self: Any, _what: Any) -> None:
    """Does nothing; `super()` finds it in place of a method that was set apart."""
