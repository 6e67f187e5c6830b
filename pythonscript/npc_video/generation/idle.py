"""What an idle generator is to do: the speculation or upgrade that is worth most of its time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..quality import AdaptiveQuality
from ..records import (
    CacheKey,
    GeneratedClip,
    QualityPreset,
    VideoGenerationConfig,
    VideoParams,
)
from .clips import Clips
from .cover import Cover
from .jobs import Purpose
from .planner import CHEAPEST_USEFULNESS, Planner
from .queue import GenerationQueue
from .speculation_cooldown import SpeculationCooldown

__all__ = ["Idea", "IdleWork"]


@dataclass(frozen=True, slots=True)
class Idea:
    """A clip that might be made now.

    Attributes:
        worth: per second of generating.
    """

    params: VideoParams
    key: CacheKey
    preset: QualityPreset
    purpose: Purpose
    worth: float


class IdleWork:
    """Finds ideas in what is expected, what is on screen and what is there already."""

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
        """The idea of the highest worth; None if none has any, or too much has failed.

        Args:
            presets: those of upgrades, the cheapest first, the wanted one last.
            first: the preset of a clip that is made ahead.
            quality: of the backend that would make it.
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
        """The clip that is most worth making ahead."""

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
        """For each clip on screen, the preset that gains most before something else is shown."""
        names = [preset.name for preset in presets]
        best = len(presets) - 1
        for clip in shown:
            key = clip.params.cache_key()
            # One of another preset is left as it is.
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
        """Whether a clip is there, or on its way."""
        return key in self._clips or self._queue.find(key) is not None
