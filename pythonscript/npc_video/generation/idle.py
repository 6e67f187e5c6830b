"""Chooses work for an idle generator: the speculation or upgrade of the highest value."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..quality import AdaptiveQuality
from ..records import (
    CacheKey,
    GeneratedClip,
    Purpose,
    QualityPreset,
    VideoGenerationConfig,
    VideoParams,
)
from .clips import Clips
from .cover import Cover
from .planner import CHEAPEST_USEFULNESS, Planner
from .queue import GenerationQueue
from .speculation_cooldown import SpeculationCooldown

__all__ = ["Idea", "IdleWork"]


@dataclass(frozen=True, slots=True)
class Idea:
    """A clip that could be generated now.

    Attributes:
        worth: value per second of generating.
    """

    params: VideoParams
    key: CacheKey
    preset: QualityPreset
    purpose: Purpose
    worth: float


class IdleWork:
    """Finds ideas among expected clips and clips on screen."""

    def __init__(self, planner: Planner, clips: Clips, queue: GenerationQueue, cover: Cover):
        self.cooldown = SpeculationCooldown()
        self._planner = planner
        self._clips = clips
        self._queue = queue
        self._cover = cover

    def best(
        self,
        now: float,
        config: VideoGenerationConfig,
        presets: Sequence[QualityPreset],
        first: QualityPreset,
        quality: AdaptiveQuality,
        shown: Iterable[GeneratedClip],
    ) -> Idea | None:
        """The most valuable idea; None if there is none, or too much has failed.

        Args:
            presets: for upgrades, the cheapest first, the wanted one last.
            first: the preset of a clip that is made ahead.
            quality: of the backend that would generate it.
            shown: the clips on screen.
        """
        if not self.cooldown.is_over(now):
            return None
        ideas: list[Idea] = []
        if config.progressive:
            ideas += self._upgrades(now, shown, presets, quality)
        if config.predictive:
            idea = self._speculation(now, first, quality)
            ideas += [idea] if idea is not None else []
        return max(ideas, key=lambda idea: idea.worth, default=None)

    def _speculation(
        self, now: float, preset: QualityPreset, quality: AdaptiveQuality
    ) -> Idea | None:
        """The clip most worth making ahead."""

        def is_out(key: CacheKey) -> bool:
            return self._is_there(key) or self.cooldown.covers(key, now)

        found = self._planner.speculation(
            now, quality.expect(preset), is_there=is_out, usefulness=self._cover.usefulness
        )
        if found is None:
            return None
        return Idea(found.params, found.key, preset, Purpose.SPECULATION, found.worth)

    def _upgrades(
        self,
        now: float,
        shown: Iterable[GeneratedClip],
        presets: Sequence[QualityPreset],
        quality: AdaptiveQuality,
    ) -> Iterator[Idea]:
        """The preset that gains most before the next change, for each clip on screen."""
        names = [preset.name for preset in presets]
        best = len(presets) - 1
        for clip in shown:
            key = clip.params.cache_key()
            # A clip of an unknown preset is not upgraded.
            have = names.index(clip.preset) if clip.preset in names else best
            is_on_its_way = self._queue.find(key) is not None
            if have == best or is_on_its_way or self.cooldown.covers(key, now):
                continue
            worths = [
                (
                    self._planner.upgrade_worth(
                        now,
                        quality.expect(presets[level]),
                        (level - have) / best * (1.0 - CHEAPEST_USEFULNESS),
                    ),
                    level,
                )
                for level in range(have + 1, best + 1)
            ]
            worth, level = max(worths)
            if worth > 0.0:
                yield Idea(clip.params, key, presets[level], Purpose.UPGRADE, worth)

    def _is_there(self, key: CacheKey) -> bool:
        """Whether a clip is there, or being generated."""
        return key in self._clips or self._queue.find(key) is not None
