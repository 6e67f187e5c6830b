"""Measures the generating time that a cache for a quarter of a game's clips saves."""

from npc_video.cache import ClipCache
from npc_video.generation.jobs import Job
from npc_video.records import QUALITY_PRESETS, Purpose

from .generator import generated, seconds_for
from .world import Game

__all__ = ["Kept"]

_PRESET = QUALITY_PRESETS["fast"]


class Kept:
    """Seconds of generating with and without the cache, of several games together.

    Args:
        policy: a name in `npc_video.cache.POLICIES`.
    """

    def __init__(self, policy: str):
        self._policy = policy
        self._saved = 0.0
        self._all = 0.0

    @property
    def saved(self) -> float:
        """Returns the part of the seconds that is saved, 0 to 1."""
        return self._saved / self._all

    def add(self, game: Game, seed: int) -> None:
        """Requests all clips of a game, one after the other, and makes those that are missing."""
        size = max(1, len({reaction.key for reaction in game.reactions}) // 4)
        cache = ClipCache(size, policy=self._policy)
        for reaction in game.reactions:
            key, params = reaction.key, reaction.params
            job = Job(key, params, _PRESET, Purpose.URGENT, 0.0, reaction.npc_id, reaction.at, 0)
            seconds = seconds_for(job, seed)
            self._all += seconds
            if cache.get(key) is not None:
                self._saved += seconds
            else:
                cache.put(key, generated(job, seconds))
