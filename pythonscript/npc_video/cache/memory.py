"""Clips in memory, and the policies that choose which to drop.

Not thread-safe: `ClipCache` holds its lock around every call. lru-dict is used only where it is
sound: with tuple keys and without callbacks. It limits entries only, so the byte budget is kept
here.
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
    """Orders keys by the value of keeping their clips; holds no clip."""

    def add(self, key: CacheKey, seconds: float, size: int) -> None:
        """Adds a key, or notes that its clip was replaced.

        Args:
            seconds: the time to generate the clip again.
            size: bytes.
        """

    def use(self, key: CacheKey) -> None:
        """Notes the use of a key's clip."""

    def forget(self, key: CacheKey) -> None:
        """Forgets a key."""

    def evict(self) -> CacheKey:
        """Forgets the key of least value and returns it; there must be one."""


class LeastRecentlyUsed:
    """Drops the least recently used clip.

    Args:
        capacity: the most keys at once.
    """

    def __init__(self, capacity: int):
        # One more, so that lru-dict never drops a key on its own.
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

    The value of a clip is H = L + frequency × seconds to generate it ÷ bytes. L is the value of the
    last dropped clip, so clips that are no longer popular age (Cherkasova, "Improving WWW proxies
    performance with Greedy-Dual-Size-Frequency caching policy", HP Labs HPL-98-69R1, 1998).
    """

    def __init__(self, capacity: int):
        self._floor = 0.0
        self._tickets = itertools.count()
        # By key: the ticket of its valid heap entry, its frequency, its seconds per byte.
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
        """Adds a heap entry; the previous one becomes invalid and is removed later."""
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
"""Factories of policies by name; the argument is the capacity in clips."""


class MemoryTier:
    """At most `max_clips` clips whose files have at most `max_bytes` together.

    A key has one entry, and a clip of a worse preset does not replace it.

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
        """The clip of this key; counts a use."""
        clip = self._clips.get(key)
        if clip is None:
            self._misses += 1
            return None
        self._hits += 1
        self._policy.use(key)
        return clip

    def has_room(self, size: int) -> bool:
        """Whether a clip of `size` bytes fits without dropping another."""
        return len(self._clips) < self._max_clips and self._bytes + size <= self._max_bytes

    def put(self, key: CacheKey, clip: GeneratedClip) -> GeneratedClip:
        """Keeps the better of `clip` and the stored one, and returns it.

        Others are dropped before it is added, so a new clip is never dropped itself. A clip larger
        than the whole budget is not kept.
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
            if victim in self._clips:  # otherwise it is the clip to be replaced
                self._drop(victim)
                self._evictions += 1
        self._clips[key] = clip
        self._bytes += size
        self._policy.add(key, clip.generation_seconds, size)
        self._similar.add(key, clip.params)
        return clip

    def drop(self, data: bytes) -> None:
        """Forgets the clips whose file has these bytes."""
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
