"""Python objects for engine objects, and the metaclass that makes both halves of one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from _pythonscript import lib

from .._ffi.errors import GodotError
from .._ffi.names import name
from .._ffi.types import Type
from .._variant.calls import call_by_name, get_by_name, set_by_name
from .._variant.decode import register_bare_decoder, register_decoder
from .._variant.encode import register_encoder
from .levels import set_apart
from .lives import address_of, keep, leave_to_python, stand_for, wrap
from .registry import of_engine
from .signals import Signal

POSTINITIALIZE = 0


class EngineType(type):
    """Makes the engine's half of an object together with the Python half.

    Attributes:
        _engine_class: The engine's name of the class, or of the class that an exposed one extends.
        _exposed_class: The name under which the class is exposed, or ''.
        _abstract: Whether only subclasses can be instantiated.
        _can_be_made: Whether the engine can instantiate its class.
        _counted: Whether it is a `RefCounted`.
        _is_tool: Whether it is exposed and its code also runs in the editor.
        _on_every_level: For an exposed class, the functions that `levels` finds, by name.
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
            # Its objects have a `__dict__` for what Python code sets on them.
            namespace.setdefault("__setattr__", object.__setattr__)
        return super().__new__(mcs, label, bases, namespace)

    if not TYPE_CHECKING:  # what a class is called with and makes, `__init__` says

        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            # A class may define any public name, so none is called on it or its objects.
            made = EngineType.make(cls)
            try:
                made.__init__(*args, **kwargs)
            except BaseException:
                if not cls._counted and (address := lib.ps_object(made._ref)):
                    lib.gd_object_destroy(address)
                raise
            finally:
                if cls._counted:
                    leave_to_python(made._ref)
            tell_made(made)
            return made

    def make(cls) -> EngineObject:
        """A new object whose `__init__` has not run.

        Raises:
            TypeError: the class is abstract, is a singleton, or lacks `@exposed`.
            GodotError: the engine cannot instantiate it, such as a class of the editor in a game.
        """
        if cls._exposed_class and "_exposed_class" not in vars(cls):
            raise TypeError(f"{cls.__name__} extends an exposed class: expose it too")
        if cls._abstract or not cls._can_be_made:
            raise TypeError(f"{cls.__name__} is abstract or a singleton: it cannot be instantiated")
        address = lib.gd_classdb_construct_object2(name(cls._engine_class))
        if not address:
            raise GodotError(f"this engine cannot instantiate {cls._engine_class} now")
        made: EngineObject = stand_for(cls, address, lib.ps_refer(address))
        if cls._exposed_class:
            keep(made)
            lib.gd_object_set_instance(address, name(cls._exposed_class), made._ref)
        return made


def tell_made(made: EngineObject) -> None:
    """Sends NOTIFICATION_POSTINITIALIZE."""
    of_engine(made, "notification", POSTINITIALIZE)


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
        """Destroys the object immediately; for nodes see `queue_free`.

        Raises:
            TypeError: it is a `RefCounted`, which is freed with its last reference.
            FreedObjectError: it has been freed already.
        """
        if self._counted:
            raise TypeError(f"a {type(self).__name__} is reference-counted and frees itself")
        lib.gd_object_destroy(address_of(self))

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled; see duplicate()")

    def __repr__(self) -> str:
        address = lib.ps_object(self._ref)
        if not address:
            return f"<freed {type(self).__name__}>"
        return f"<{type(self).__name__}#{lib.gd_object_get_instance_id(address)}>"

    if not TYPE_CHECKING:  # so that what no class has is a mistake

        def __getattr__(self, attribute: str) -> Any:
            """A method, variable or signal that a script added to the object."""
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            return _script_attribute(self, attribute)

        def __setattr__(self, attribute: str, value: Any) -> None:
            try:
                object.__setattr__(self, attribute, value)
            except AttributeError:
                if hasattr(type(self), attribute) or not set_by_name(self, attribute, value):
                    raise


def is_instance_valid(value: object) -> bool:
    """Whether `value` is an engine object that has not been freed."""
    return isinstance(value, EngineObject) and lib.ps_object(value._ref) != 0


def wake(node: EngineObject) -> None:
    """Ends the pause that its `_pass_time` asked for; it is called again in the next frame."""
    lib.ps_wake(node._ref)


def _script_attribute(obj: EngineObject, attribute: str) -> Any:
    """A method, signal or variable that a script or another extension added to an object.

    Raises:
        AttributeError: the object has no attribute of this name.
    """
    if call_by_name(obj, "has_method", (attribute,)):
        return partial(_call_script_method, obj, attribute)
    if call_by_name(obj, "has_signal", (attribute,)):
        return Signal(obj, attribute)
    found, value = get_by_name(obj, attribute)
    if found:
        return value
    raise AttributeError(f"{obj!r} has no attribute {attribute}")


def _call_script_method(obj: EngineObject, method: str, *arguments: Any) -> Any:
    return call_by_name(obj, method, arguments)


register_encoder(EngineObject, lambda value, at: lib.ps_set_object(at, address_of(value)))
register_decoder(Type.OBJECT, lambda at: wrap(lib.ps_get_object(at)))
register_bare_decoder(Type.OBJECT, lambda value: wrap(lib.ps_read_pointer(value)))
