"""Statistics of a cache tier."""

from dataclasses import dataclass

__all__ = ["TierStats"]


@dataclass(frozen=True, slots=True)
class TierStats:
    """Counts of one tier since it was created.

    Attributes:
        hits, misses: requests for a clip that the tier had or did not have. A tier is asked only
            after those before it have missed. A baked clip in memory is a hit of both.
        evictions: clips dropped to keep the limits, not counting replaced and cleared ones.
        damaged: files that failed their check and were set aside.
        entries, bytes: the current contents; `bytes` counts the clips' files.
    """

    hits: int = 0
    misses: int = 0
    evictions: int = 0
    damaged: int = 0
    entries: int = 0
    bytes: int = 0

    @property
    def hit_rate(self) -> float:
        """Hits ÷ requests, 0 to 1; 0 before the first request."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0
