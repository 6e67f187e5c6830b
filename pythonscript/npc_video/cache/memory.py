"""Clips in memory, and the policies that say which of them goes when room is needed.

Not safe under threads: `ClipCache` holds its lock around every call. lru-dict is kept to what it is
sound at: tuple keys, no callbacks, and the byte budget is ours because it limits entries only.
"""

import heapq
import itertools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from lru import LRU

from ..records import CacheKey, GeneratedClip, VideoParams
from .rank import pixel_rate
from .similar import Similar, SimilarityIndex
from .stats import TierStats

__all__ = ["POLICIES", "Gdsf", "LeastRecentlyUsed", "MemoryTier", "Policy"]


class Policy(Protocol):
    """Orders keys by how much their clips are worth keeping; holds no clip."""

    def add(self, key: CacheKey, seconds: float, size: int) -> None:
        """Takes a key, or notes that its clip was replaced.

        Args:
            seconds: how long making the clip again would take.
            size: bytes.
        """

    def use(self, key: CacheKey) -> None:
        """Notes that the clip of a key that was added is used."""

    def forget(self, key: CacheKey) -> None:
        """Forgets a key that was added."""

    def evict(self) -> CacheKey:
        """Forgets the key least worth keeping, and names it. There must be one."""


class LeastRecentlyUsed:
    """Drops the clip unused for longest.

    Args:
        capacity: how many keys there can be at once.
    """

    def __init__(self, capacity: int):
        # One more, so that it never drops a key on its own.
        self._order: LRU[CacheKey, None] = LRU(capacity + 1)

    def add(self, key: CacheKey, seconds: float, size: int) -> None:
        self._order[key] = None

    def use(self, key: CacheKey) -> None:
        self._order[key] = None

    def forget(self, key: CacheKey) -> None:
        del self._order[key]

    def evict(self) -> CacheKey:
        return self._order.popitem(True)[0]


class Gdsf:
    """Greedy-Dual-Size-Frequency: drops the clip that saves the least generation time per byte.

    The worth of a clip is H = L + frequency × seconds to remake ÷ bytes, where L, the worth of the
    last one dropped, lets those that were popular long ago grow old (Cherkasova, "Improving WWW
    proxies performance with Greedy-Dual-Size-Frequency caching policy", HP Labs HPL-98-69R1, 1998).
    """

    def __init__(self, capacity: int):
        self._floor = 0.0
        self._tickets = itertools.count()
        # By key: the ticket of its valid place in the heap, its frequency, its seconds per byte.
        self._known: dict[CacheKey, tuple[int, int, float]] = {}
        self._heap: list[tuple[float, int, CacheKey]] = []
        self._longest_heap = 4 * capacity + 16

    def add(self, key: CacheKey, seconds: float, size: int) -> None:
        frequency = self._known[key][1] if key in self._known else 0
        self._place(key, frequency + 1, seconds / max(size, 1))

    def use(self, key: CacheKey) -> None:
        _, frequency, value = self._known[key]
        self._place(key, frequency + 1, value)

    def forget(self, key: CacheKey) -> None:
        del self._known[key]

    def evict(self) -> CacheKey:
        while True:
            worth, ticket, key = heapq.heappop(self._heap)
            if self._is_valid(ticket, key):
                del self._known[key]
                self._floor = worth
                return key

    def _place(self, key: CacheKey, frequency: int, value: float) -> None:
        """An earlier place in the heap stays, invalid, until it comes up or there are too many."""
        ticket = next(self._tickets)
        self._known[key] = (ticket, frequency, value)
        heapq.heappush(self._heap, (self._floor + frequency * value, ticket, key))
        if len(self._heap) > self._longest_heap:
            self._heap = [place for place in self._heap if self._is_valid(place[1], place[2])]
            heapq.heapify(self._heap)

    def _is_valid(self, ticket: int, key: CacheKey) -> bool:
        known = self._known.get(key)
        return known is not None and known[0] == ticket


POLICIES: Mapping[str, Callable[[int], Policy]] = MappingProxyType(
    {"lru": LeastRecentlyUsed, "gdsf": Gdsf}
)
"""By name, what makes a policy for so many clips."""


class MemoryTier:
    """At most `max_clips` clips whose files are at most `max_bytes` together.

    One entry per key that gets better: a clip of a worse preset does not replace it.

    Args:
        policy: a name in `POLICIES`.
    """

    def __init__(self, max_clips: int, max_bytes: int, policy: str):
        self._max_clips = max_clips
        self._max_bytes = max_bytes
        self._make_policy = POLICIES[policy]
        self._hits = self._misses = self._evictions = 0
        self.clear()

    def clear(self) -> None:
        self._clips: dict[CacheKey, GeneratedClip] = {}
        self._bytes = 0
        self._policy = self._make_policy(self._max_clips)
        self._similar = SimilarityIndex()

    def __contains__(self, key: CacheKey) -> bool:
        return key in self._clips

    def get(self, key: CacheKey) -> GeneratedClip | None:
        """The clip of this key, which is thereby used."""
        clip = self._clips.get(key)
        if clip is None:
            self._misses += 1
            return None
        self._hits += 1
        self._policy.use(key)
        return clip

    def has_room(self, size: int) -> bool:
        """Whether another clip of `size` bytes displaces none."""
        return len(self._clips) < self._max_clips and self._bytes + size <= self._max_bytes

    def put(self, key: CacheKey, clip: GeneratedClip) -> GeneratedClip:
        """Keeps the better of `clip` and what is there, and returns it.

        Others are dropped to make room first, so that a new clip is never the one to go. A clip
        larger than the whole budget is not kept.
        """
        held = self._clips.get(key)
        if held is not None and pixel_rate(held) > pixel_rate(clip):
            return held
        size = len(clip.data)
        if size > self._max_bytes:
            return clip
        if held is not None:
            self._drop(key)
        while self._clips and not self.has_room(size):
            victim = self._policy.evict()
            if victim in self._clips:  # else it is the one to be replaced
                self._drop(victim)
                self._evictions += 1
        self._clips[key] = clip
        self._bytes += size
        self._policy.add(key, clip.generation_seconds, size)
        self._similar.add(key, clip.params)
        return clip

    def drop(self, data: bytes) -> None:
        """Forgets the clip of which this is the file."""
        for key in [key for key, clip in self._clips.items() if clip.data == data]:
            self._drop(key)
            self._policy.forget(key)

    def most_similar(self, params: VideoParams, minimum: float) -> Similar | None:
        found = self._similar.best(params, minimum)
        return found and Similar(found[0], found[1], self._clips[found[0]])

    def stats(self) -> TierStats:
        return TierStats(
            self._hits,
            self._misses,
            self._evictions,
            entries=len(self._clips),
            bytes=self._bytes,
        )

    def _drop(self, key: CacheKey) -> None:
        self._bytes -= len(self._clips.pop(key).data)
        self._similar.discard(key)
