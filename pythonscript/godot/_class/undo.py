"""Python functions as steps of the undo histories.

The engine keeps an object and the name of a method for each step. Here the object is a hidden
`RefCounted` whose signal is connected to the function, so the function lives as long as its action:
until the history is cleared, or another action takes the place of a redo.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from functools import partial
from typing import Any

from .._object.callables import Callable
from .._object.objects import EngineObject, is_instance_valid
from .._object.registry import class_named, of_engine
from .methods import replace_method

_STEP = "step"
_CONTEXT = 2  # the place of `custom_context` among the arguments of `create_action`


def _step_of(function: Function[..., Any], arguments: tuple[Any, ...]) -> EngineObject:
    """A hidden object whose signal calls `function` with these arguments."""
    made: EngineObject = class_named("RefCounted")()
    of_engine(made, "add_user_signal", _STEP)
    of_engine(made, "connect", _STEP, partial(_take, function, arguments))
    return made


def _take(function: Function[..., Any], arguments: tuple[Any, ...]) -> None:
    owner = _owner_of(function)
    # As the engine does, which passes over the steps of objects that are gone.
    if not isinstance(owner, EngineObject) or is_instance_valid(owner):
        function(*arguments)


def _owner_of(function: Function[..., Any]) -> Any:
    """The object whose method a function is; that of a script is a `partial`."""
    if isinstance(function, partial):
        return function.args[0] if function.args else None
    return getattr(function, "__self__", None)


def _of_history(add: Function[..., None]) -> Function[..., None]:
    def add_step(self: EngineObject, function: Any, /, *arguments: Any) -> None:
        target: Any = function
        if not isinstance(function, Callable) or target.get_object() is None:
            step = _step_of(function, arguments)  # the history counts it, a Callable does not
            target, arguments = Callable(step, "emit_signal"), (_STEP,)
        add(self, target.bind(*arguments) if arguments else target)

    return add_step


# Whether the editor's unfinished action has a history: that of its context, or of the object of its
# first step. The engine does not tell.
_has_history = False


def _note_history(has: bool) -> None:
    global _has_history
    _has_history = has


def _of_editor(add: Function[..., None]) -> Function[..., None]:
    def add_step(self: Any, target: Any, /, *arguments: Any) -> None:
        if isinstance(target, EngineObject) or not callable(target):
            add(self, target, *arguments)
        else:
            step = _step_of(target, arguments)
            if _has_history:
                self.force_fixed_history()  # by itself, the hidden object belongs to the global one
            add(self, step, "emit_signal", _STEP)
        _note_history(True)

    return add_step


def _creating(create: Function[..., None]) -> Function[..., None]:
    def create_action(self: EngineObject, *arguments: Any) -> None:
        create(self, *arguments)
        _note_history(len(arguments) > _CONTEXT and arguments[_CONTEXT] is not None)

    return create_action


def _adding(add: Function[..., None]) -> Function[..., None]:
    def add_other(self: EngineObject, *arguments: Any) -> None:
        add(self, *arguments)
        _note_history(True)

    return add_other


for _method in ("add_do_method", "add_undo_method"):
    replace_method("UndoRedo", _method, _of_history)
    replace_method("EditorUndoRedoManager", _method, _of_editor)
replace_method("EditorUndoRedoManager", "create_action", _creating)
for _kind in ("do_property", "undo_property", "do_reference", "undo_reference"):
    replace_method("EditorUndoRedoManager", f"add_{_kind}", _adding)
