"""The engine's singletons."""

from __future__ import annotations

from functools import cache
from typing import Any

from _pythonscript import lib

from .._ffi.errors import GodotError
from .._ffi.names import name
from .._variant.encode import encode, register_encoder
from .lives import wrap


@cache
def singleton(class_name: str) -> Any:
    """An engine singleton, such as `Engine` or `RenderingServer`.

    Raises:
        GodotError: this engine, or this build of it, has no singleton of this name.
    """
    address = lib.gd_global_get_singleton(name(class_name))
    if not address:
        raise GodotError(f"this engine has no singleton named {class_name}")
    return wrap(address)


class LateSingleton:
    """A proxy for a singleton that the engine makes after it has loaded its extensions.

    Modules import it by name like any other. The singleton is looked up when an attribute is used.
    """

    def __init__(self, class_name: str):
        self.__dict__["_name"] = class_name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(singleton(self._name), attribute)
        if callable(found):
            self.__dict__[attribute] = found
        return found

    def __setattr__(self, attribute: str, value: Any) -> None:
        setattr(singleton(self._name), attribute, value)

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _encode_late_singleton(value: LateSingleton, at: int) -> None:
    encode(singleton(value._name), at)


register_encoder(LateSingleton, _encode_late_singleton)


def singleton_or_late(class_name: str) -> Any:
    """The singleton, or a proxy for it until the engine has made it."""
    if singleton("Engine").has_singleton(class_name):
        return singleton(class_name)
    return LateSingleton(class_name)
