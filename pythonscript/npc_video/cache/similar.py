"""Which clip comes closest to one that is not there: one of the fallbacks.

Asked on the main thread, so it must take less than a millisecond over a thousand clips. Clips that
look alike but for their intensity share a group; most groups are passed by with one addition each,
since a game uses few different words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from ..records import CacheKey, GeneratedClip, VideoParams
from .feelings import animation_similarity, feeling_similarity, word_similarity

__all__ = ["Similar", "SimilarityIndex"]

# How much each property counts; whole numbers, so that an exact match scores exactly 1.
_EXPRESSION, _EMOTION, _ANIMATION, _INTENSITY, _STYLE = 8, 4, 4, 2, 2
_TOTAL = _EXPRESSION + _EMOTION + _ANIMATION + _INTENSITY + _STYLE

_Npc = tuple[str, str]  # its id, and the fingerprint of what made the clips
_Look = tuple[str, str, str, str]  # expression, emotion, animation, style


@dataclass(frozen=True, slots=True)
class Similar:
    """A clip that can stand for another.

    Attributes:
        score: 0 to 1, where 1 is the same in all that counts.
        clip: None if it must be loaded first.
    """

    key: CacheKey
    score: float
    clip: GeneratedClip | None = None


class _Worth(dict[str, float]):
    """By word, what a clip with this word gains for being like the one that is wanted."""

    def __init__(self, similarity: Callable[[str, str], float], wanted: str, weight: int):
        self._similarity = similarity
        self._wanted = wanted
        self._weight = weight

    def __missing__(self, word: str) -> float:
        worth = self[word] = self._weight * self._similarity(self._wanted, word)
        return worth


class SimilarityIndex:
    """Clips by NPC and workflow, then by look. Not safe under threads."""

    def __init__(self) -> None:
        self._npcs: dict[_Npc, dict[_Look, dict[CacheKey, float]]] = {}
        self._places: dict[CacheKey, tuple[_Npc, _Look]] = {}

    def add(self, key: CacheKey, params: VideoParams) -> None:
        """Takes a clip; one that is known under this key is replaced."""
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
        """Of all workflows that made clips of an NPC."""
        return [fingerprint for npc, fingerprint in self._npcs if npc == npc_id]

    def best(
        self, params: VideoParams, minimum: float, fingerprint: str | None = ""
    ) -> tuple[CacheKey, float] | None:
        """The clip of the same NPC most like `params`, and its score; None if all are below.

        Args:
            minimum: the lowest score that counts, 0 to 1.
            fingerprint: of the workflow that made it; None: of any.
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
