"""Follows a GDScript function that awaits, from one wait to the next.

Objects that such a function holds stay for ever once its own object is freed, unless somebody keeps
the state of its present wait. The engine returns only the first state. So each wait is resumed from
here, which returns the next state.
"""

from __future__ import annotations

from typing import Any

from godot import Object, RefCounted

__all__ = ["Coroutine", "awaits"]


def awaits(made: Any) -> bool:
    """Tells whether a call has returned the state of a function that awaits, and no result."""
    return isinstance(made, RefCounted) and made.get_class() == "GDScriptFunctionState"


class Coroutine:
    """The rest of a function whose call has returned `state`, and of those that it awaits.

    The engine ends it with its object. Its objects are freed then, or with this record.
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
        """Resumes it after the signal; the engine passes several arguments as one Array."""
        state, self._state = self._state, None
        if state is None or not state.call("is_valid", True):
            return  # its object was freed
        result = arguments[0] if len(arguments) == 1 else list(arguments) or None
        made = state.call("resume", result)
        if awaits(made):
            self._wait_with(made)
