"""The ladder's history: what one player had on screen when, for the last seconds.

Only a record with a bounded memory. It is told what happens and when; to draw it is left to others.
All times are seconds of one clock that never goes back.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

__all__ = ["SHOWN", "WINDOW_SECONDS", "Lane", "Span", "Timeline"]

WINDOW_SECONDS = 30.0
"""How far back it reaches."""

SHOWN = ("exact", "upgrade", "similar", "procedural", "placeholder", "freeze")
"""What can be on screen: the clip itself, it in a better preset, or what stands for it."""

# However quickly things follow each other: eight a second, all the time.
_MOST = 240


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted.

    Attributes:
        lane: "screen", for one of `SHOWN`; "making", while the clip itself was on its way;
            "touch", for the moment of an interaction.
        began, ended: seconds ago, not further back than `WINDOW_SECONDS`; `ended` is 0 for what
            still lasts.
    """

    lane: str
    what: str
    began: float
    ended: float


class Lane:
    """One thing at a time, or nothing."""

    def __init__(self, name: str):
        self._name = name
        self._turns: deque[tuple[float, str | None]] = deque(maxlen=_MOST)

    def turn(self, what: str | None, now: float) -> None:
        """From now on it is `what`, until the next turn."""
        if what is None and (not self._turns or self._turns[-1][1] is None):
            return
        self._turns.append((now, what))
        while len(self._turns) > 1 and self._turns[1][0] <= now - WINDOW_SECONDS:
            self._turns.popleft()

    def spans(self, now: float) -> list[Span]:
        """The oldest first; what lasted no time is left out."""
        spans, ended = [], 0.0
        for at, what in reversed(self._turns):
            began = min(now - at, WINDOW_SECONDS)
            if what is not None and began > ended:
                spans.append(Span(self._name, what, began, ended))
            ended = now - at
        return spans[::-1]


class Timeline:
    """Of one player.

    Attributes:
        screen: which of `SHOWN` is on screen.
        making: whether the clip itself is on its way.
    """

    def __init__(self) -> None:
        self.screen = Lane("screen")
        self.making = Lane("making")
        self._touches: deque[float] = deque(maxlen=_MOST)

    def touch(self, now: float) -> None:
        """There was an interaction."""
        self._touches.append(now)

    def touches(self, now: float) -> list[float]:
        """How many seconds ago there were interactions, the oldest first."""
        return [now - at for at in self._touches if now - at < WINDOW_SECONDS]

    def to_dicts(self, now: float) -> list[dict[str, Any]]:
        """The `Span`s of all lanes as dictionaries."""
        touches = [Span("touch", "interaction", ago, ago) for ago in self.touches(now)]
        spans = self.screen.spans(now) + self.making.spans(now) + touches
        return [
            {"lane": span.lane, "what": span.what, "began": span.began, "ended": span.ended}
            for span in spans
        ]
