"""Learns how fast a worker is, and how long it takes to load another model."""

from collections import deque
from statistics import median

__all__ = ["Pace"]

_WINDOW = 12
_LOAD_SECONDS = 10.0  # until one was seen


class Pace:
    """The times of a worker's last runs, against the usual times of their presets."""

    def __init__(self) -> None:
        self._ratios: deque[float] = deque(maxlen=_WINDOW)
        self._loads: deque[float] = deque(maxlen=_WINDOW)

    def record(self, usual: float, seconds: float, *, has_loaded: bool) -> None:
        """Learns from a run that took `seconds`; one that loaded a model teaches that time."""
        if not has_loaded:
            self._ratios.append(seconds / usual)
        elif self._ratios:
            self._loads.append(max(0.0, seconds - self.expect(usual)))

    def expect(self, usual: float) -> float:
        """Seconds that a run takes here."""
        return usual * (median(self._ratios) if self._ratios else 1.0)

    @property
    def load_seconds(self) -> float:
        """Seconds that loading another model takes here; 10 before the first."""
        return median(self._loads) if self._loads else _LOAD_SECONDS
