"""How long the player leaves between two interactions."""

from collections import deque
from collections.abc import Iterable

__all__ = ["Pace"]

_WINDOW = 32
# Before anything is known: a typical player, worth so few gaps that a real one soon outweighs it.
_TYPICAL_GAPS = (1.5, 3.0, 4.0, 6.0, 10.0)


class Pace:
    """Learns from the last 32 gaps."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(_TYPICAL_GAPS, maxlen=_WINDOW)
        self._last: float | None = None
        self._median = self._middle()

    @property
    def gaps(self) -> tuple[float, ...]:
        """Those that it goes by, seconds, the oldest first."""
        return tuple(self._gaps)

    def recall(self, gaps: Iterable[float]) -> None:
        """Goes by these, of an earlier session."""
        self._gaps = deque(gaps, maxlen=_WINDOW)
        self._median = self._middle()

    @property
    def median(self) -> float:
        """The usual gap, seconds."""
        return self._median

    def note(self, now: float) -> None:
        """There was an interaction."""
        if self._last is not None:
            self._gaps.append(now - self._last)
            self._median = self._middle()
        self._last = now

    def chance(self, now: float, seconds: float, step: int = 1) -> float:
        """Probability that the next interaction but `step` - 1 is more than `seconds` away.

        How long nothing has happened is taken into account.
        """
        seconds -= (step - 1) * self._median
        if seconds <= 0.0:
            return 1.0
        elapsed = now - self._last if self._last is not None else 0.0
        lasting = [gap for gap in self._gaps if gap > elapsed]
        if not lasting:
            # Longer than ever: the longer it lasts, the longer it will still last.
            return elapsed / (elapsed + seconds)
        return sum(gap > elapsed + seconds for gap in lasting) / len(lasting)

    def _middle(self) -> float:
        return sorted(self._gaps)[len(self._gaps) // 2]
