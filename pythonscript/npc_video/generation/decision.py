"""The core's decisions, and the draft in which it collects them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..cache import PendingWrite
from ..records import CacheKey
from .events import Event
from .jobs import Start

__all__ = ["Decision", "Draft"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Actions to carry out; stop first, then start.

    Attributes:
        promotions: running jobs that have a higher purpose now.
        loads: keys of clips to load from disk into memory; report each to `loaded`.
        writes: clips to write to disk.
    """

    starts: tuple[Start, ...]
    stops: tuple[Start, ...]
    events: tuple[Event, ...]
    promotions: tuple[Start, ...] = ()
    loads: tuple[CacheKey, ...] = ()
    writes: tuple[PendingWrite, ...] = ()


@dataclass(slots=True)
class Draft:
    """The next decision without its starts, which are decided last."""

    stops: list[Start] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    promotions: list[Start] = field(default_factory=list)
    loads: list[CacheKey] = field(default_factory=list)
    writes: list[PendingWrite] = field(default_factory=list)

    def decide(self, starts: Iterable[Start]) -> Decision:
        """Returns the decision, and empties the draft."""
        decision = Decision(
            tuple(starts),
            tuple(self.stops),
            tuple(self.events),
            tuple(self.promotions),
            tuple(self.loads),
            tuple(self.writes),
        )
        for told in (self.stops, self.events, self.promotions, self.loads, self.writes):
            told.clear()
        return decision
