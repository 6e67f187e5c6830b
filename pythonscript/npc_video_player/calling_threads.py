"""Which threads may call a player: for most methods the main one alone, as for engine nodes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from godot import is_main_thread, push_error

F = TypeVar("F", bound=Callable[..., Any])

_TRIES = 10
_told: set[str] = set()


def any_thread(method: F) -> F:
    """Has a method that only reads begin again where the main thread changes what it reads."""

    @functools.wraps(method)
    def call(self: Any) -> Any:
        for _ in range(0 if is_main_thread() else _TRIES):
            try:
                return method(self)
            except RuntimeError:  # as Python says of what has another size while it is gone through
                continue
        return method(self)

    return call  # type: ignore[return-value]


def main_thread_only(default: Any = None) -> Callable[[F], F]:
    """Has a method of a player in the scene refuse other threads, with a line in the log.

    The line comes once for each method, however often and by whichever threads it is called.

    Args:
        default: what it returns to them.
    """

    def decorate(method: F) -> F:
        @functools.wraps(method)
        def call(self: Any, *arguments: Any, **named: Any) -> Any:
            if is_main_thread() or not self.is_inside_tree():
                return method(self, *arguments, **named)
            name = method.__name__
            if name not in _told:
                _told.add(name)
                push_error(
                    f"NpcVideoPlayer.{name} was called from another thread: call it from the main"
                    f" thread (`{name}.call_deferred()`)."
                )
            return default

        return call  # type: ignore[return-value]

    return decorate
