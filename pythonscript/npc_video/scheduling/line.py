"""The waiting jobs of one game or one pool of hosts, in the order of their turns."""

import itertools
import math
from bisect import bisect_left, insort
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..records import Purpose
from .order import AGEING_SECONDS, EARLY, TURNS, AgedTurn, Class

__all__ = ["Line"]

T = TypeVar("T")

# The purposes in turn, None for what has aged.
_TURNS = tuple(None if each is Class.AGED else Purpose[each.name] for each in TURNS)
_UPGRADE = Purpose.UPGRADE


@dataclass(slots=True, eq=False)
class _Place(Generic[T]):
    """A job, and its places among those of its purpose and among the old ones."""

    item: T
    purpose: Purpose
    by_worth: tuple[float, int, int, Hashable]
    by_age: tuple[float, float, Hashable]


class Line(Generic[T]):
    """Jobs by class, then by worth, then in the order of their numbers.

    Jobs of one game have no tenants, and none becomes less urgent because it is late: its player
    waits all the same.
    """

    def __init__(self) -> None:
        self._aged_turn = AgedTurn()
        self._places: dict[Hashable, _Place[T]] = {}
        self._lines: tuple[list[tuple[float, int, int, Hashable]], ...] = tuple([] for _ in Purpose)
        # Speculation and baking, the oldest first.
        self._old: list[tuple[float, float, Hashable]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[T]:
        """All jobs, in the order of their addition."""
        return iter([place.item for place in self._places.values()])

    def get(self, key: Hashable) -> T | None:
        place = self._places.get(key)
        return None if place is None else place.item

    def has(self, purpose: Purpose) -> bool:
        """Whether a job of a purpose waits."""
        return bool(self._lines[purpose])

    def of(self, purpose: Purpose) -> list[T]:
        """The jobs of a purpose, in order."""
        return [self._places[key].item for *_, key in self._lines[purpose]]

    def add(
        self,
        key: Hashable,
        item: T,
        purpose: Purpose,
        number: int,
        asked_at: float,
        worth: float = 0.0,
    ) -> None:
        """Adds a job, or replaces the one with the same key.

        Args:
            number: the order among jobs of equal worth.
        """
        if key in self._places:
            self.remove(key)
        unique = next(self._numbers)
        by_worth, by_age = (-worth, number, unique, key), (asked_at, unique, key)
        self._places[key] = _Place(item, purpose, by_worth, by_age)
        insort(self._lines[purpose], by_worth)
        if purpose < _UPGRADE:
            insort(self._old, by_age)

    def remove(self, key: Hashable) -> T | None:
        """Removes a job and returns it; None if it is not there."""
        place = self._places.pop(key, None)
        if place is None:
            return None
        line = self._lines[place.purpose]
        del line[bisect_left(line, place.by_worth)]
        if place.purpose < _UPGRADE:
            del self._old[bisect_left(self._old, place.by_age)]
        return place.item

    def begin(self, key: Hashable, seconds: float, slots: int, now: float) -> None:
        """Removes a job that starts.

        Args:
            seconds: its usual time.
            slots: the number of jobs that can run at the same time.
        """
        place = self._places[key]
        self.remove(key)
        if place.purpose < _UPGRADE and now - place.by_age[0] >= AGEING_SECONDS:
            self._aged_turn.use(seconds, slots, now)

    def last(self) -> T:
        """The job of the least value.

        Raises:
            IndexError: there is none.
        """
        for line in self._lines:
            if line:
                return self._places[line[-1][-1]].item
        raise IndexError

    def in_turn(self, now: float) -> Iterator[T]:
        """The jobs in order; those that are removed meanwhile are left out."""
        told: set[Hashable] = set()
        for turn, purpose in enumerate(_TURNS):
            keys = self._aged(now, turn) if purpose is None else self._keys(purpose)
            for key in keys:
                place = self._places.get(key)
                if place is not None and key not in told:
                    told.add(key)
                    yield place.item

    def _keys(self, purpose: Purpose) -> list[Hashable]:
        return [place[-1] for place in self._lines[purpose]]

    def _aged(self, now: float, turn: int) -> list[Hashable]:
        """The keys of the aged jobs; in their early turn the first one, if it is open."""
        old = self._old
        if not old or now - old[0][0] < AGEING_SECONDS:
            return []
        if turn == EARLY:
            return [old[0][-1]] if self._aged_turn.is_open(now) else []
        return [place[-1] for place in old[: bisect_left(old, (now - AGEING_SECONDS, math.inf))]]
