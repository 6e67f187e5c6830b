"""Properties of resources that others follow."""

from __future__ import annotations

from typing import Any

from godot import export

__all__ = ["Told"]


class Told(export):
    """A property whose changes the resource tells, so that what shows or uses it follows."""

    def __set__(self, obj: Any, value: Any) -> None:
        super().__set__(obj, value)
        obj.emit_changed()
