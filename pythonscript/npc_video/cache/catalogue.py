"""What a tier on disk holds, told without touching the disk."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..records import CacheKey, GeneratedClip, VideoParams, with_fingerprint
from .rank import pixel_rate
from .similar import Similar, SimilarityIndex
from .stats import TierStats

__all__ = ["Catalogue", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file.

    Attributes:
        size: bytes.
        clip: what is in it, without data.
    """

    name: str
    size: int
    clip: GeneratedClip


class Catalogue:
    """Entries by key. Safe from any thread; no call takes longer than looking things up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[CacheKey, Entry] = {}
        self._similar = SimilarityIndex()
        self._hits = self._misses = self._evictions = self._damaged = 0

    def get(self, key: CacheKey) -> Entry | None:
        with self._lock:
            return self._entries.get(key)

    def rank(self, key: CacheKey) -> float:
        """`pixel_rate` of the clip of this key, 0 if there is none."""
        entry = self.get(key)
        return 0.0 if entry is None else pixel_rate(entry.clip)

    def key_by_any(self, key: CacheKey) -> CacheKey:
        """The key under which the best clip of `key` is, whatever made it; `key` if none is."""
        with self._lock:
            makers = self._similar.fingerprints(str(key[0]))
            keys = [with_fingerprint(key, maker) for maker in makers]
            there = [each for each in keys if each in self._entries]
        return max(there, key=self.rank, default=key)

    def ask(self, key: CacheKey) -> bool:
        """Whether a clip is there, counted as a hit or a miss."""
        with self._lock:
            found = key in self._entries
            self._hits += found
            self._misses += not found
            return found

    def names(self) -> set[str]:
        with self._lock:
            return {entry.name for entry in self._entries.values()}

    def update(self, added: Mapping[CacheKey, Entry], gone: Iterable[str]) -> None:
        """Takes what has come, and drops those whose names are `gone`."""
        names = set(gone)
        with self._lock:
            for key in [key for key, entry in self._entries.items() if entry.name in names]:
                del self._entries[key]
                self._similar.discard(key)
            for key, entry in added.items():
                self._entries[key] = entry
                self._similar.add(key, entry.clip.params)

    def count(self, *, evictions: int = 0, damaged: int = 0) -> None:
        with self._lock:
            self._evictions += evictions
            self._damaged += damaged

    def most_similar(
        self, params: VideoParams, minimum: float, fingerprint: str | None = ""
    ) -> Similar | None:
        with self._lock:
            found = self._similar.best(params, minimum, fingerprint)
        return found and Similar(*found)

    def stats(self) -> TierStats:
        with self._lock:
            return TierStats(
                self._hits,
                self._misses,
                self._evictions,
                self._damaged,
                len(self._entries),
                sum(entry.size for entry in self._entries.values()),
            )
