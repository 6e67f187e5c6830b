"""Signals, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from _pythonscript import lib

from .._ffi.names import name
from .._ffi.types import Type
from .._variant.calls import call_on_variant
from .._variant.decode import register_decoder
from .._variant.encode import register_encoder
from .lives import Stand, address_of
from .registry import of_engine


class Signal:
    """A signal of a particular object."""

    __slots__ = ("name", "object")

    def __init__(self, obj: Stand, signal: str):
        self.object = obj
        self.name = signal

    def connect(self, target: Callable[..., Any], flags: int = 0) -> int:
        """Calls `target` on every emission; `flags` are `Object.ConnectFlags`."""
        return int(of_engine(self.object, "connect", self.name, target, flags))

    def disconnect(self, target: Callable[..., Any]) -> None:
        of_engine(self.object, "disconnect", self.name, target)

    def is_connected(self, target: Callable[..., Any]) -> bool:
        return bool(of_engine(self.object, "is_connected", self.name, target))

    def emit(self, *arguments: Any) -> None:
        """Emits the signal; on the main thread if the object is a node in the tree."""
        of_engine(self.object, "emit_signal", self.name, *arguments)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Signal):
            return NotImplemented
        return self.object is other.object and self.name == other.name

    def __hash__(self) -> int:
        return hash((self.object, self.name))

    def __repr__(self) -> str:
        return f"<signal {self.name} of {self.object!r}>"


def _signal_at(at: int) -> Signal | None:
    obj = call_on_variant(at, "get_object", ())
    return Signal(obj, str(call_on_variant(at, "get_name", ()))) if obj is not None else None


def _encode_signal(value: Signal, at: int) -> None:
    lib.ps_set_signal(at, address_of(value.object), name(value.name))


register_encoder(Signal, _encode_signal)
register_decoder(Type.SIGNAL, _signal_at)
