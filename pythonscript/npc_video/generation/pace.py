"""Learns the time between two interactions of the player."""

from collections import deque
from collections.abc import Iterable

__all__ = ["Pace"]

_WINDOW = 32
# The initial data: a typical player, with so few gaps that real ones soon outweigh them.
_TYPICAL_GAPS = (1.5, 3.0, 4.0, 6.0, 10.0)


class Pace:
    """Learns from the last 32 gaps."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(_TYPICAL_GAPS, maxlen=_WINDOW)
        self._last: float | None = None
        self._median = self._middle()

    @property
    def gaps(self) -> tuple[float, ...]:
        """The gaps in use, in seconds, the oldest first."""
        return tuple(self._gaps)

    def recall(self, gaps: Iterable[float]) -> None:
        """Uses the gaps of an earlier session."""
        self._gaps = deque(gaps, maxlen=_WINDOW)
        self._median = self._middle()

    @property
    def median(self) -> float:
        """The usual gap, in seconds."""
        return self._median

    def note(self, now: float) -> None:
        """Notes an interaction."""
        if self._last is not None:
            self._gaps.append(now - self._last)
            self._median = self._middle()
        self._last = now

    def chance(self, now: float, seconds: float, step: int = 1) -> float:
        """The probability that interaction number `step` from now is more than `seconds` away.

        The time since the last interaction is taken into account.
        """
        seconds -= (step - 1) * self._median
        if seconds <= 0.0:
            return 1.0
        elapsed = now - self._last if self._last is not None else 0.0
        lasting = [gap for gap in self._gaps if gap > elapsed]
        if not lasting:
            # Longer than ever: the longer the gap is, the longer it will continue.
            return elapsed / (elapsed + seconds)
        return sum(gap > elapsed + seconds for gap in lasting) / len(lasting)

    def _middle(self) -> float:
        return sorted(self._gaps)[len(self._gaps) // 2]
