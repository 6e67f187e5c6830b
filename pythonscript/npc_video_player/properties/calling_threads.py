"""Restricts objects in a scene to the main thread, as the engine does for nodes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from godot import Callable as EngineCallable
from godot import Node, Resource, export, is_main_thread, push_error

from .misuse import line_of_python

__all__ = ["Property", "any_thread", "main_thread_only"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_TRIES = 10
_told: set[str] = set()


def any_thread(method: F) -> F:
    """Makes a method that only reads start again when the main thread changes what it reads."""

    @functools.wraps(method)
    def call(self: Any) -> Any:
        for _ in range(0 if is_main_thread() else _TRIES):
            try:
                return method(self)
            except RuntimeError:  # a container has changed its size during iteration
                continue
        return method(self)

    return call  # type: ignore[return-value]


def main_thread_only(default: Any = None) -> Callable[[F], F]:
    """Makes a method of an object in use refuse other threads, with a line in the log.

    The line comes once for each method, however often and by whichever threads it is called.

    Args:
        default: the result for these threads.
    """

    def decorate(method: F) -> F:
        name = method.__name__

        @functools.wraps(method)
        def call(self: Any, *arguments: Any, **named: Any) -> Any:
            instead = f"{name}.call_deferred()", f"run_on_main_thread(obj.{name}, …)"
            if _may_change(self, f"{name} was called", "call", *instead):
                return method(self, *arguments, **named)
            return default

        return call  # type: ignore[return-value]

    return decorate


class Property(export[T]):
    """A property that only the main thread sets once its object is in use; all threads may read it.

    Another thread changes nothing, and gets a message once for each property.
    """

    def assign(self, obj: Any, value: T) -> None:
        name = self.name
        instead = f'set_deferred("{name}", …)'
        if _may_change(obj, f"{name} was set", "set", instead, f"obj.{instead}"):
            self.take(obj, value)

    def take(self, obj: Any, value: T) -> None:
        """Takes a new value, on an allowed thread; for classes that extend this one."""
        super().assign(obj, value)


def _may_change(obj: Any, what: str, verb: str, instead: str, in_python: str) -> bool:
    if is_main_thread() or not _is_in_use(obj):
        return True
    what = f"{type(obj).__name__}.{what}"
    if what not in _told:
        _told.add(what)
        line = line_of_python()
        where, how = (f" ({line})", in_python) if line else ("", instead)
        push_error(f"{what} from another thread{where}: {verb} it from the main thread (`{how}`).")
    return False


def _is_in_use(obj: Any) -> bool:
    """Returns whether it is in a scene, or a resource that something in a scene follows."""
    if isinstance(obj, Node):
        return bool(obj.is_inside_tree())
    connections = obj.get_signal_connection_list("changed")
    followers = (_owner_of(connection["callable"]) for connection in connections)
    return any(isinstance(each, Node | Resource) and _is_in_use(each) for each in followers)


def _owner_of(function: Any) -> Any:
    """Returns the object of a Callable, or of the method that it was made of; else None."""
    if isinstance(function, EngineCallable):
        return function.get_object()
    return getattr(function, "__self__", None)
