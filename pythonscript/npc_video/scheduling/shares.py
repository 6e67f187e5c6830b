"""The fair share of tenants: the one that has used least of its share goes first.

Use is GPU-seconds ÷ weight, counted apart for each class. A run is charged when it starts, so that
starts at the same time are shared too, and corrected when it ends.

This is start-time fair queueing (Goyal, Vin and Cheng, 1996): who returns to a lane begins at the
level of those who are in it, so absence earns no credit.
"""

import heapq
from collections.abc import Mapping

__all__ = ["Least", "Shares"]


class Shares:
    """The use of tenants. It only grows: what is paid back lowers the next charges.

    Args:
        weights: of tenants, above 0 and 1 otherwise; they may change.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._used: dict[str, float] = {}
        self._credit: dict[str, float] = {}

    def used(self, tenant: str) -> float:
        return self._used.get(tenant, 0.0)

    def lift(self, tenant: str, level: float) -> None:
        """Raises the use of a tenant that was absent to a level."""
        if level > self.used(tenant):
            self._used[tenant] = level

    def charge(self, tenant: str, seconds: float) -> None:
        amount = seconds / self._weight(tenant) - self._credit.pop(tenant, 0.0)
        if amount >= 0.0:
            self._used[tenant] = self.used(tenant) + amount
        else:
            self._credit[tenant] = -amount

    def correct(self, tenant: str, charged: float, seconds: float) -> None:
        """Replaces what was charged for a run by what it took."""
        if seconds > charged:
            self.charge(tenant, seconds - charged)
        else:
            credit = self._credit.get(tenant, 0.0)
            self._credit[tenant] = credit + (charged - seconds) / self._weight(tenant)

    def _weight(self, tenant: str) -> float:
        return self._weights.get(tenant, 1.0)


class Least:
    """A set of tenants that knows the one with the least use.

    Use only grows, so a heap with old values is right once its first value is up to date.
    """

    def __init__(self, shares: Shares):
        self._shares = shares
        self._members: set[str] = set()
        self._listed: set[str] = set()
        self._heap: list[tuple[float, str]] = []

    def add(self, tenant: str) -> None:
        self._members.add(tenant)
        if tenant not in self._listed:
            self._listed.add(tenant)
            heapq.heappush(self._heap, (self._shares.used(tenant), tenant))

    def discard(self, tenant: str) -> None:
        self._members.discard(tenant)

    def first(self) -> str | None:
        while self._heap:
            noted, tenant = self._heap[0]
            if tenant not in self._members:
                heapq.heappop(self._heap)
                self._listed.discard(tenant)
                continue
            used = self._shares.used(tenant)
            if used <= noted:
                return tenant
            heapq.heapreplace(self._heap, (used, tenant))
        return None
