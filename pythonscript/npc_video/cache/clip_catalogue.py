"""The contents of a tier on disk, available without disk access."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..prompts import ANY_PROMPT
from ..records import CacheKey, GeneratedClip, VideoParams, with_fingerprint, without_prompt
from .rank import pixel_rate
from .similar import Similar, SimilarityIndex
from .stats import TierStats

__all__ = ["ClipCatalogue", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the tier.

    Attributes:
        size: bytes.
        clip: the clip's description, without data.
    """

    name: str
    size: int
    clip: GeneratedClip


class ClipCatalogue:
    """Entries by key. Safe from any thread; no call does more than look-ups."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[CacheKey, Entry] = {}
        self._similar = SimilarityIndex()
        # By look, for requests that accept any prompt or generator.
        self._alike: dict[CacheKey, dict[CacheKey, None]] = {}
        self._hits = self._misses = self._evictions = self._damaged = 0

    def get(self, key: CacheKey) -> Entry | None:
        with self._lock:
            return self._entries.get(key)

    def rank(self, key: CacheKey) -> float:
        """The `pixel_rate` of the clip of this key; 0 if there is none."""
        entry = self.get(key)
        return 0.0 if entry is None else pixel_rate(entry.clip)

    def key_of(self, key: CacheKey, maker: str | None) -> CacheKey:
        """The key of the best stored clip that can serve `key`; `key` itself if there is none.

        Args:
            maker: fingerprint of the generator. None if there is no generator: then any clip of the
                same look serves, whatever its generator or prompt; one of the same prompt is
                preferred.
        """
        if maker is not None:
            key = with_fingerprint(key, maker)
        with self._lock:
            if maker is not None and (key in self._entries or key[-2] != ANY_PROMPT):
                return key
            alike = self._alike.get(_look(key), ())
            there = {each: self._entries[each] for each in alike if maker in (None, each[-1])}
        return max(
            there,
            key=lambda each: (each[-2] == key[-2], pixel_rate(there[each].clip)),
            default=key,
        )

    def ask(self, key: CacheKey) -> bool:
        """Whether the clip is stored; counts a hit or a miss."""
        with self._lock:
            found = key in self._entries
            self._hits += found
            self._misses += not found
            return found

    def sizes(self) -> dict[CacheKey, int]:
        """Bytes by key, in the order in which the entries were added."""
        with self._lock:
            return {key: entry.size for key, entry in self._entries.items()}

    def names(self) -> set[str]:
        with self._lock:
            return {entry.name for entry in self._entries.values()}

    def update(self, added: Mapping[CacheKey, Entry], gone: Iterable[str]) -> None:
        """Adds entries, and removes those whose names are in `gone`."""
        names = set(gone)
        with self._lock:
            for key in [key for key, entry in self._entries.items() if entry.name in names]:
                del self._entries[key]
                self._similar.discard(key)
                del self._alike[_look(key)][key]
            for key, entry in added.items():
                self._entries[key] = entry
                self._alike.setdefault(_look(key), {})[key] = None
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


def _look(key: CacheKey) -> CacheKey:
    """The key without prompt and fingerprint."""
    return with_fingerprint(without_prompt(key), "")
