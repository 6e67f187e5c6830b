"""Python objects that stand for engine objects, and how long each of the two lives.

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
from typing import Any

from _pythonscript import lib

from ._calls import set_by_name
from ._encode import register_encoder
from ._errors import FreedObjectError, GodotError
from ._levels import set_apart
from ._names import name, text_of

POSTINITIALIZE = 0

# By reference. Exposed instances that the engine side keeps alive:
_held: dict[int, EngineObject] = {}
# Every Python object that stands for an engine object:
_known: dict[int, _Known] = {}
# Let go inside a call of the engine that still uses the object; dropped in the next frame.
_leaving: deque[EngineObject] = deque()


class _Known(weakref.ref["EngineObject"]):
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


class EngineType(type):
    """Makes the engine's half of an object together with the Python half.

    Attributes:
        _engine_class: The engine's name of the class, or of the one that an exposed class extends.
        _exposed_class: The name under which it is exposed, or ''.
        _abstract: Only its subclasses can be made.
        _can_be_made: The engine makes objects of its class.
        _counted: It is a `RefCounted`.
        _is_tool: It is exposed, and its code runs in the editor too.
        _on_every_level: Of an exposed class, what `levels` finds by name.
    """

    _engine_class: str
    _exposed_class: str
    _abstract: bool
    _can_be_made: bool
    _counted: bool
    _is_tool: bool
    _on_every_level: dict[str, tuple[Any, ...]]

    def __new__(mcs, label: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> EngineType:
        set_apart(namespace)
        if "__slots__" not in namespace:
            # Its objects keep what Python code sets on them.
            namespace.setdefault("__setattr__", object.__setattr__)
        return super().__new__(mcs, label, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # Its methods may have any public name, so none of those is called on it or its class.
        made: Any = EngineType.make(cls)
        try:
            made.__init__(*args, **kwargs)
        except BaseException:
            if not cls._counted and (address := lib.ps_object(made._ref)):
                lib.gd_object_destroy(address)
            raise
        finally:
            if made._ref in _held and cls._counted and _is_last_count(made._ref):
                # Python is the only holder: the engine's side takes over when it counts too.
                del _held[made._ref]
        tell_made(made)
        return made

    def make(cls) -> EngineObject:
        """A new object whose `__init__` has not run.

        Raises:
            TypeError: the class is abstract, has one object only, or lacks `@exposed`.
            GodotError: the engine makes none, such as a class of the editor in a game.
        """
        if cls._exposed_class and "_exposed_class" not in vars(cls):
            raise TypeError(f"{cls.__name__} extends an exposed class: expose it too")
        if cls._abstract or not cls._can_be_made:
            raise TypeError(f"{cls.__name__} is abstract, or a singleton: Godot makes none")
        address = lib.gd_classdb_construct_object2(name(cls._engine_class))
        if not address:
            raise GodotError(f"this engine cannot make a {cls._engine_class} now")
        made = _stand_for(cls, address, lib.ps_refer(address))
        if cls._exposed_class:
            _held[made._ref] = made
            lib.gd_object_set_instance(address, name(cls._exposed_class), made._ref)
        return made


def tell_made(made: EngineObject) -> None:
    """Sends the notification of an object that is complete."""
    of_engine(made, "notification", POSTINITIALIZE)


def of_engine(obj: EngineObject, method: str, *arguments: Any) -> Any:
    """Calls a method of the engine's `Object`, whatever the object's class has under that name."""
    from ._classes import class_named

    return getattr(class_named("Object"), method)(obj, *arguments)


class EngineObject(metaclass=EngineType):
    """Base of every engine class; `_ref` is the address of the reference."""

    __slots__ = ("__weakref__", "_ref")
    _ref: int
    _exposed_class = ""
    _abstract = False
    _can_be_made = True
    _counted = False
    _is_tool = False

    def free(self) -> None:
        """Destroys the object at once; see `queue_free` for nodes.

        Raises:
            TypeError: it is counted, and goes with its last holder.
            FreedObjectError: it is gone already.
        """
        if self._counted:
            raise TypeError(f"a {type(self).__name__} is counted and frees itself")
        lib.gd_object_destroy(address_of(self))

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} is neither copied nor pickled; see duplicate()")

    def __repr__(self) -> str:
        address = lib.ps_object(self._ref)
        if not address:
            return f"<freed {type(self).__name__}>"
        return f"<{type(self).__name__}#{lib.gd_object_get_instance_id(address)}>"

    def __getattr__(self, attribute: str) -> Any:
        """What a script added to the object: its methods, variables and signals."""
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        from ._classes import script_attribute

        return script_attribute(self, attribute)

    def __setattr__(self, attribute: str, value: Any) -> None:
        try:
            object.__setattr__(self, attribute, value)
        except AttributeError:
            if hasattr(type(self), attribute) or not set_by_name(self, attribute, value):
                raise


def _stand_for(cls: EngineType, address: int, reference: int) -> EngineObject:
    made: EngineObject = object.__new__(cls)  # type: ignore[arg-type]
    made._ref = reference
    known = _Known(made, _collected)
    known.reference = reference
    known.counted = cls._counted
    _known[reference] = known
    if cls._counted:
        lib.ps_init_ref(address)
    return made


def freed(self: EngineObject) -> FreedObjectError:
    return FreedObjectError(f"this {type(self).__name__} has been freed")


def address_of(self: EngineObject) -> int:
    """The engine's address of the object.

    Raises:
        FreedObjectError: it has none any more.
    """
    address = lib.ps_object(self._ref)
    if not address:
        raise freed(self)
    return address


def is_instance_valid(value: Any) -> bool:
    """Whether `value` is an engine object that has not been freed."""
    return isinstance(value, EngineObject) and lib.ps_object(value._ref) != 0


def wake(node: EngineObject) -> None:
    """Ends the time for which its `_pass_time` has said that nothing is to be done."""
    lib.ps_wake(node._ref)


def wrap(address: int) -> EngineObject | None:
    """The Python object for the engine object at `address`; None for 0."""
    if not address:
        return None
    reference = lib.ps_refer(address)
    known = _known.get(reference)
    found = known() if known is not None else None
    if found is not None:
        lib.ps_drop(reference)
        return found
    from ._classes import class_for_object

    return _stand_for(class_for_object(text_of(lib.ps_class_name(address))), address, reference)


def wrap_counted(address: int) -> EngineObject | None:
    """As `wrap`, taking over a count that comes with the address."""
    made = wrap(address)
    if address:
        lib.ps_unreference(address)
    return made


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


def _encode_object(value: EngineObject, at: int) -> None:
    address = lib.ps_object(value._ref)
    if not address:
        raise freed(value)
    lib.ps_set_object(at, address)


register_encoder(EngineObject, _encode_object)
