"""Properties of a player, which goes by them at once."""

from __future__ import annotations

from typing import Any

from godot import Resource, export, push_error

__all__ = ["Setting"]


class Setting(export):
    """A property whose changes the player goes by at once, as it does by those of a resource."""

    def __set__(self, obj: Any, value: Any) -> None:
        if self.enum is not None and value not in self.enum:
            push_error(f"{self.name}: {value!r} is unknown; use one of {', '.join(self.enum)}.")
            return
        before, were_hidden = self.__get__(obj), obj._hidden()
        if value == before:
            return
        super().__set__(obj, value)
        if isinstance(before, Resource):
            before.changed.disconnect(obj._change)
        if isinstance(value, Resource):
            value.changed.connect(obj._change)
        if obj._hidden() != were_hidden:
            obj.notify_property_list_changed()
        obj._change()
