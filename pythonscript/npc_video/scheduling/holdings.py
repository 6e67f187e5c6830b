"""The workers that tenants hold, beside their fair share of them.

Without models, the order of tasks alone shares the workers fairly. With models a tenant whose tasks
never end would draw one worker after the other to its own model, and none would come back.
"""

import math
from collections.abc import Mapping

from .demand import Arrivals, needed_workers

__all__ = ["Holdings"]

_SETTLED_SECONDS = 1.0
_FORGOTTEN = 1e-3  # of a worker


class Holdings:
    """The slots in which tenants have clips made that players wait for.

    A share is max-min fair by weight: who needs less than an equal part gets what it needs, and the
    others share the rest.

    Args:
        weights: as of `Shares`.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._held: dict[str, float] = {}
        self._arrivals: dict[str, Arrivals] = {}
        self._level = math.inf  # slots for each unit of weight
        self._settled_at = -math.inf

    @property
    def is_scarce(self) -> bool:
        """Whether the tenants lately need more slots than there are."""
        return self._level < math.inf

    def note_arrival(self, tenant: str, seconds: float, at: float) -> None:
        """Notes a request whose clip takes so many seconds."""
        self._arrivals.setdefault(tenant, Arrivals()).note(seconds, at)

    def hold(self, tenant: str, slots: float) -> None:
        """Adds to the slots that a tenant holds; a negative number ends some."""
        held = self._held.get(tenant, 0.0) + slots
        if held > 1e-6:
            self._held[tenant] = held
        else:
            self._held.pop(tenant, None)

    def has_share(self, tenant: str, slots: int, now: float) -> bool:
        """Whether a tenant holds its fair share of so many slots, or more."""
        if now - self._settled_at >= _SETTLED_SECONDS:
            self._settle(slots, now)
        return self._held.get(tenant, 0.0) >= max(1.0, self._level * self._weight(tenant))

    def _settle(self, slots: int, now: float) -> None:
        """Finds the level at which the tenants together have all slots."""
        self._settled_at, self._level = now, math.inf
        needs: list[tuple[float, float]] = []
        for tenant, arrivals in tuple(self._arrivals.items()):
            need, weight = needed_workers(arrivals.rate(now)), self._weight(tenant)
            if need < _FORGOTTEN:
                del self._arrivals[tenant]
            else:
                needs.append((need / weight, weight))
        left, weights = float(slots), sum(weight for _, weight in needs)
        for level, weight in sorted(needs):
            if level * weights > left:
                self._level = left / weights
                return
            left -= level * weight
            weights -= weight

    def _weight(self, tenant: str) -> float:
        return self._weights.get(tenant, 1.0)
