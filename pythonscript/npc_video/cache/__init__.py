"""Keeps finished clips as compressed files, so that none is generated twice.

`ClipCache` joins the tiers: memory, a folder on the player's machine (`disk`), and clips shipped
with the game (`baked`). The last two are imported from their modules, so that a game without them
does not load SQLite.
"""

from .clip_cache import CacheStats, ClipCache, PendingWrite
from .memory import POLICIES
from .similar import Similar
from .stats import TierStats

__all__ = ["POLICIES", "CacheStats", "ClipCache", "PendingWrite", "Similar", "TierStats"]
