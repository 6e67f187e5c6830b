"""How a Python class is written that the engine, its editor and GDScript know.

    @exposed
    class Player(Node2D):
        \"\"\"Shown in the editor's help.\"\"\"

        speed = export(float, 200.0, range=(0, 1000, 1), suffix="px/s")
        died = signal(reason=str)

        def heal(self, amount: int, at_once: bool = False) -> int: ...

Public methods, exported properties, signals, upper-case integers and nested enums are registered;
names that begin with an underscore stay in Python, unless the engine has a virtual method of that
name. The engine takes classes only while it starts, from the modules that `pythonscript.cfg` and
the project setting `pythonscript/modules` name. What registering means is in `registration`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from .._ffi.errors import GodotError
from .._object.objects import EngineType
from .registration import Options, expose

C = TypeVar("C", bound=type)


@overload
def exposed(cls: C) -> C: ...
@overload
def exposed(
    *, tool: bool = False, icon: str = "", abstract: bool = False, hidden: bool = False
) -> Callable[[C], C]: ...
def exposed(
    cls: Any = None,
    *,
    tool: bool = False,
    icon: str = "",
    abstract: bool = False,
    hidden: bool = False,
) -> Any:
    """Registers a class with the engine, under its own name.

    The engine makes an object of each class, in the editor too, to learn what its properties hold
    at first: `__init__` and getters must be quick and open nothing. A class that extends
    `EditorPlugin` is added to the editor.

    Args:
        tool: its code also runs in the editor, as that of the editor's own classes always does, and
            that of what extends a class with `tool`, which is as much of a tool; otherwise the
            editor has a placeholder that shows its properties.
        icon: path of an icon for the editor, `res://…`.
        abstract: only its subclasses can be made.
        hidden: scripts do not know it, and the editor neither lists nor explains it; for what a
            library makes for itself.

    Raises:
        GodotError: it does not extend a class of the engine, the name is taken, it has something
            that the engine has no type for, or the engine has long started.
    """

    def decorate(made: Any) -> Any:
        if not isinstance(made, EngineType):
            raise GodotError(f"{made.__name__} must extend a class of Godot, such as Node")
        expose(made, Options(tool=tool, icon=icon, abstract=abstract, hidden=hidden))
        return made

    return decorate if cls is None else decorate(cls)
