"""Bridges the wait for a clip: with a similar one, or with another fallback."""

from collections.abc import Collection, Iterable

from ..cache import Similar
from ..records import CacheKey, Fallback, GeneratedClip, VideoParams
from . import ladder
from .clips import Clips
from .decision import Draft
from .events import Answer, SimilarReady
from .stats import Counters
from .viewers import Awaited

__all__ = ["Cover"]


class Cover:
    """Chooses the fallback for each missing clip.

    Args:
        clips: the cached clips.
        fallbacks: those that the game can show.
        preferred: the fallback to show if possible; may be changed.
        draft: collects loads and events.
    """

    def __init__(
        self,
        clips: Clips,
        fallbacks: Collection[Fallback],
        preferred: Fallback,
        draft: Draft,
        counters: Counters,
    ):
        self.preferred = preferred
        self._clips = clips
        self._fallbacks = fallbacks
        self._draft = draft
        self._counters = counters

    def similar(self, params: VideoParams) -> Similar | None:
        """The clip that can best replace another, in memory or on disk."""
        return self._clips.most_similar(params, ladder.SIMILAR_ENOUGH)

    def usefulness(self, params: VideoParams) -> float:
        """The usefulness of a missing clip's fallback for the player, 0 to 1."""
        similar = self.similar(params)
        score = similar.score if similar else 0.0
        return ladder.usefulness(self._best(score), score)

    def answer(self, similar: Similar | None) -> Answer:
        """The fallback to show at once; it is counted."""
        clip, score = (similar.clip, similar.score) if similar else (None, 0.0)
        fallback = self._best(score if clip is not None else 0.0)
        self._counters.fallback_counts[fallback.value] += 1
        return Answer(fallback, clip, score) if fallback is Fallback.SIMILAR else Answer(fallback)

    def bring(self, awaited: Awaited, similar: Similar | None) -> None:
        """Loads a similar clip for a missing one, if that is the best fallback."""
        is_on_its_way = awaited.stand_in is not None  # or loaded, and not reported yet
        if is_on_its_way or similar is None or similar.key == awaited.key:
            return
        if self._best(similar.score) is not Fallback.SIMILAR:
            return
        if similar.clip is None:
            awaited.stand_in = similar.key
            self._draft.loads.append(similar.key)
        elif not awaited.is_covered:
            # It has come into memory since it was requested.
            self.show([awaited], similar.clip)

    def show(self, waiting: Iterable[Awaited], clip: GeneratedClip) -> None:
        """Reports a clip that replaces those that are waited for."""
        wanted: dict[CacheKey, VideoParams] = {}
        for awaited in waiting:
            awaited.is_covered = True
            wanted[awaited.key] = awaited.params
        self._draft.events += [SimilarReady(params, clip) for params in wanted.values()]

    def _best(self, similarity: float) -> Fallback:
        return ladder.choose(self.preferred, self._fallbacks, similarity)
