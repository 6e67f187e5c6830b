"""Nodes that make decisions."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from ..reach import Possibility, Upstream, chosen, constant, unique
from .base import Context, DataField, Node, NodePorts, Rule, Values, node, number, text, truth

Scalar = str | float | bool | None
Entry = Scalar | tuple[Scalar, ...]
"""A value of a table: a number, a word, a truth value, nothing, or a list of these."""

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


def _answer(is_true: bool) -> Values:
    return is_true, 1.0 if is_true else 0.0


@node(
    "logic.compare",
    inputs=("a|value", "b"),
    outputs=("result", "value"),
    absent={"b": DataField("threshold")},
)
class Compare(Node, frozen=True):
    """Compares two numbers, or two words.

    Inputs:
        a (number or text): the left side.
        b (number or text): the right side.

    Outputs:
        result (truth): whether it is so.
        value (number): 1 if it is so, else 0.

    Attributes:
        operator: compares the left side with the right side.
        threshold: the right side while nothing is connected to `b`.
    """

    operator: Literal[">", "<", ">=", "<=", "==", "!="] = ">"
    threshold: float | str | bool | None = None

    def rule(self, ports: NodePorts) -> Rule:
        compare, threshold = _OPERATORS[self.operator], self.threshold

        def rule(context: Context, a: Any = None, b: Any = None) -> Values:
            if b is None:
                b = threshold
            if isinstance(a, str) or isinstance(b, str):
                return _answer(compare(text(a), text(b)))
            return _answer(compare(number(a), number(b)))

        return rule

    def told_apart(self, port: str) -> Iterable[str]:
        return (self.threshold,) if isinstance(self.threshold, str) else ()

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if self.threshold is None and "b" not in connected:
            yield "threshold", "is missing; give one or connect port b"


@node("logic.and", ("a", "b"), ("result", "value"), absent={"a": False, "b": False})
class And(Node, frozen=True):
    """True if both inputs are true.

    Inputs:
        a (truth): one condition.
        b (truth): the other condition.

    Outputs:
        result (truth): whether both are true.
        value (number): 1 if both are true, else 0.
    """

    def evaluate(self, context: Context, a: Any = None, b: Any = None) -> Values:
        return _answer(truth(a) and truth(b))


@node("logic.or", ("a", "b"), ("result", "value"), absent={"a": False, "b": False})
class Or(Node, frozen=True):
    """True if at least one input is true.

    Inputs:
        a (truth): one condition.
        b (truth): the other condition.

    Outputs:
        result (truth): whether one is true.
        value (number): 1 if one is true, else 0.
    """

    def evaluate(self, context: Context, a: Any = None, b: Any = None) -> Values:
        return _answer(truth(a) or truth(b))


@node("logic.not", ("a|value|input", "b"), ("result", "value"), absent={"a": False})
class Not(Node, frozen=True):
    """True if `a` is false; `b` is ignored.

    Inputs:
        a (truth): the condition.
        b (any): ignored; files of other tools may connect it.

    Outputs:
        result (truth): whether the condition is false.
        value (number): 1 if the condition is false, else 0.
    """

    def evaluate(self, context: Context, a: Any = None, b: Any = None) -> Values:
        return _answer(not truth(a))


@node(
    "logic.gate",
    inputs=("value", "enabled"),
    absent={"value": DataField("default"), "enabled": True},
)
class Gate(Node, frozen=True):
    """Passes the value on while `enabled` is true, else gives `default`.

    Inputs:
        value (any): passed on while the gate is open.
        enabled (truth): opens the gate.

    Outputs:
        value (any): the value, or the default while the gate is closed.

    Attributes:
        default: given while the gate is closed, or without a value.
    """

    default: Entry = None

    def evaluate(self, context: Context, value: Any = None, enabled: Any = None) -> Values:
        return (value if truth(enabled, True) and value is not None else self.default,)

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return unique([*upstream.words.get("value", ()), *constant(self.default)])


@node("logic.switch", inputs=("selector",))
class Switch(Node, frozen=True):
    """The case with the name of the selector, or else `default`.

    Inputs:
        selector (text or number or truth): the name of the case.

    Outputs:
        value (any): that of the case.

    Attributes:
        cases: the value for each selector; a truth value selects `true` or `false`.
        default: given for a selector that is not among the cases.
    """

    cases: dict[str, Entry]
    default: Entry = None

    def evaluate(self, context: Context, selector: Any = None) -> Values:
        if selector is None:
            return (self.default,)
        return (self.cases.get(text(selector), self.default),)

    def told_apart(self, port: str) -> Iterable[str]:
        return self.cases

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return chosen(upstream, "selector", self.cases, self.default)
