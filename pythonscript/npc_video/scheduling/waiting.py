"""The waiting tasks of one class and one model."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass

from .order import due
from .shares import Least, Shares
from .tasks import Task

__all__ = ["Entry", "Lane"]

_Place = tuple[float, int, "Entry"]


@dataclass(slots=True, eq=False)
class Entry:
    """A task that waits or runs.

    Attributes:
        order: increases from task to task.
        lane: where it waits; None while it rests or runs.
        turn: the time at which its class or its rest changes.
        run: the number of its run, 0 while it waits.
        paid_in: the use of all tenants in the class that its run was charged in.
        held: the part of a slot that its run takes.
    """

    task: Task
    order: int
    lane: "Lane | None" = None
    turn: float = 0.0
    run: int = 0
    paid_in: Shares | None = None
    held: float = 0.0


class Lane:
    """Tasks by tenant, the one with the least use first, and then by deadline.

    Args:
        shares: the use of the tenants in this class, in all lanes.
    """

    def __init__(self, shares: Shares):
        self._shares = shares
        self._by_tenant: dict[str, list[_Place]] = {}
        self._least = Least(shares)
        self._level = 0.0
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def tenants(self) -> Iterator[tuple[str, int]]:
        """Yields who waits, and for how many tasks."""
        return ((tenant, len(places)) for tenant, places in self._by_tenant.items())

    def add(self, entry: Entry) -> None:
        tenant = entry.task.tenant
        places = self._by_tenant.get(tenant)
        if places is None:
            least = self._least.first()
            level = self._level if least is None else self._shares.used(least)
            self._shares.lift(tenant, level)
            places = self._by_tenant[tenant] = []
            self._least.add(tenant)
        insort(places, (due(entry.task), entry.order, entry))
        entry.lane = self
        self._length += 1

    def remove(self, entry: Entry) -> None:
        tenant = entry.task.tenant
        places = self._by_tenant[tenant]
        del places[bisect_left(places, (due(entry.task), entry.order, entry))]
        if not places:
            del self._by_tenant[tenant]
            self._least.discard(tenant)
        entry.lane = None
        self._length -= 1

    def first(self) -> Entry | None:
        """The next task; None if none waits."""
        tenant = self._least.first()
        return None if tenant is None else self._by_tenant[tenant][0][2]

    def last(self) -> Entry | None:
        """The task that the others of its tenant go before; None if none waits."""
        tenant = self._least.first()
        return None if tenant is None else self._by_tenant[tenant][-1][2]

    def rank(self) -> tuple[float, float]:
        """A sort key of lanes, the one to serve first first; none may be empty."""
        first = self.first()
        assert first is not None
        return self._shares.used(first.task.tenant), due(first.task)

    def charge(self, entry: Entry, seconds: float) -> None:
        """Charges a task that starts from this lane."""
        self._level = max(self._level, self._shares.used(entry.task.tenant))
        self._shares.charge(entry.task.tenant, seconds)
        entry.paid_in = self._shares
