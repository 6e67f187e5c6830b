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


@dataclass(frozen=True, slots=True, eq=False)
class _Place(Generic[T]):
    key: Hashable
    item: T
    purpose: Purpose
    by_worth: tuple[float, int, int]
    by_age: tuple[float, float]


class Line(Generic[T]):
    """Jobs by class, then by worth, then in the order of their numbers.

    Jobs of one game have no tenants, and none becomes less urgent because it is late: its player
    waits all the same.
    """

    def __init__(self) -> None:
        self._aged_turn = AgedTurn()
        self._places: dict[Hashable, _Place[T]] = {}
        self._lines: dict[Purpose, list[_Place[T]]] = {purpose: [] for purpose in Purpose}
        # Speculation and baking, the oldest first.
        self._old: list[_Place[T]] = []
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[T]:
        """All jobs, in the order of their addition."""
        return iter([place.item for place in self._places.values()])

    def get(self, key: Hashable) -> T | None:
        place = self._places.get(key)
        return None if place is None else place.item

    def of(self, purpose: Purpose) -> list[T]:
        """The jobs of a purpose, in order."""
        return [place.item for place in self._lines[purpose]]

    def add(
        self,
        key: Hashable,
        item: T,
        purpose: Purpose,
        *,
        number: int,
        asked_at: float,
        worth: float = 0.0,
    ) -> None:
        """Adds a job, or replaces the one with the same key.

        Args:
            number: the order among jobs of equal worth.
        """
        self.remove(key)
        unique = next(self._numbers)
        place = _Place(key, item, purpose, (-worth, number, unique), (asked_at, unique))
        self._places[key] = place
        insort(self._lines[purpose], place, key=_by_worth)
        if purpose < Purpose.UPGRADE:
            insort(self._old, place, key=_by_age)

    def remove(self, key: Hashable) -> T | None:
        """Removes a job and returns it; None if it is not there."""
        place = self._places.pop(key, None)
        if place is None:
            return None
        line = self._lines[place.purpose]
        del line[bisect_left(line, place.by_worth, key=_by_worth)]
        if place.purpose < Purpose.UPGRADE:
            del self._old[bisect_left(self._old, place.by_age, key=_by_age)]
        return place.item

    def begin(self, key: Hashable, seconds: float, slots: int, now: float) -> None:
        """Removes a job that starts.

        Args:
            seconds: its usual time.
            slots: the number of jobs that can run at the same time.
        """
        place = self._places[key]
        self.remove(key)
        if place.purpose < Purpose.UPGRADE and now - place.by_age[0] >= AGEING_SECONDS:
            self._aged_turn.use(seconds, slots, now)

    def last(self) -> T:
        """The job of the least value.

        Raises:
            IndexError: there is none.
        """
        for purpose in Purpose:
            if self._lines[purpose]:
                return self._lines[purpose][-1].item
        raise IndexError

    def in_turn(self, now: float) -> Iterator[T]:
        """The jobs in order; those that are removed meanwhile are left out."""
        told: set[_Place[T]] = set()
        for turn, each in enumerate(TURNS):
            places = self._aged(now) if each is Class.AGED else self._lines[Purpose[each.name]]
            if turn == EARLY:
                places = places[:1] if self._aged_turn.is_open(now) else []
            for place in tuple(places):
                if place not in told and self._places.get(place.key) is place:
                    told.add(place)
                    yield place.item

    def _aged(self, now: float) -> list[_Place[T]]:
        if not self._old or now - self._old[0].by_age[0] < AGEING_SECONDS:
            return []
        return self._old[: bisect_left(self._old, (now - AGEING_SECONDS, math.inf), key=_by_age)]


def _by_worth(place: _Place[T]) -> tuple[float, int, int]:
    return place.by_worth


def _by_age(place: _Place[T]) -> tuple[float, float]:
    return place.by_age
