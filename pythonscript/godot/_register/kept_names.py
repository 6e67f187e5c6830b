"""Refuses names that would silently replace something in a base class.

Python's private names are not protected. A class that extends one of a library could replace what
the library keeps under the same name, without any error. So a class may not use an underscore name
that a base from another package uses, unless the engine calls it.

Public methods may be overridden. Signals and properties may not: the engine refuses a second signal
of one name, and keeps using the property of the base.
"""

from __future__ import annotations

import dis
import sys
import types
from collections.abc import Callable, Iterator
from functools import cache

from .._class.classes import EngineSignal, LazyProperty
from .._ffi.errors import GodotError
from .._object.objects import EngineType
from .fields import export, signal

# Names of the bridge, which every object has.
_OURS = frozenset(
    {
        *("_ref", "_engine_class", "_exposed_class", "_abstract", "_can_be_made", "_counted"),
        *("_is_tool", "_unlisted", "_on_every_level"),
    }
)
# Callbacks of the engine that are not virtual methods of a class.
_OF_ENGINE = frozenset(
    {
        *("_notification", "_to_string", "_set", "_get", "_get_property_list"),
        *("_validate_property", "_property_can_revert", "_property_get_revert"),
    }
)
# Where wrappers hold their function: `staticmethod`, `property`, `python_only`, `export`.
_WRAPPED_AS = ("__func__", "fget", "fset", "_function", "_get", "_set")


def check_names(cls: type, is_virtual: Callable[[str], bool]) -> None:
    """Refuses a class that uses a private name of a base from another package.

    Args:
        is_virtual: whether the engine has a virtual method of this name for the class.

    Raises:
        GodotError: it uses one; the text names it and the base.
    """
    bases = [base for base in cls.__mro__[1:] if _is_foreign(base, cls)]
    taken = _OURS.union(*map(_private_names, bases)) - _OF_ENGINE
    for label in sorted(taken.intersection([*_named(cls), *_set_on_self(cls, taken)])):
        if label in _OURS:
            keeper = "the bridge"
        elif is_virtual(label):
            continue
        else:
            keeper = next(base.__name__ for base in bases if label in _private_names(base))
        raise GodotError(
            f"{cls.__name__}.{label}: {keeper} keeps this name for itself; choose another"
        )


def check_public_names(cls: type, parent: type) -> None:
    """Refuses a class whose public name means something else in a class that it extends.

    Args:
        parent: the parent of `cls` for the engine; the bases before it are part of `cls`.

    Raises:
        GodotError: it has such a name; the text names it and the base.
    """
    known = [base for base in parent.__mro__ if isinstance(base, EngineType)]
    for part in cls.__mro__[: cls.__mro__.index(parent)]:
        for label, member in vars(part).items():
            if not label.startswith("_"):
                base = next((base for base in known if label in vars(base)), None)
                if base is not None:
                    _check_public_name(cls, label, member, base)


def check_init(cls: type) -> None:
    """Refuses an `__init__` that does not call that of a base from another package.

    Raises:
        GodotError: it does not; the text names the base.
    """
    own = vars(cls).get("__init__")
    bases = [base for base in cls.__mro__[1:] if _is_foreign(base, cls)]
    kept = next((base for base in bases if "__init__" in vars(base)), object)
    if not isinstance(own, types.FunctionType) or kept is object:
        return
    if "__init__" not in own.__code__.co_names:
        raise GodotError(
            f"{cls.__name__}.__init__ has to call super().__init__() first, because"
            f" {kept.__name__} has one"
        )


def _check_public_name(cls: type, label: str, member: object, base: type) -> None:
    kind, taken = _kind_of(member), _kind_of(vars(base)[label])
    is_own = _package(base) == _package(cls)
    if kind == taken and (kind in ("method", "constant") or (kind == "property" and is_own)):
        return
    how = "set it in __init__, or choose another" if taken == "property" else "choose another"
    raise GodotError(f"{cls.__name__}.{label}: {base.__name__} has a {taken} of this name; {how}")


def _kind_of(member: object) -> str:
    if isinstance(member, signal | EngineSignal):
        return "signal"
    if isinstance(member, export | LazyProperty | property):
        return "property"
    if isinstance(member, int | type):
        return "constant"
    return "method" if callable(member) or hasattr(member, "__get__") else "variable"


def _is_foreign(base: type, cls: type) -> bool:
    package = _package(base)
    return package not in (_package(cls), "godot") and package not in sys.stdlib_module_names


def _package(cls: type) -> str:
    return cls.__module__.partition(".")[0]


def _is_private(label: str) -> bool:
    return label.startswith("_") and not label.startswith("__")


def _named(cls: type) -> Iterator[str]:
    mangled = f"_{cls.__name__.lstrip('_')}__"
    for label in vars(cls):
        if _is_private(label) and not label.startswith(("_own_", mangled)):
            yield label


@cache
def _private_names(cls: type) -> frozenset[str]:
    """The private names that a class defines, and those that its methods read or set on objects."""
    found = {*_named(cls)}
    for function in _functions(cls):
        names = function.__code__.co_names
        found.update(n for n in names if _is_private(n) and n not in function.__globals__)
    return frozenset(found)


def _set_on_self(cls: type, names: frozenset[str]) -> Iterator[str]:
    """Those of `names` that methods of a class set on `self`."""
    for function in _functions(cls):
        code = function.__code__
        if not code.co_argcount or names.isdisjoint(code.co_names):
            continue
        loaded = ""
        for step in dis.get_instructions(code):
            if step.opname == "STORE_ATTR" and loaded == code.co_varnames[0]:
                yield str(step.argval)
            # Some instructions load two variables; the object is the second one.
            loaded = step.argval[-1] if isinstance(step.argval, tuple) else str(step.argval)


def _functions(cls: type) -> Iterator[types.FunctionType]:
    for member in vars(cls).values():
        for each in (member, *(getattr(member, key, None) for key in _WRAPPED_AS)):
            function = getattr(each, "__wrapped__", each)
            if isinstance(function, types.FunctionType):
                yield function
