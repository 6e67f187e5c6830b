"""What the core decides, and what it gathers until then."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..cache import PendingWrite
from ..records import CacheKey
from .events import Event
from .jobs import Start

__all__ = ["Decision", "Draft"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done; stop first, then start.

    Attributes:
        loads: keys of clips to be brought from disk into memory; `loaded` is to be told of each.
        writes: clips that belong on disk.
    """

    starts: tuple[Start, ...]
    stops: tuple[Start, ...]
    events: tuple[Event, ...]
    loads: tuple[CacheKey, ...] = ()
    writes: tuple[PendingWrite, ...] = ()


@dataclass(slots=True)
class Draft:
    """What the next decision will tell, without what begins: that is decided last."""

    stops: list[Start] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    loads: list[CacheKey] = field(default_factory=list)
    writes: list[PendingWrite] = field(default_factory=list)

    def decide(self, starts: Iterable[Start]) -> Decision:
        """All of it at once; afterwards the draft is empty."""
        decision = Decision(
            tuple(starts),
            tuple(self.stops),
            tuple(self.events),
            tuple(self.loads),
            tuple(self.writes),
        )
        for told in (self.stops, self.events, self.loads, self.writes):
            told.clear()
        return decision
