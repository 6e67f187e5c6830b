"""A host of a pool, as its plan knows it."""

from collections import deque
from dataclasses import dataclass, field

from ...quality import typical_seconds
from ...records import QualityPreset
from ..base import Capabilities
from ..blame import host_breaker
from ..breaker import Breaker

__all__ = ["Host", "Pace"]

_WINDOW = 20


class Pace:
    """The durations of a host's last 20 jobs, relative to the usual ones of their presets."""

    def __init__(self) -> None:
        self._all: deque[float] = deque(maxlen=_WINDOW)
        self._by_preset: dict[str, deque[float]] = {}
        # Plans ask for the same few parts again and again.
        self._known: dict[tuple[str, float], float] = {}

    def record(self, preset: QualityPreset, seconds: float) -> None:
        ratio = seconds / typical_seconds(preset)
        self._all.append(ratio)
        self._by_preset.setdefault(preset.name, deque(maxlen=_WINDOW)).append(ratio)
        self._known.clear()

    def seconds(self, preset: QualityPreset, part: float) -> float:
        """The duration that `part` of the jobs, 0 to 1, stay below; the usual one without data."""
        ratio = self._known.get((preset.name, part))
        if ratio is None:
            ordered = sorted(self._by_preset.get(preset.name) or self._all) or [1.0]
            ratio = ordered[min(len(ordered) - 1, int(part * len(ordered)))]
            self._known[preset.name, part] = ratio
        return typical_seconds(preset) * ratio


@dataclass(slots=True)
class Host:
    """One host.

    Attributes:
        can: its capabilities.
        is_up: it takes jobs.
        loras: the model add-ons that it has loaded for its last job; None before the first.
    """

    can: Capabilities
    is_up: bool = True
    pace: Pace = field(default_factory=Pace)
    breaker: Breaker = field(default_factory=host_breaker)
    loras: tuple[str, ...] | None = None
