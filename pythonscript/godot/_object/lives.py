"""Lifetimes of the two halves of an object: the engine's, and the Python object for it.

Both share a small C record, the *reference*. It knows whether the engine has freed the object, so
that Python need not ask the engine. An engine object has at most one Python object at a time.

- A `RefCounted` is counted up once for its Python object, and down when that is collected.
- A node, or another plain `Object`, belongs to the tree or to the code that frees it.
- The Python object of an exposed class *is* the engine's instance, so the engine keeps it alive.
  For a `RefCounted` that would be a reference cycle. So it is kept only while the engine holds a
  count of its own (`hold`, `let_go`).
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
    """A Python object for an engine object; `_ref` is the address of the reference."""

    _ref: int


# By reference: exposed instances that the engine keeps alive.
_held: dict[int, Stand] = {}
# By reference: the Python objects of all engine objects.
_known: dict[int, _Known] = {}
# Released during a call of the engine that still uses the object; dropped in the next frame.
_leaving: deque[Stand] = deque()


class _Known(weakref.ref[Stand]):
    __slots__ = ("counted", "reference")
    reference: int
    counted: bool


def _collected(known: Any) -> None:
    """Gives back the count and the reference of a Python object that was collected."""
    reference = known.reference
    if _known.get(reference) is known:
        del _known[reference]
    if known.counted and (address := lib.ps_object(reference)):
        lib.ps_unreference(address)
    lib.ps_drop(reference)


def stand_for(cls: Any, address: int, reference: int) -> Any:
    """A new Python object for the engine's at `address`; its `__init__` does not run."""
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
        FreedObjectError: the engine has freed it.
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
    """The Python object for `address`; takes over the count that comes with the address."""
    made = wrap(address)
    if address:
        lib.ps_unreference(address)
    return made


def keep(made: Stand) -> None:
    """Keeps a new exposed instance alive on behalf of the engine."""
    _held[made._ref] = made


def leave_to_python(reference: int) -> None:
    """Stops keeping a new instance that only Python holds.

    `hold` keeps it again once the engine counts it too.
    """
    if reference in _held and _is_last_count(reference):
        del _held[reference]


def instance(reference: int) -> Any:
    """The exposed instance that the engine calls; None if its Python half is gone."""
    found = _held.get(reference)
    if found is None and (known := _known.get(reference)) is not None:
        found = known()
    return found


def hold(reference: int) -> None:
    """Keeps an exposed instance alive if the engine counts it."""
    if reference not in _held and not _is_last_count(reference):
        found = instance(reference)
        if found is not None:
            _held[reference] = found


def let_go(reference: int) -> None:
    """Releases an exposed instance if the engine no longer counts it."""
    if reference in _held and _is_last_count(reference):
        _leaving.append(_held.pop(reference))


def _is_last_count(reference: int) -> bool:
    """Whether only Python's own count is left; it is given back by `release_all`."""
    address = lib.ps_object(reference)
    return address != 0 and lib.ps_reference_count(address) == 1


def forget(reference: int) -> None:
    """Notes that the engine has freed an exposed instance."""
    lib.ps_forget(reference)
    _held.pop(reference, None)


def drop_leaving() -> None:
    while _leaving:
        _leaving.popleft()


def release_all() -> None:
    """Gives back every count, so that objects held at exit do not leak.

    Instances of exposed classes must go before their classes are unregistered.
    """
    drop_leaving()
    for known in list(_known.values()):
        if known.counted and (address := lib.ps_object(known.reference)):
            lib.ps_forget(known.reference)
            lib.ps_unreference(address)
