"""Defines properties of a player, whose changes take effect immediately."""

from __future__ import annotations

import math
from typing import Any, TypeVar, Unpack

from godot import ExportOptions, Resource, Vector2i, push_error

from .calling_threads import Property

__all__ = ["Number", "PictureSize", "Setting"]

T = TypeVar("T")

_MAX_PIXELS = 8192  # pixels on a side: less than any renderer's limit


class Setting(Property[T]):
    """A property whose changes take effect immediately, as do those of its resource.

    Args:
        is_of_playing: changes only how clips play, not which.
    """

    def __init__(
        self,
        kind: type[T],
        default: T,
        *,
        is_of_playing: bool = False,
        **options: Unpack[ExportOptions],
    ):
        super().__init__(kind, default, **options)
        self._is_of_playing = is_of_playing

    def take(self, obj: Any, value: T) -> None:
        before, were_hidden = self.__get__(obj), obj._hidden()
        if value == before:
            return
        super().take(obj, value)
        if isinstance(before, Resource):
            before.changed.disconnect(obj._change)
        if isinstance(value, Resource):
            value.changed.connect(obj._change)
        if obj._hidden() != were_hidden:
            obj.notify_property_list_changed()
        if self._is_of_playing:
            obj._change_playing()
        else:
            obj._change()


class Number(Setting[float]):
    """A number of at least `least`; others are refused."""

    def __init__(
        self,
        kind: type[float],
        default: float,
        *,
        least: float = -math.inf,
        is_of_playing: bool = False,
        **options: Unpack[ExportOptions],
    ):
        super().__init__(kind, default, is_of_playing=is_of_playing, **options)
        self._least = least

    def take(self, obj: Any, value: float) -> None:
        if not self._least <= value < math.inf:
            wanted = "a number" if self._least == -math.inf else f"{self._least:g} or more"
            push_error(f"{self.name}: {value:g} is refused; use {wanted}.")
            return
        super().take(obj, value)


class PictureSize(Setting[Vector2i]):
    """Width and height in pixels; 0 in either means no size."""

    def __init__(self, *, doc: str):
        super().__init__(Vector2i, Vector2i(), suffix="px", doc=doc)

    def take(self, obj: Any, value: Vector2i) -> None:
        if min(value) < 0 or max(value) > _MAX_PIXELS:
            refused = f"{value.x}×{value.y}"
            push_error(f"{self.name}: {refused} is refused; use up to {_MAX_PIXELS} pixels.")
            return
        super().take(obj, value)
