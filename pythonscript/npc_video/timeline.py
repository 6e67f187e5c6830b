"""The history of the fallback ladder: what one player showed in the last seconds.

It is a record with a limited memory; drawing it is left to the caller. All times are seconds of one
monotonic clock.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

__all__ = ["SHOWN", "WINDOW_SECONDS", "Lane", "Span", "Timeline"]

WINDOW_SECONDS = 30.0
"""The length of the history."""

SHOWN = ("exact", "upgrade", "similar", "procedural", "placeholder", "freeze")
"""Contents of the screen: the clip itself, the clip in a better preset, or a fallback."""

# Enough for eight changes per second all the time.
_MOST = 240


@dataclass(frozen=True, slots=True)
class Span:
    """A period.

    Attributes:
        lane: "screen", with one of `SHOWN`; "making", while the clip itself was on its way;
            "touch", for the moment of an interaction.
        began, ended: seconds ago, at most `WINDOW_SECONDS`; `ended` is 0 if it has not ended.
    """

    lane: str
    what: str
    began: float
    ended: float


class Lane:
    """A sequence of values, of which one or none is valid at a time."""

    def __init__(self, name: str):
        self._name = name
        self._turns: deque[tuple[float, str | None]] = deque(maxlen=_MOST)

    def turn(self, what: str | None, now: float) -> None:
        """Changes the value."""
        if what is None and (not self._turns or self._turns[-1][1] is None):
            return
        self._turns.append((now, what))
        while len(self._turns) > 1 and self._turns[1][0] <= now - WINDOW_SECONDS:
            self._turns.popleft()

    def spans(self, now: float) -> list[Span]:
        """The periods, the oldest first; those without duration are skipped."""
        spans, ended = [], 0.0
        for at, what in reversed(self._turns):
            began = min(now - at, WINDOW_SECONDS)
            if what is not None and began > ended:
                spans.append(Span(self._name, what, began, ended))
            ended = now - at
        return spans[::-1]


class Timeline:
    """The history of one player.

    Attributes:
        screen: the one of `SHOWN` that is on screen.
        making: whether the clip itself is on its way.
    """

    def __init__(self) -> None:
        self.screen = Lane("screen")
        self.making = Lane("making")
        self._touches: deque[float] = deque(maxlen=_MOST)

    def touch(self, now: float) -> None:
        """Records an interaction."""
        self._touches.append(now)

    def touches(self, now: float) -> list[float]:
        """The times of interactions in seconds ago, the oldest first."""
        return [now - at for at in self._touches if now - at < WINDOW_SECONDS]

    def to_dicts(self, now: float) -> list[dict[str, Any]]:
        """The `Span`s of all lanes as dictionaries."""
        touches = [Span("touch", "interaction", ago, ago) for ago in self.touches(now)]
        spans = self.screen.spans(now) + self.making.spans(now) + touches
        return [
            {"lane": span.lane, "what": span.what, "began": span.began, "ended": span.ended}
            for span in spans
        ]
