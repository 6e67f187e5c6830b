"""Finds the game's long frames, without the times in which it was stopped or had no processor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["NO_FRAME", "Frame", "Stop", "longest"]

# Seconds after it went on, before its frames count again.
_RECOVERY_S = 1.0


@dataclass(frozen=True)
class Stop:
    """A time in which the process was stopped, in seconds."""

    began: float
    ended: float


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        ended: Its end, in seconds; `took`, its duration.
        queued: The part of that in which other programs had all processors, in seconds.
    """

    ended: float
    took: float
    queued: float

    @property
    def own(self) -> float:
        """Returns the seconds that the game itself needed."""
        return max(0.0, self.took - self.queued)

    def was_cut(self, stop: Stop) -> bool:
        began = self.ended - self.took
        return began <= stop.ended + _RECOVERY_S and self.ended >= stop.began


NO_FRAME = Frame(0.0, 0.0, 0.0)


def longest(frames: Iterable[Frame], stops: Sequence[Stop]) -> Frame:
    """Returns the frame with the most own seconds, without those in which the game was stopped."""
    counted = (frame for frame in frames if not any(map(frame.was_cut, stops)))
    return max(counted, key=lambda frame: frame.own, default=NO_FRAME)
