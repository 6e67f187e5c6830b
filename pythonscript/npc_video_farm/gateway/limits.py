"""Counts what each tenant and each player sends, and says when it is too much.

These counts are those of one gateway: with two of them behind one address, up to twice as much may
be sent. The store counts, for the whole farm, generator-seconds and the tickets of each tenant.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from npc_video.quality import typical_seconds
from npc_video.records import QUALITY_PRESETS, Purpose
from npc_video.scheduling.admission import refusal

from ..store.valkey import TICKET_SECONDS
from ..tenants import Limits
from ..wire import ClipBody
from .auth import Principal
from .refusal import Refusal

__all__ = ["Meter", "check_preset", "check_room", "limits_of", "names_of"]

# Of a minute's requests, so many may come at once.
_BURST = 1 / 4
_MOST_BUCKETS = 50_000


@dataclass(slots=True)
class _Bucket:
    """Tokens that refill with time; a request takes one."""

    tokens: float
    at: float


@dataclass(slots=True)
class _Held:
    """A player's ticket, and the time when the player was last here, in seconds."""

    player: str
    seen_at: float


def names_of(who: Principal) -> tuple[str, ...]:
    """Names for counting: the tenant, and the player if there is one."""
    return (who.tenant, f"{who.tenant}/{who.player}") if who.player else (who.tenant,)


def limits_of(who: Principal) -> Iterator[tuple[str, Limits]]:
    """The limits that apply to a sender, with the names under which they are counted."""
    return zip(names_of(who), (who.limits, who.player_limits), strict=False)


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


def check_room(
    purpose: Purpose, ahead_seconds: float, waiting: int, most_waiting: int | None
) -> None:
    """Raises Refusal if a request is one too many, by the rules of the policy.

    Args:
        ahead_seconds: the time that the workers need for what waits.
        waiting: the sender's tickets that wait.
        most_waiting: the most that may; None for any number.
    """
    most = math.inf if most_waiting is None else most_waiting
    if found := refusal(purpose, ahead_seconds, waiting, most):
        raise Refusal(429, found.reason, outcome="limited", retry_after=found.retry_after)


class Meter:
    """Requests and players' tickets at one gateway; times are seconds on any one clock."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        # The ticket that was not seen for longest comes first.
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._open: Counter[str] = Counter()

    def request(self, who: Principal, now: float) -> None:
        """Counts a request for a clip.

        Raises:
            Refusal: there are too many, or too many of the player's tickets are open; nothing is
                counted then.
        """
        self._forget_unseen(now)
        if who.player:
            waiting = self._open[names_of(who)[-1]]
            check_room(Purpose.URGENT, 0.0, waiting, who.player_limits.most_waiting)
        buckets = [
            self._bucket(name, limits.requests_per_minute, now)
            for name, limits in limits_of(who)
            if limits.requests_per_minute is not None
        ]
        for bucket in buckets:
            bucket.tokens -= 1.0

    def opened(self, ticket: str, who: Principal, now: float) -> None:
        """Counts a player's ticket as open; a server's own are not counted here."""
        if not who.player:
            return
        if ticket not in self._held:
            player = names_of(who)[-1]
            self._held[ticket] = _Held(player, now)
            self._open[player] += 1
        self.seen(ticket, now)

    def seen(self, ticket: str, now: float) -> None:
        """Notes that somebody polled a ticket."""
        if held := self._held.get(ticket):
            held.seen_at = now
            self._held.move_to_end(ticket)

    def closed(self, ticket: str) -> None:
        """Counts a ticket as closed."""
        if held := self._held.pop(ticket, None):
            self._open[held.player] -= 1
            if not self._open[held.player]:
                del self._open[held.player]

    @property
    def open_tickets(self) -> int:
        """The players' tickets that are open here."""
        return len(self._held)

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
            if now - held.seen_at < TICKET_SECONDS:
                return
            yield ticket
