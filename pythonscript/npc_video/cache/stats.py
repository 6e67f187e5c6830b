"""What a tier of the cache has done so far."""

from dataclasses import dataclass

__all__ = ["TierStats"]


@dataclass(frozen=True, slots=True)
class TierStats:
    """Numbers of one tier, counted since it was made.

    Attributes:
        hits, misses: how often a clip was asked for and was, or was not, there. A tier is asked
            only if those before it have missed; a baked clip that is in memory is a hit of both.
        evictions: clips dropped to keep the limits; replaced and cleared ones do not count.
        damaged: files that failed their check and were set aside.
        entries, bytes: what it holds now; `bytes` are those of the clips' files.
    """

    hits: int = 0
    misses: int = 0
    evictions: int = 0
    damaged: int = 0
    entries: int = 0
    bytes: int = 0

    @property
    def hit_rate(self) -> float:
        """Hits by all that was asked, 0 to 1; 0 as long as nothing was."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0
