"""Which of a game's frames took long, when it was neither stopped nor without a processor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["NO_FRAME", "Frame", "Stop", "longest"]

# After it went on, before its frames count again.
_RECOVERY_S = 1.0


@dataclass(frozen=True)
class Stop:
    """A time in which the process stood still, in seconds."""

    began: float
    ended: float


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        ended: When, in seconds; `took`, how long it took.
        queued: Seconds of those for which other programs had all processors.
    """

    ended: float
    took: float
    queued: float

    @property
    def own(self) -> float:
        """Seconds that are the game's own doing."""
        return max(0.0, self.took - self.queued)

    def was_cut(self, stop: Stop) -> bool:
        began = self.ended - self.took
        return began <= stop.ended + _RECOVERY_S and self.ended >= stop.began


NO_FRAME = Frame(0.0, 0.0, 0.0)


def longest(frames: Iterable[Frame], stops: Sequence[Stop]) -> Frame:
    """That with the most seconds of its own, those aside in which the game was stopped."""
    counted = (frame for frame in frames if not any(map(frame.was_cut, stops)))
    return max(counted, key=lambda frame: frame.own, default=NO_FRAME)
