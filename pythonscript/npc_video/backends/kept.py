"""Remembers unfinished requests that may be made again."""

import time
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Kept"]

_KEPT, _KEPT_SECONDS = 64, 3600.0

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Values of the latest requests, kept for an hour."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[float, _T]] = {}

    def keep(self, key: Hashable, value: _T) -> None:
        self._held[key] = (time.perf_counter(), value)
        if len(self._held) > _KEPT:
            del self._held[next(iter(self._held))]

    def take(self, key: Hashable) -> _T | None:
        """The value of this key, which is then forgotten; None if there is none."""
        at, value = self._held.pop(key, (0.0, None))
        return value if time.perf_counter() - at < _KEPT_SECONDS else None
