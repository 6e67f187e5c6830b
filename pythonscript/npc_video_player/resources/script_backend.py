"""`NpcScriptBackend`, a generator written in GDScript, as a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from godot import Callable as EngineCallable
from godot import ClassDB, Script, exposed
from npc_video.errors import InvalidDataError

from ..properties.notifying_export import FinishStarted, NotifyingExport, UntaggedColours
from .backend_resources import NpcBackend
from .game_function import function_backend

if TYPE_CHECKING:
    from npc_video import Backend

__all__ = ["NpcScriptBackend"]

_METHOD, _CONSTRUCTOR = "generate", "_init"


@exposed(tool=True)
class NpcScriptBackend(NpcBackend):
    """Makes clips with a function of a script: `func generate(request: Dictionary)`.

    `NpcVideoPlayer.set_generator` describes its argument and result. One object of the script makes
    all clips.
    """

    generator = NotifyingExport(
        Script,
        None,
        doc="A file of GDScript that extends RefCounted and has `func generate(request:"
        " Dictionary)`.",
    )
    finish_started = FinishStarted()
    untagged_colours = UntaggedColours()

    def _checks(self) -> Iterable[Callable[[], object]]:
        return (self._check_generator,)

    def _check_generator(self) -> None:
        script = self.generator
        if script is None:
            raise InvalidDataError("generator: is empty: choose a script.")
        if not ClassDB.is_parent_class(script.get_instance_base_type(), "RefCounted"):
            raise InvalidDataError(
                "generator: the script must extend RefCounted, or nothing, as nobody frees it."
            )
        methods = script.get_script_method_list()
        if not any(_takes(1, method) for method in methods if method["name"] == _METHOD):
            raise InvalidDataError(
                f"generator: the script needs `func {_METHOD}(request: Dictionary)`."
            )
        if not all(_takes(0, method) for method in methods if method["name"] == _CONSTRUCTOR):
            raise InvalidDataError(f"generator: the script's {_CONSTRUCTOR} must take nothing.")

    def _make(self) -> Backend:
        self._check_generator()
        script = self.generator
        if script is None or not script.can_instantiate():
            raise InvalidDataError(
                "generator: the script cannot be used: mend its errors; to run in the editor, it"
                " must begin with @tool."
            )
        made = script.call("new")
        function = EngineCallable(made, _METHOD)
        return function_backend(
            function,
            made,
            finish_started=self.finish_started,
            untagged_colours=self.untagged_colours,
        )


def _takes(count: int, method: dict[str, Any]) -> bool:
    most = len(method["args"])
    return most - len(method["default_args"]) <= count <= most
