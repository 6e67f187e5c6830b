"""Joins the tiers; `VideoGenerationManager` asks here for clips.

Memory answers at once, on the main thread. For tiers on disk only the catalogue is consulted there.
Reads and writes are returned to the caller, who runs them on a thread that may block.
"""

import hashlib
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import InvalidDataError, NpcVideoError
from ..prompts import ANY_PROMPT
from ..records import CacheKey, GeneratedClip, VideoParams, with_fingerprint
from .memory import POLICIES, MemoryTier
from .rank import pixel_rate
from .similar import Similar
from .stats import TierStats

if TYPE_CHECKING:
    from .baked import BakedTier
    from .disk import DiskTier

    _Stored = BakedTier | DiskTier

__all__ = ["CacheStats", "ClipCache", "PendingWrite"]

_DEFAULT_MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """A clip to be written to disk: pass it to `ClipCache.write` on a thread that may block."""

    key: CacheKey
    clip: GeneratedClip


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Statistics by tier; those of an unused tier are 0."""

    memory: TierStats
    baked: TierStats
    disk: TierStats


class ClipCache:
    """Clips by key, in memory and optionally on disk. Safe from any thread.

    A key has one entry. In every tier, a clip of a better preset replaces a worse one, never the
    other way round. `open`, `load`, `warm`, `write`, `erase` and `close` block. The other methods
    do no I/O.

    Args:
        size: the most clips in memory, at least one.
        max_bytes: the most bytes of their files together.
        policy: a name in `POLICIES`; it chooses what to drop when there is no room.
        baked: clips shipped with the game.
        disk: clips of earlier sessions.

    Attributes:
        fingerprint: of the generator. On disk, which may hold clips of other generators, only
            clips of this one are used. Baked clips were chosen by the game and are used with any
            generator. None if there is no generator: then any clip on disk of the same look is
            used, whatever its generator or prompt.

    Raises:
        InvalidDataError: a value is unknown or outside its range.
    """

    def __init__(
        self,
        size: int = 50,
        *,
        max_bytes: int = _DEFAULT_MAX_BYTES,
        policy: str = "lru",
        baked: "BakedTier | None" = None,
        disk: "DiskTier | None" = None,
    ):
        if size < 1:
            raise InvalidDataError(f"size: {size!r} must be at least 1.")
        if max_bytes < 0:
            raise InvalidDataError(f"max_bytes: {max_bytes!r} must not be negative.")
        if policy not in POLICIES:
            raise InvalidDataError(
                f"policy: {policy!r} is unknown; use one of {', '.join(POLICIES)}."
            )
        self._lock = threading.Lock()  # guards `_memory`, never held during I/O
        self._memory = MemoryTier(size, max_bytes, policy)
        self._baked = baked
        self._disk = disk
        self._stored = [tier for tier in (baked, disk) if tier is not None]
        self.fingerprint: str | None = ""
        self._unplayable: set[bytes] = set()  # hashes of files

    def get(self, key: CacheKey) -> GeneratedClip | None:
        """The clip if it is in memory; otherwise `is_stored` says whether `load` can find it."""
        with self._lock:
            clip = self._memory.get(key)
        if clip is None:
            # For their statistics; the search ends at the first tier that has it.
            any(tier.catalogue.ask(self._key_in(tier, key)) for tier in self._stored)
        elif self._baked is not None and self._rank_in(self._baked, key) == pixel_rate(clip):
            self._baked.catalogue.ask(self._key_in(self._baked, key))
        return clip

    def __contains__(self, key: CacheKey) -> bool:
        """Whether any tier has a clip; not counted as a request."""
        with self._lock:
            is_in_memory = key in self._memory
        return is_in_memory or self.is_stored(key)

    def is_stored(self, key: CacheKey) -> bool:
        """Whether a tier on disk has a clip, according to its catalogue."""
        return self._stored_rank(key) > 0.0

    def load(self, key: CacheKey) -> GeneratedClip | None:
        """Loads the best clip on disk into memory; None if there is none or it was damaged.

        Raises:
            CacheError: the disk cannot be read.
        """
        for tier in sorted(self._stored, key=lambda tier: self._rank_in(tier, key), reverse=True):
            clip = self._read(tier, key)
            if clip is not None:
                if key[-2] == ANY_PROMPT:
                    clip = replace(clip, params=replace(clip.params, prompt_in_key=False))
                with self._lock:
                    return self._memory.put(key, clip)
        return None

    def _read(self, tier: "_Stored", key: CacheKey) -> GeneratedClip | None:
        """The best clip of a tier that is not known to be unplayable."""
        while (clip := tier.read(self._key_in(tier, key))) is not None:
            if not self._is_unplayable(clip):
                return clip
            tier.discard(self._key_in(tier, key))
        return None

    def drop(self, clip: GeneratedClip) -> None:
        """Forgets a clip that cannot be played.

        If `is_stored` still finds it, `load` removes it from disk, or finds a better one.
        """
        self._unplayable.add(_hash(clip))
        with self._lock:
            self._memory.drop(clip.data)

    def _is_unplayable(self, clip: GeneratedClip) -> bool:
        return bool(self._unplayable) and _hash(clip) in self._unplayable

    def put(self, key: CacheKey, clip: GeneratedClip) -> PendingWrite | None:
        """Keeps a clip in memory; returns it for writing to disk, or None if it need not be."""
        with self._lock:
            self._memory.put(key, clip)
        if self._disk is None or self._stored_rank(key) >= pixel_rate(clip):
            return None
        return PendingWrite(key, clip)

    def write(self, pending: PendingWrite) -> bool:
        """Writes a clip to disk; False if a better one is there or this one must not be kept.

        A clip is not kept if it is larger than the budget or cannot be played.

        Raises:
            CacheError: the disk is full or cannot be written to; the clip stays in memory.
        """
        if self._disk is None or self._is_unplayable(pending.clip):
            return False
        key = with_fingerprint(pending.key, self.fingerprint or "")
        is_kept = self._disk.write(key, pending.clip)
        if is_kept and self._is_unplayable(pending.clip):  # found out in the meantime
            self._disk.discard(key)
            return False
        return is_kept

    def most_similar(self, params: VideoParams, minimum: float) -> Similar | None:
        """The clip of the same NPC that is most similar to `params`, preferably one in memory.

        Expression and emotion are compared by meaning. Animation, style and intensity weigh less.

        Args:
            minimum: the lowest accepted score, 0 to 1.
        """
        with self._lock:
            best = self._memory.most_similar(params, minimum)
        for tier in self._stored:
            found = tier.catalogue.most_similar(
                params, best.score if best else minimum, self._fingerprint_in(tier)
            )
            if found is not None and (best is None or found.score > best.score):
                best = replace(found, key=with_fingerprint(found.key, ""))
        return best

    def stats(self) -> CacheStats:
        with self._lock:
            memory = self._memory.stats()
        baked, disk = (
            TierStats() if tier is None else tier.catalogue.stats()
            for tier in (self._baked, self._disk)
        )
        return CacheStats(memory, baked, disk)

    def clear(self) -> None:
        """Empties the memory tier."""
        with self._lock:
            self._memory.clear()

    def open(self) -> None:
        """Reads the catalogues of the tiers on disk; until then those tiers seem empty.

        Raises:
            CacheError, InvalidDataError: a tier cannot be used; the other one can.
        """
        problem: NpcVideoError | None = None
        for tier in self._stored:
            try:
                tier.open()
            except NpcVideoError as error:
                problem = problem or error
        if problem is not None:
            raise problem

    def warm(self) -> None:
        """Loads baked clips into memory while there is room.

        The game chose them because they are requested often; from memory they are shown sooner.

        Raises:
            CacheError: the disk cannot be read.
        """
        baked = {} if self._baked is None else self._baked.catalogue.sizes()
        for key, size in baked.items():
            with self._lock:
                is_to_come = key not in self._memory and self._memory.has_room(size)
            if is_to_come:
                self.load(key)

    def erase(self) -> None:
        """Forgets all clips except the baked ones.

        Raises:
            CacheError: the disk cannot be written to.
        """
        self.clear()
        if self._disk is not None:
            self._disk.clear()

    def close(self) -> None:
        """Closes the disk tier.

        Raises:
            CacheError: the use of clips could not be recorded; no clip is lost.
        """
        if self._disk is not None:
            self._disk.close()

    def _stored_rank(self, key: CacheKey) -> float:
        return max((self._rank_in(tier, key) for tier in self._stored), default=0.0)

    def _rank_in(self, tier: "_Stored", key: CacheKey) -> float:
        return tier.catalogue.rank(self._key_in(tier, key))

    def _key_in(self, tier: "_Stored", key: CacheKey) -> CacheKey:
        return tier.catalogue.key_of(key, self._fingerprint_in(tier))

    def _fingerprint_in(self, tier: "_Stored") -> str | None:
        is_any = tier is self._disk or self.fingerprint is None
        return self.fingerprint if is_any else ""


def _hash(clip: GeneratedClip) -> bytes:
    return hashlib.sha256(clip.data).digest()
