"""A function of GDScript that awaits, taken along from one wait to the next.

What such a function holds stays for ever once its object is freed, unless somebody has the state of
its present wait. The engine hands out only that of the first; so each is resumed from here, which
gives the next.
"""

from __future__ import annotations

from typing import Any

from godot import Object, RefCounted

__all__ = ["Coroutine", "awaits"]


def awaits(made: Any) -> bool:
    """Whether a call has given the state of a function that awaits, and no result."""
    return isinstance(made, RefCounted) and made.get_class() == "GDScriptFunctionState"


class Coroutine:
    """Of the function whose first `state` a call has given, and of those that it awaits itself.

    The engine ends it with its object; what it held goes then, or when nobody has this any more.
    """

    def __init__(self, state: RefCounted):
        self._wait_with(state)

    def _wait_with(self, state: RefCounted) -> None:
        self._state: RefCounted | None = state
        self._awaited: Coroutine | None = None
        for connection in state.get_incoming_connections():
            signal = connection["signal"]
            signal.disconnect(connection["callable"])
            signal.connect(self._go_on, Object.CONNECT_ONE_SHOT)
            if awaits(signal.object):
                self._awaited = Coroutine(signal.object)

    def _go_on(self, *arguments: Any) -> None:
        """The signal was emitted: several arguments are one Array, as the engine has it."""
        state, self._state = self._state, None
        if state is None or not state.call("is_valid", True):
            return  # its object was freed
        result = arguments[0] if len(arguments) == 1 else list(arguments) or None
        made = state.call("resume", result)
        if awaits(made):
            self._wait_with(made)
