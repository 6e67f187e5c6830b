"""Nodes that calculate."""

from collections.abc import Iterator
from typing import Any

from .base import (
    Context,
    DataField,
    DurationMs,
    Node,
    StatefulNode,
    Values,
    decayed,
    finite,
    limited,
    node,
    number,
)


@node(
    "math.add",
    inputs=("a|input", "b"),
    outputs=("result", "value"),
    absent={"a": 0.0, "b": DataField("value")},
)
class Add(Node, frozen=True):
    """The sum.

    Inputs:
        a (number): one part.
        b (number): the other part.

    Outputs:
        result (number): the sum.
        value (number): the sum, too.

    Attributes:
        value: the other part while nothing is connected to `b`.
    """

    value: float = 0.0

    def evaluate(self, context: Context, a: Any = None, b: Any = None) -> Values:
        total = finite(number(a) + number(b, self.value))
        return total, total


@node(
    "math.multiply",
    inputs=("a", "b", "c"),
    outputs=("result", "value"),
    absent={"a": 1.0, "b": DataField("value"), "c": 1.0},
)
class Multiply(Node, frozen=True):
    """The product.

    Inputs:
        a (number): one factor.
        b (number): the second factor.
        c (number): the third factor.

    Outputs:
        result (number): the product.
        value (number): the product, too.

    Attributes:
        value: the second factor while nothing is connected to `b`.
    """

    value: float = 1.0

    def evaluate(self, context: Context, a: Any = None, b: Any = None, c: Any = None) -> Values:
        product = number(a, 1.0) * number(b, self.value)
        if c is not None:
            product *= number(c, 1.0)
        product = finite(product)
        return product, product


@node("math.clamp", inputs=("value|input",), absent={"value": 0.0})
class Clamp(Node, frozen=True):
    """The nearest number within the limits.

    Inputs:
        value (number): any number.

    Outputs:
        value (number): the number within the limits.

    Attributes:
        min: the lower limit.
        max: the upper limit.
    """

    min: float = 0.0
    max: float = 1.0

    def evaluate(self, context: Context, value: Any = None) -> Values:
        return (limited(number(value), self.min, self.max),)

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if self.min > self.max:
            yield "min", f"{self.min:g} is above max, {self.max:g}; exchange them"


@node("math.remap", inputs=("value|input",), absent={"value": 0.0})
class Remap(Node, frozen=True):
    """Maps one range to another; values beyond its ends continue the line.

    Inputs:
        value (number): a number in the first range.

    Outputs:
        value (number): the number at the same place of the second range.

    Attributes:
        inMin: the beginning of the first range.
        inMax: the end of the first range.
        outMin: the beginning of the second range.
        outMax: the end of the second range.
    """

    in_min: float = 0.0
    in_max: float = 1.0
    out_min: float = 0.0
    out_max: float = 1.0

    def evaluate(self, context: Context, value: Any = None) -> Values:
        share = finite((number(value) - self.in_min) / (self.in_max - self.in_min))
        return (finite(self.out_min + share * (self.out_max - self.out_min)),)

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if self.in_max - self.in_min == 0.0:
            yield "inMax", "is equal to inMin; give a range with two different ends"


@node("math.smooth", inputs=("value",), absent={"value": 0.0})
class Smooth(StatefulNode, frozen=True):
    """Follows the value, covering 63 % of the way in `timeMs`; starts at the first value.

    Inputs:
        value (number): the number to follow.

    Outputs:
        value (number): the number, smoothed.

    Attributes:
        timeMs: a longer time makes it slower.
    """

    time_ms: DurationMs

    cell_type = float | None

    def initial(self) -> object:
        return None

    def evaluate(self, context: Context, cell: Any, value: Any = None) -> Any:
        target = number(value)
        if cell is not None:
            target += (cell - target) * decayed(context.elapsed, self.time_ms)
        return target, (target,)
