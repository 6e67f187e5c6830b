"""The decorator that makes a Python class known to the engine, its editor and GDScript.

    @exposed
    class Player(Node2D):
        \"\"\"Shown in the editor's help.\"\"\"

        speed = export(float, 200.0, range=(0, 1000, 1), suffix="px/s")
        died = signal(reason=str)

        def heal(self, amount: int, at_once: bool = False) -> int: ...

Public methods, exported properties, signals, upper-case integers and nested enums are registered.
Names that begin with an underscore stay in Python, unless the engine has a virtual method of that
name. The engine accepts classes only while it starts, from the modules that `pythonscript.cfg` and
the project setting `pythonscript/modules` name. `registration` does the registering.
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
    """Registers a class with the engine under its own name.

    The engine makes one object of each class, in the editor too, to read the default values of its
    properties. So `__init__` and getters must be quick and open nothing. A class that extends
    `EditorPlugin` is added to the editor.

    Args:
        tool: whether its code also runs in the editor. Otherwise the editor has a placeholder that
            shows its properties. Subclasses of a tool are tools too, and classes that extend the
            editor's own always run there.
        icon: path of an icon for the editor, `res://…`.
        abstract: whether only subclasses can be instantiated.
        hidden: hides it from scripts, and from the editor's lists and help; for internal classes of
            a library.

    Raises:
        GodotError: it does not extend a class of the engine, the name is taken, it has something
            that the engine has no type for, or the engine has finished starting.
    """

    def decorate(made: Any) -> Any:
        if not isinstance(made, EngineType):
            raise GodotError(f"{made.__name__} must extend a class of Godot, such as Node")
        expose(made, Options(tool=tool, icon=icon, abstract=abstract, hidden=hidden))
        return made

    return decorate if cls is None else decorate(cls)
