"""The outputs of a graph over time, as lines of numbers and bands of words."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .nodes.base import text
from .tracing import TracedTurn

__all__ = ["MOST_TURNS", "Band", "Bands", "Course", "Line", "output_over", "seconds_of", "ticks"]

MOST_TURNS = 500
"""The length of a course."""

# The part of the time axis behind the last turn, so that its band can be seen.
_AFTER = 0.05
_SHORTEST = 1.0
_STEPS = 1.0, 2.0, 5.0, 10.0


class Course:
    """The last turns, in order of time, of which one may be marked.

    Attributes:
        turns: at most `MOST_TURNS`.
        turn: the one that is marked.
    """

    def __init__(self) -> None:
        self.turns: tuple[TracedTurn, ...] = ()
        self.turn: TracedTurn | None = None

    def mark(self, turn: TracedTurn | None) -> None:
        """Marks a turn, after adding one that is new; None forgets all turns.

        A new one that is earlier than the last one begins anew.
        """
        self.turn = turn
        if turn is None:
            self.turns = ()
        elif not any(each is turn for each in self.turns):
            goes_on = self.turns and turn.at >= self.turns[-1].at
            self.replace((*self.turns, turn) if goes_on else (turn,))

    def replace(self, turns: Iterable[TracedTurn]) -> None:
        """Replaces the turns; the mark stays."""
        self.turns = tuple(turns)[-MOST_TURNS:]


@dataclass(frozen=True, slots=True)
class Line:
    """An output that gives numbers.

    Attributes:
        runs: (seconds, number) of turns that follow each other; between two runs it had no value.
        low, high: the range of the axis: 0 to 1, if that is enough.
    """

    runs: tuple[tuple[tuple[float, float], ...], ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """The time in which an output kept a word, in seconds."""

    start: float
    end: float
    word: str


@dataclass(frozen=True, slots=True)
class Bands:
    """An output that gives anything else, such as words or states."""

    bands: tuple[Band, ...]


def seconds_of(turns: Sequence[TracedTurn]) -> tuple[float, float]:
    """The time axis for these turns, of which the last has a little time after it."""
    if not turns:
        return 0.0, _SHORTEST
    start, last = turns[0].at, turns[-1].at
    return start, start + max(_SHORTEST, (last - start) * (1.0 + _AFTER))


def output_over(turns: Sequence[TracedTurn], node: str, port: str) -> Line | Bands:
    """The values of an output: a line if all of them are numbers."""
    values = [(turn.at, _value(turn, node, port)) for turn in turns]
    found = [value for _, value in values if value is not None]
    if found and all(_is_number(value) for value in found):
        return _line(values)
    ends = [*(at for at, _ in values), seconds_of(turns)[1]][1:] if turns else []
    bands: list[Band] = []
    for (at, value), end in zip(values, ends, strict=True):
        if value is None:
            continue
        word = text(value)
        if bands and bands[-1].end == at and bands[-1].word == word:
            bands[-1] = Band(bands[-1].start, end, word)
        else:
            bands.append(Band(at, end, word))
    return Bands(tuple(bands))


def ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Round numbers from `low` to `high`, at equal distances; at most so many, from two on."""
    least = 0.0 if most < 2 else (high - low) / (most - 1)
    if not 0.0 < least < math.inf:
        return ()
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in _STEPS if each * power >= least * (1.0 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(number * step for number in range(first, last + 1))


def _value(turn: TracedTurn, node: str, port: str) -> object:
    trace = turn.trace.get(node)
    return None if trace is None else trace.outputs.get(port)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _line(values: Sequence[tuple[float, object]]) -> Line:
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in values:
        if isinstance(value, int | float):
            runs[-1].append((at, float(value)))
        elif runs[-1]:
            runs.append([])
    numbers = [number for run in runs for _, number in run]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    if low == 0.0 and high <= 1.0:
        high = 1.0
    return Line(tuple(map(tuple, filter(None, runs))), low, high)
