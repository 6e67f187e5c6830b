"""The distribution of the next symbol of a sequence, learned online.

Prediction by partial matching: the longest context that has been seen says most, and each shorter
one the rest, in the proportions of Witten and Bell ("The zero-frequency problem", 1991). A context
is made of runs, a symbol and how often it came in a row, and is at most two of them long: so a
habit such as three strokes, then a treat, is known by its first treat.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Generic, TypeVar

__all__ = ["Context", "PartialMatching", "extended", "shortened"]

Symbol = TypeVar("Symbol", bound=Hashable)

Context = tuple[tuple[Symbol, int], ...]
"""The last runs, the newest last: each a symbol and its length; 0 stands for any length."""

_ORDER = 2
_LONGEST_RUN = 4
# Before anything is known, a player more likely goes on with what he does.
_GOING_ON = 0.6
# Taken off every count in favour of shorter contexts, 0 to 1.
_DISCOUNT = 0.75


def extended(context: Context[Symbol], symbol: Symbol) -> Context[Symbol]:
    """`context` after one more symbol."""
    if context and context[-1][0] == symbol:
        return (*context[:-1], (symbol, min(context[-1][1] + 1, _LONGEST_RUN)))
    return (*context, (symbol, 1))[-_ORDER:]


def shortened(context: Context[Symbol]) -> Iterator[Context[Symbol]]:
    """What is known of `context`, from nothing to all of it."""
    yield ()
    if context:
        yield ((context[-1][0], 0),)
    for length in range(1, len(context) + 1):
        yield context[len(context) - length :]


class PartialMatching(Generic[Symbol]):
    """Counts what follows what."""

    def __init__(self) -> None:
        self._counts: defaultdict[Context[Symbol], Counter[Symbol]] = defaultdict(Counter)
        self.context: Context[Symbol] = ()

    def observe(self, symbol: Symbol) -> None:
        for known in shortened(self.context):
            self._counts[known][symbol] += 1
        self.context = extended(self.context, symbol)

    def distribution(self, context: Context[Symbol]) -> dict[Symbol, float]:
        """Probabilities of known symbols; what they lack to 1 is that of an unknown one."""
        mixed: dict[Symbol, float] = {context[-1][0]: _GOING_ON} if context else {}
        for known in shortened(context):
            counts = self._counts.get(known)
            if not counts:
                break
            total = counts.total()
            rest = _DISCOUNT * len(counts) / total
            mixed = {symbol: p * rest for symbol, p in mixed.items()}
            for symbol, count in counts.items():
                mixed[symbol] = mixed.get(symbol, 0.0) + (count - _DISCOUNT) / total
        return mixed

    def to_list(self) -> list[list[Any]]:
        """All counts as JSON: `[context, symbol, count]`."""
        return [
            [[list(run) for run in context], symbol, count]
            for context, counts in self._counts.items()
            for symbol, count in counts.items()
        ]

    def load(self, rows: Iterable[tuple[Context[Symbol], Symbol, int]]) -> None:
        """Adds counts of earlier sessions."""
        for context, symbol, count in rows:
            self._counts[context][symbol] += count
