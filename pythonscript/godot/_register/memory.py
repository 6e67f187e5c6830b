"""Memory that the engine reads while a class is registered."""

from __future__ import annotations

from typing import Any

from _pythonscript import ffi, lib

from .._ffi.names import name
from .._variant.encode import VARIANT_SIZE, encode
from .described import Described


class Memory:
    """Keeps C data alive during one call of a registration function."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.frames: list[tuple[int, int]] = []

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: Any) -> None:
        for frame, count in reversed(self.frames):
            lib.ps_leave(frame, count)

    def variants(self, values: list[Any]) -> list[int]:
        frame = lib.ps_enter(len(values))
        self.frames.append((frame, len(values)))
        addresses = [frame + index * VARIANT_SIZE for index in range(len(values))]
        for value, at in zip(values, addresses, strict=True):
            encode(value, at)
        return addresses

    def string(self, text: str) -> int:
        return int(lib.ps_inside(self.variants([text])[0]))

    def infos(self, items: list[tuple[str, Described]]) -> Any:
        array = ffi.new("GDExtensionPropertyInfo[]", max(1, len(items)))
        self.kept.append(array)
        for info, (label, item) in zip(array, items, strict=False):
            info.type = int(item.type)
            info.name = name(label)
            info.class_name = name(item.class_name or item.enum_name)
            info.hint = item.hint
            info.hint_string = self.string(item.hint_string)
            info.usage = item.usage
        return array

    def words(self, addresses: list[int]) -> int:
        array = ffi.new("uintptr_t[]", addresses or [0])
        self.kept.append(array)
        return int(ffi.cast("uintptr_t", array))
