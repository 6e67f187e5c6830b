"""Counts what each tenant and each player uses, and says when it is too much.

The counts are those of one gateway: with two of them behind one address, a tenant may send up to
twice as much. GPU-seconds are counted in the store, for the whole farm.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from npc_video.quality import typical_seconds
from npc_video.records import QUALITY_PRESETS

from ..tenants import Limits
from ..wire import ClipBody
from .auth import Principal
from .refusal import Refusal

__all__ = ["UNPOLLED_SECONDS", "Held", "Meter", "check_preset", "names_of"]

UNPOLLED_SECONDS = 45.0
"""A ticket that nobody polls for so long is not open any more."""

# Of a minute's requests, so many may come at once.
_BURST = 1 / 4
_MOST_BUCKETS = 50_000
_RETRY_WAITING = 2.0


@dataclass(slots=True)
class _Bucket:
    """Tokens that refill with time; a request takes one."""

    tokens: float
    at: float


@dataclass(slots=True)
class Held:
    """A ticket that this gateway gave out or was asked about.

    Attributes:
        names: of those whose limits it counts for.
        seen_at: seconds, when its holder was here.
    """

    names: tuple[str, ...]
    seen_at: float


def names_of(who: Principal) -> tuple[str, ...]:
    """Names for counting: the tenant, and the player if there is one."""
    return (who.tenant, f"{who.tenant}/{who.player}") if who.player else (who.tenant,)


def check_preset(limits: Limits, body: ClipBody) -> None:
    """Raises Refusal if a clip is more work than the best preset that the limits allow."""
    if not limits.best_preset:
        return
    best, needed = QUALITY_PRESETS[limits.best_preset], body.covering_preset
    if needed is None or typical_seconds(needed) > typical_seconds(best):
        raise Refusal(
            403,
            f"This token allows the preset {best.name} at most: choose a smaller size, a lower"
            " frame rate or fewer steps.",
            outcome="forbidden",
        )


class Meter:
    """Use by tenants and players at one gateway; times are seconds on any clock of the caller."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        # The ticket that was not seen for longest comes first.
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._open: Counter[str] = Counter()

    def request(self, who: Principal, now: float) -> None:
        """Counts a request for a clip.

        Raises:
            Refusal: there are too many, or too many tickets are open; nothing is counted then.
        """
        self._forget_unseen(now)
        buckets: list[_Bucket] = []
        for name, limits in _limited(who):
            most = limits.most_waiting
            if most is not None and self._open[name] >= most:
                raise Refusal(
                    429,
                    f"{most} requests wait already: wait for their clips, or give some up.",
                    outcome="limited",
                    retry_after=_RETRY_WAITING,
                )
            if limits.requests_per_minute is not None:
                buckets.append(self._bucket(name, limits.requests_per_minute, now))
        for bucket in buckets:
            bucket.tokens -= 1.0

    def opened(self, ticket: str, who: Principal, now: float) -> None:
        """Counts a ticket as open."""
        if ticket not in self._held:
            names = names_of(who)
            self._held[ticket] = Held(names, now)
            self._open.update(names)
        self.seen(ticket, now)

    def seen(self, ticket: str, now: float) -> None:
        """Notes that somebody polled a ticket."""
        if held := self._held.get(ticket):
            held.seen_at = now
            self._held.move_to_end(ticket)

    def closed(self, ticket: str) -> bool:
        """Counts a ticket as closed; returns whether it was open."""
        held = self._held.pop(ticket, None)
        if held is None:
            return False
        for name in held.names:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]
        return True

    def open_tickets(self, name: str) -> int:
        """Open tickets of a tenant, or of a player by `names_of`."""
        return self._open[name]

    def _bucket(self, name: str, per_minute: float, now: float) -> _Bucket:
        burst = max(1.0, per_minute * _BURST)
        bucket = self._buckets.pop(name, None) or _Bucket(burst, now)
        passed = max(0.0, now - bucket.at)
        bucket.tokens = min(burst, bucket.tokens + passed * per_minute / 60.0)
        bucket.at = now
        self._buckets[name] = bucket
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1.0:
            wait = (1.0 - bucket.tokens) * 60.0 / per_minute if per_minute > 0.0 else math.inf
            raise Refusal(
                429,
                f"This token may send {per_minute:g} requests a minute: send fewer.",
                outcome="limited",
                retry_after=min(60.0, wait),
            )
        return bucket

    def _forget_unseen(self, now: float) -> None:
        for ticket in list(self._unseen(now)):
            self.closed(ticket)

    def _unseen(self, now: float) -> Iterator[str]:
        for ticket, held in self._held.items():
            if now - held.seen_at < UNPOLLED_SECONDS:
                return
            yield ticket


def _limited(who: Principal) -> Iterator[tuple[str, Limits]]:
    yield from zip(names_of(who), (who.limits, who.player_limits), strict=False)
