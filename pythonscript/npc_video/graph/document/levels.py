"""The words of levels as parts of the range from 0 to 1."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from msgspec import Struct

from ..nodes.response import Levels, level_of

__all__ = ["Band", "bands_of"]


class Band(Struct, frozen=True):
    """The part of the range where a word applies; it ends where the next one starts."""

    start: float
    end: float
    word: str


def bands_of(table: Mapping[str, Any]) -> tuple[Band, ...]:
    """The bands of a table of words by level, without gaps from 0 to 1."""
    known = [(level_of(key), word) for key, word in table.items() if isinstance(word, str)]
    steps = sorted((level, word) for level, word in known if level is not None)
    limited = [(0.0, Levels.below), *((min(max(at, 0.0), 1.0), word) for at, word in steps)]
    bounds = [*limited, (1.0, "")]
    return tuple(
        Band(start, end, word) for (start, word), (end, _) in pairwise(bounds) if start < end
    )
