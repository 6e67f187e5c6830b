"""Finds the most similar clip, one of the fallbacks.

It runs on the main thread, so it must take less than a millisecond for a thousand clips. Clips that
differ only in intensity share a group. Most groups are skipped after one addition each, because a
game uses few different words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from ..records import CacheKey, GeneratedClip, VideoParams
from .feelings import animation_similarity, feeling_similarity, word_similarity

__all__ = ["Similar", "SimilarityIndex"]

# The weight of each property; whole numbers, so that an exact match scores exactly 1.
_EXPRESSION, _EMOTION, _ANIMATION, _INTENSITY, _STYLE = 8, 4, 4, 2, 2
_TOTAL = _EXPRESSION + _EMOTION + _ANIMATION + _INTENSITY + _STYLE

_Npc = tuple[str, str]  # its id, and the fingerprint of the clips' generator
_Look = tuple[str, str, str, str]  # expression, emotion, animation, style


@dataclass(frozen=True, slots=True)
class Similar:
    """A clip that can replace another.

    Attributes:
        score: 0 to 1, where 1 means equal in all compared properties.
        clip: None if it must be loaded first.
    """

    key: CacheKey
    score: float
    clip: GeneratedClip | None = None


class _Worth(dict[str, float]):
    """Weighted similarity to the wanted word, by word; computed on first use."""

    def __init__(self, similarity: Callable[[str, str], float], wanted: str, weight: int):
        self._similarity = similarity
        self._wanted = wanted
        self._weight = weight

    def __missing__(self, word: str) -> float:
        worth = self[word] = self._weight * self._similarity(self._wanted, word)
        return worth


class SimilarityIndex:
    """Clips by NPC and fingerprint, then by look. Not thread-safe."""

    def __init__(self) -> None:
        self._npcs: dict[_Npc, dict[_Look, dict[CacheKey, float]]] = {}
        self._places: dict[CacheKey, tuple[_Npc, _Look]] = {}

    def add(self, key: CacheKey, params: VideoParams) -> None:
        """Adds a clip, or replaces the one of this key."""
        self.discard(key)
        look = (params.expression, params.emotion, params.animation, params.style)
        npc = (params.npc_id, str(key[-1]))
        self._npcs.setdefault(npc, {}).setdefault(look, {})[key] = params.intensity
        self._places[key] = (npc, look)

    def discard(self, key: CacheKey) -> None:
        if key not in self._places:
            return
        npc, look = self._places.pop(key)
        looks = self._npcs[npc]
        del looks[look][key]
        if not looks[look]:
            del looks[look]
        if not looks:
            del self._npcs[npc]

    def fingerprints(self, npc_id: str) -> list[str]:
        """The fingerprints of all clips of an NPC."""
        return [fingerprint for npc, fingerprint in self._npcs if npc == npc_id]

    def best(
        self, params: VideoParams, minimum: float, fingerprint: str | None = ""
    ) -> tuple[CacheKey, float] | None:
        """The most similar clip of the same NPC, and its score; None if all score too low.

        Args:
            minimum: the lowest accepted score, 0 to 1.
            fingerprint: of the clip's generator; None for any.
        """
        of_npc = self.fingerprints(params.npc_id) if fingerprint is None else [fingerprint]
        groups = [self._npcs.get((params.npc_id, each), {}) for each in of_npc]
        expressions = _Worth(feeling_similarity, params.expression, _EXPRESSION)
        emotions = _Worth(feeling_similarity, params.emotion, _EMOTION)
        animations = _Worth(animation_similarity, params.animation, _ANIMATION)
        styles = _Worth(word_similarity, params.style, _STYLE)
        best, found = minimum * _TOTAL, None
        for look, clips in chain.from_iterable(group.items() for group in groups):
            expression, emotion, animation, style = look
            worth = expressions[expression] + emotions[emotion]
            worth += animations[animation] + styles[style] + _INTENSITY
            if worth < best:
                continue
            for key, intensity in clips.items():
                score = worth - _INTENSITY * abs(intensity - params.intensity)
                if score > best or (score == best and found is None):
                    best, found = score, key
        return None if found is None else (found, best / _TOTAL)
