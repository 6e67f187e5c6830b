"""The fair share of tenants: the one that has used least of its share goes first.

Use is GPU-seconds ÷ weight, counted apart for each class of work. Speculation and baking that go
with the upgrades have accounts of their own, with a tenth of the weight, so that a long row of them
takes at most a tenth as much as upgrades do. A run is charged when it starts, so that starts at the
same time are shared too, and corrected when it ends.

This is start-time fair queueing (Goyal, Vin and Cheng, 1996): who returns to a lane begins at the
level of those who are in it, so absence earns no credit.
"""

import heapq

from ..records import Purpose

__all__ = ["Account", "Least", "Shares", "account_of"]

Account = tuple[str, bool]
"""A tenant's name, and whether the account is that of its speculation and baking."""

_BACKGROUND_WEIGHT = 0.1


def account_of(tenant: str, purpose: Purpose) -> Account:
    return tenant, purpose < Purpose.UPGRADE


class Shares:
    """The use of accounts. It only grows: what is paid back lowers the next charges."""

    def __init__(self) -> None:
        self._weights: dict[str, float] = {}
        self._used: dict[Account, float] = {}
        self._credit: dict[Account, float] = {}

    def set_weight(self, tenant: str, weight: float) -> None:
        """Sets a tenant's weight, above 0; it is 1 otherwise."""
        self._weights[tenant] = weight

    def used(self, account: Account) -> float:
        return self._used.get(account, 0.0)

    def lift(self, account: Account, level: float) -> None:
        """Raises the use of an account that was absent to a level."""
        if level > self.used(account):
            self._used[account] = level

    def charge(self, account: Account, seconds: float) -> None:
        amount = seconds / self._weight(account) - self._credit.pop(account, 0.0)
        if amount >= 0.0:
            self._used[account] = self.used(account) + amount
        else:
            self._credit[account] = -amount

    def correct(self, account: Account, charged: float, seconds: float) -> None:
        """Replaces what was charged for a run by what it took."""
        if seconds > charged:
            self.charge(account, seconds - charged)
        else:
            credit = self._credit.get(account, 0.0)
            self._credit[account] = credit + (charged - seconds) / self._weight(account)

    def _weight(self, account: Account) -> float:
        tenant, is_background = account
        weight = self._weights.get(tenant, 1.0)
        return weight * _BACKGROUND_WEIGHT if is_background else weight


class Least:
    """A set of accounts that knows the one with the least use.

    Use only grows, so a heap with old values is right once its first value is up to date.
    """

    def __init__(self, shares: Shares):
        self._shares = shares
        self._members: set[Account] = set()
        self._listed: set[Account] = set()
        self._heap: list[tuple[float, Account]] = []

    def add(self, account: Account) -> None:
        self._members.add(account)
        if account not in self._listed:
            self._listed.add(account)
            heapq.heappush(self._heap, (self._shares.used(account), account))

    def discard(self, account: Account) -> None:
        self._members.discard(account)

    def first(self) -> Account | None:
        while self._heap:
            noted, account = self._heap[0]
            if account not in self._members:
                heapq.heappop(self._heap)
                self._listed.discard(account)
                continue
            used = self._shares.used(account)
            if used <= noted:
                return account
            heapq.heapreplace(self._heap, (used, account))
        return None
