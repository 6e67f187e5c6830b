"""How long the two halves of an object live: the engine's, and the one that stands for it.

Both sides share a small C record, the *reference*, which knows whether the engine has freed the
object; so a freed one is noticed without asking the engine. One engine object has one Python
object as long as somebody holds that.

- A `RefCounted` is counted up once for its Python object and down when that is collected.
- A node, or another plain `Object`, belongs to the tree or to whoever frees it.
- The Python object of an exposed class *is* the engine's instance, so the engine keeps it alive.
  For a `RefCounted` that would be a circle: it is kept only while the engine side holds a count of
  its own (`hold`, `let_go`).
"""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any, Protocol

from _pythonscript import lib

from .._ffi.errors import FreedObjectError
from .._ffi.names import text_of
from .registry import class_for_object


class Stand(Protocol):
    """What stands for an object of the engine; `_ref` is the address of the reference."""

    _ref: int


# By reference. Exposed instances that the engine side keeps alive:
_held: dict[int, Stand] = {}
# Every Python object that stands for an engine object:
_known: dict[int, _Known] = {}
# Let go inside a call of the engine that still uses the object; dropped in the next frame.
_leaving: deque[Stand] = deque()


class _Known(weakref.ref[Stand]):
    __slots__ = ("counted", "reference")
    reference: int
    counted: bool


def _collected(known: Any) -> None:
    """The Python object is gone: give back its count and its share of the reference."""
    reference = known.reference
    if _known.get(reference) is known:
        del _known[reference]
    if known.counted and (address := lib.ps_object(reference)):
        lib.ps_unreference(address)
    lib.ps_drop(reference)


def stand_for(cls: Any, address: int, reference: int) -> Any:
    """A new object of a class, whose `__init__` does not run, for the engine's at `address`."""
    made: Any = object.__new__(cls)
    made._ref = reference
    known = _Known(made, _collected)
    known.reference = reference
    known.counted = cls._counted
    _known[reference] = known
    if cls._counted:
        lib.ps_init_ref(address)
    return made


def freed(self: Stand) -> FreedObjectError:
    return FreedObjectError(f"this {type(self).__name__} has been freed")


def address_of(self: Stand) -> int:
    """The engine's address of the object.

    Raises:
        FreedObjectError: it has none any more.
    """
    address = lib.ps_object(self._ref)
    if not address:
        raise freed(self)
    return address


def wrap(address: int) -> Any:
    """The Python object for the engine object at `address`; None for 0."""
    if not address:
        return None
    reference = lib.ps_refer(address)
    known = _known.get(reference)
    found = known() if known is not None else None
    if found is not None:
        lib.ps_drop(reference)
        return found
    return stand_for(class_for_object(text_of(lib.ps_class_name(address))), address, reference)


def wrap_counted(address: int) -> Any:
    """As `wrap`, taking over a count that comes with the address."""
    made = wrap(address)
    if address:
        lib.ps_unreference(address)
    return made


def keep(made: Stand) -> None:
    """The engine's side keeps this new exposed instance alive."""
    _held[made._ref] = made


def leave_to_python(reference: int) -> None:
    """Keeps a new instance no longer that Python alone holds.

    The engine's side takes over when it counts too.
    """
    if reference in _held and _is_last_count(reference):
        del _held[reference]


def instance(reference: int) -> Any:
    """The exposed instance that the engine calls; None for one whose Python half has gone."""
    found = _held.get(reference)
    if found is None and (known := _known.get(reference)) is not None:
        found = known()
    return found


def hold(reference: int) -> None:
    """The engine's side counts this exposed instance."""
    if reference not in _held and not _is_last_count(reference):
        found = instance(reference)
        if found is not None:
            _held[reference] = found


def let_go(reference: int) -> None:
    """The engine's side may have stopped counting this exposed instance."""
    if reference in _held and _is_last_count(reference):
        _leaving.append(_held.pop(reference))


def _is_last_count(reference: int) -> bool:
    """Whether Python's own is the only count left; it is none after `release_all`."""
    address = lib.ps_object(reference)
    return address != 0 and lib.ps_reference_count(address) == 1


def forget(reference: int) -> None:
    """The engine has freed this exposed instance."""
    lib.ps_forget(reference)
    _held.pop(reference, None)


def drop_leaving() -> None:
    while _leaving:
        _leaving.popleft()


def release_all() -> None:
    """Gives back every count, so that what Python still holds at the end leaks nothing.

    Instances of exposed classes must go before their classes do.
    """
    drop_leaving()
    for known in list(_known.values()):
        if known.counted and (address := lib.ps_object(known.reference)):
            lib.ps_forget(known.reference)
            lib.ps_unreference(address)
