"""Finds the words that can come out of a graph, from its tables and without running it.

A word is possible under conditions, such as "the machine is in its third state" or "the meter is
between 0.3 and 0.6". Words whose conditions exclude each other never occur together. So impossible
combinations of expression, animation and emotion are excluded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

__all__ = [
    "Between",
    "OneOf",
    "Possibility",
    "Upstream",
    "chosen",
    "combined",
    "constant",
    "first_present",
    "intervals",
    "translated",
    "unique",
]

_MOST = 256  # per port; nobody generates more clips ahead


@dataclass(frozen=True, slots=True)
class Between:
    """A number that is at least `low` and below `high`."""

    low: float
    high: float

    def both(self, other: "Condition") -> "Condition | None":
        if not isinstance(other, Between):
            return self
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Between(low, high) if low < high else None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word that is one of these, or none of these."""

    words: frozenset[str]
    is_negated: bool = False

    def both(self, other: "Condition") -> "Condition | None":
        if not isinstance(other, OneOf):
            return self
        if self.is_negated and other.is_negated:
            return OneOf(self.words | other.words, True)
        if self.is_negated:
            return other.both(self)
        words = self.words - other.words if other.is_negated else self.words & other.words
        return OneOf(words) if words else None


Condition = Between | OneOf

Conditions = Mapping[str, Condition]
"""Conditions by the source "node.port", or the node, that decides."""


@dataclass(frozen=True, slots=True)
class Possibility:
    """A word, or None for no value, and the conditions under which it can occur."""

    word: str | None
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Upstream:
    """Knowledge about the inputs of a node.

    Attributes:
        sources: for each connected port the port connected to it, as "node.port".
        words: for each connected port the words that may arrive; empty if unknown.
    """

    node_id: str
    sources: Mapping[str, str]
    words: Mapping[str, list[Possibility]]


def constant(*values: object) -> list[Possibility]:
    """Words that can always occur; a value that is not a word counts as no value."""
    words = (value if isinstance(value, str) else None for value in values)
    return unique(Possibility(word, {}) for word in words)


def intervals(source: str, levels: Sequence[tuple[float, str]]) -> list[Possibility]:
    """Words selected by the level of `source`; `levels` are in rising order."""
    ends = [level for level, _ in levels[1:]] + [float("inf")]
    return unique(
        Possibility(word, {source: Between(level, end)})
        for (level, word), end in zip(levels, ends, strict=True)
    )


def chosen(
    upstream: Upstream, port: str, table: Mapping[str, object], default: object
) -> list[Possibility]:
    """The results of a table for the words that may arrive at `port`."""
    rows: list[tuple[object, Conditions]]
    if known := upstream.words.get(port):
        rows = [
            (default if one.word is None else table.get(one.word, default), one.conditions)
            for one in known
        ]
    else:
        source = upstream.sources.get(port, "")
        rows = [(value, {source: OneOf(frozenset([key]))}) for key, value in table.items()]
        rows.append((default, {source: OneOf(frozenset(table), True)}))
    return unique(Possibility(v if isinstance(v, str) else None, when) for v, when in rows)


def translated(
    upstream: Upstream, port: str, table: Mapping[str, str], absent: str
) -> list[Possibility]:
    """The words that may arrive at `port`, translated if they are in the table.

    `absent` stands for no value.
    """
    otherwise = table.get(absent, absent)
    if port not in upstream.sources:
        return constant(otherwise)
    if known := upstream.words.get(port):
        return unique(
            Possibility(
                otherwise if one.word is None else table.get(one.word, one.word), one.conditions
            )
            for one in known
        )
    return chosen(upstream, port, table, otherwise)


def first_present(inputs: Iterable[list[Possibility]]) -> list[Possibility]:
    """The results of taking the first input that has a value."""
    rows = constant(None)
    for words in inputs:
        rows = unique(_filled(rows, words))
    return rows


def _filled(rows: list[Possibility], words: list[Possibility]) -> Iterator[Possibility]:
    for row in rows:
        if row.word is not None or not words:
            yield row
            continue
        for one in words:
            conditions = _both(row.conditions, one.conditions)
            if conditions is not None:
                yield Possibility(one.word, conditions)


def unique(possibilities: Iterable[Possibility]) -> list[Possibility]:
    """Deduplicates in order, up to a limit."""
    seen = {(one.word, frozenset(one.conditions.items())): one for one in possibilities}
    return list(islice(seen.values(), _MOST))


def combined(*fields: list[Possibility]) -> list[tuple[str, ...]]:
    """The different combinations of one word per field that can occur together."""
    rows: list[tuple[tuple[str, ...], Conditions]] = [((), {})]
    for field in fields:
        rows = list(islice(_extended(rows, field), _MOST))
    return list(dict.fromkeys(words for words, _ in rows))


def _extended(
    rows: list[tuple[tuple[str, ...], Conditions]], field: list[Possibility]
) -> Iterator[tuple[tuple[str, ...], Conditions]]:
    for words, conditions in rows:
        for one in field:
            both = _both(conditions, one.conditions)
            if both is not None and one.word is not None:
                yield (*words, one.word), both


def _both(first: Conditions, second: Conditions) -> Conditions | None:
    """The conditions under which both hold; None if they exclude each other."""
    both = dict(first)
    for source, condition in second.items():
        known = both.get(source)
        merged = condition if known is None else known.both(condition)
        if merged is None:
            return None
        both[source] = merged
    return both
