"""Learns the distribution of the next symbol of a sequence, online.

Prediction by partial matching: the longest known context has the most weight, and shorter ones have
the rest, in the proportions of Witten and Bell ("The zero-frequency problem", 1991). A context is
made of at most two runs; a run is a symbol and its number of repetitions. So a habit such as three
strokes, then a treat, is known from its first treat.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from typing import Annotated, Any, Generic, Self, TypeVar

from msgspec import Meta, Struct

from ..errors import InvalidDataError
from ..saved import read_saved

__all__ = ["WHAT", "Context", "PartialMatching", "SavedMatching", "extended", "shortened"]

WHAT = "saved prediction"

Symbol = TypeVar("Symbol", bound=Hashable)

Context = tuple[tuple[Symbol, int], ...]
"""The last runs, newest last: a symbol and its length each; 0 stands for any length."""

_ORDER = 2
_LONGEST_RUN = 4
# The initial probability that the player repeats the last action.
_GOING_ON = 0.6
# Taken off every count in favour of shorter contexts, 0 to 1.
_DISCOUNT = 0.75


def extended(context: Context[Symbol], symbol: Symbol) -> Context[Symbol]:
    """`context` after one more symbol."""
    if context and context[-1][0] == symbol:
        return (*context[:-1], (symbol, min(context[-1][1] + 1, _LONGEST_RUN)))
    return (*context, (symbol, 1))[-_ORDER:]


def shortened(context: Context[Symbol]) -> Iterator[Context[Symbol]]:
    """The known parts of `context`, from nothing to all of it."""
    yield ()
    if context:
        yield ((context[-1][0], 0),)
    for length in range(1, len(context) + 1):
        yield context[len(context) - length :]


_Index = Annotated[int, Meta(ge=0)]
_Run = tuple[_Index, Annotated[int, Meta(ge=0, le=_LONGEST_RUN)]]
_Row = Annotated[tuple[_Run, ...], Meta(max_length=_ORDER)]
_Count = Annotated[int, Meta(ge=1, lt=2**53)]


class SavedMatching(Struct, Generic[Symbol], frozen=True):
    """The form of `to_dict`.

    A row of `counts` is a context, what followed it, and how often; both as indices of `symbols`.
    """

    symbols: tuple[Symbol, ...]
    context: _Row
    counts: tuple[tuple[_Row, _Index, _Count], ...]

    def named(self, row: _Row) -> Context[Symbol]:
        return tuple((self.symbols[index], length) for index, length in row)


class PartialMatching(Generic[Symbol]):
    """Counts which symbol follows which context."""

    def __init__(self) -> None:
        self._counts: defaultdict[Context[Symbol], Counter[Symbol]] = defaultdict(Counter)
        self.context: Context[Symbol] = ()

    def observe(self, symbol: Symbol) -> None:
        for known in shortened(self.context):
            self._counts[known][symbol] += 1
        self.context = extended(self.context, symbol)

    def distribution(self, context: Context[Symbol]) -> dict[Symbol, float]:
        """Probabilities of known symbols; what is missing to 1 belongs to unknown ones."""
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

    @property
    def observed(self) -> int:
        """The number of observations."""
        return self._counts[()].total()

    def places(self) -> Iterator[tuple[Context[Symbol], Symbol]]:
        """Every context with each symbol that followed it, in the order of `to_dict`."""
        return ((context, symbol) for context, counts in self._counts.items() for symbol in counts)

    def to_dict(self) -> dict[str, Any]:
        """The learned counts as JSON, with each symbol once, as it is."""
        index: dict[Symbol, int] = {}

        def row(context: Context[Symbol]) -> list[list[int]]:
            return [[index.setdefault(symbol, len(index)), length] for symbol, length in context]

        counts = [
            [row(context), index.setdefault(symbol, len(index)), self._counts[context][symbol]]
            for context, symbol in self.places()
        ]
        return {"context": row(self.context), "counts": counts, "symbols": list(index)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], symbol: Any) -> Self:
        """Restores the result of `to_dict`.

        Args:
            symbol: the type of the symbols.

        Raises:
            InvalidDataError: `data` is something else.
        """
        return cls.of(read_saved(data, SavedMatching[symbol], WHAT))

    @classmethod
    def of(cls, saved: "SavedMatching[Symbol]") -> Self:
        """Restores a record.

        Raises:
            InvalidDataError: it is inconsistent.
        """
        matching = cls()
        try:
            for context, following, count in saved.counts:
                matching._counts[saved.named(context)][saved.symbols[following]] += count
            matching.context = saved.named(saved.context)
        except IndexError as error:
            raise InvalidDataError(f"This is not a {WHAT}: a symbol is missing.") from error
        return matching
