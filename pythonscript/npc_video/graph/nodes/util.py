"""Nodes that choose, delay, shape and show values."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any
from zlib import crc32

import msgspec

from ..reach import Possibility, Upstream, constant, first_present
from .base import (
    ANY_PORT,
    Context,
    DurationMs,
    Node,
    NodePorts,
    Rule,
    StatefulNode,
    Values,
    limited,
    node,
    number,
)
from .logic import Entry

_log = logging.getLogger("npc_video.graph")

_MAX_EVENTS = 256  # in a delay; beyond it the delay gets shorter instead of using more memory


@node("util.merge", inputs=(ANY_PORT,))
class Merge(Node, frozen=True):
    """The first input that has a value: those in `order` first, then in order of connection.

    Inputs:
        * (any): one of several values, under a name of your own.

    Outputs:
        value (any): the first value that is there.

    Attributes:
        order: the names of the inputs that come first.
    """

    order: tuple[str, ...] = ()

    def rule(self, ports: NodePorts) -> Rule:
        order = tuple(ports.inputs.index(port) for port in self._ordered(ports.inputs))

        def rule(context: Context, *inputs: Any) -> Values:
            for index in order:
                if inputs[index] is not None:
                    return (inputs[index],)
            return (None,)

        return rule

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return first_present(upstream.words[port] for port in self._ordered(upstream.sources))

    def _ordered(self, ports: Iterable[str]) -> list[str]:
        connected = dict.fromkeys(ports)
        return list(dict.fromkeys([*filter(connected.__contains__, self.order), *connected]))


class Passing(Node, frozen=True):
    """Passes each input to the output of its name, and the main input to all others.

    Inputs:
        * (any): a value, under a name of your own.

    Outputs:
        * (any): the input of the same name, or else the main input.
    """

    def rule(self, ports: NodePorts) -> Rule:
        sources = [_source(port, ports.inputs) for port in ports.outputs]
        return lambda context, *inputs: tuple(None if s is None else inputs[s] for s in sources)

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        source = _source(port, tuple(upstream.sources))
        return [] if source is None else upstream.words[tuple(upstream.sources)[source]]


def _source(port: str, inputs: tuple[str, ...]) -> int | None:
    for name in (port, "value", "input"):
        if name in inputs:
            return inputs.index(name)
    return 0 if inputs else None


@node("util.split", inputs=(ANY_PORT,), outputs=(ANY_PORT,))
class Split(Passing, frozen=True):
    """Passes one value to all connected ports.

    Attributes:
        order: the names of the ports, for their order on the screen.
    """

    order: tuple[str, ...] = ()


@node("util.debug", inputs=(ANY_PORT,), outputs=(ANY_PORT,))
class Debug(Passing, frozen=True):
    """Writes the passing values to the log `npc_video.graph`, at level INFO."""

    def rule(self, ports: NodePorts) -> Rule:
        hand_on = super().rule(ports)

        def rule(context: Context, *inputs: Any) -> Any:
            if context.is_logged:
                _log.info("%s: %s", ports.node_id, dict(zip(ports.inputs, inputs, strict=True)))
            return hand_on(context, *inputs)

        return rule


@node("util.delay", inputs=("value",))
class Delay(StatefulNode, frozen=True):
    """The value as it was `ms` ago; no value if there was none yet.

    Inputs:
        value (any): any value.

    Outputs:
        value (any): the value, later.

    Attributes:
        ms: the delay.
    """

    ms: DurationMs

    cell_type = tuple[tuple[float, Any], ...]

    def initial(self) -> object:
        return ()

    def evaluate(self, context: Context, cell: Any, value: Any = None) -> Any:
        events = (*cell, (context.now, value))[-_MAX_EVENTS:]
        # A small tolerance, because times are sums of fractions.
        then = context.now - self.ms / 1000.0 + 1e-9
        past = [index for index, (at, _) in enumerate(events) if at <= then]
        if not past:
            return events, (None,)
        return events[past[-1] :], (events[past[-1]][1],)

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return constant(None, *(one.word for one in upstream.words.get("value", ())))


def _eased_in(power: int) -> Callable[[float], float]:
    return lambda share: share**power


def _eased_out(power: int) -> Callable[[float], float]:
    return lambda share: 1.0 - (1.0 - share) ** power


def _eased_both(power: int) -> Callable[[float], float]:
    def curve(share: float) -> float:
        if share < 0.5:
            return (2.0 * share) ** power / 2.0
        return 1.0 - (2.0 - 2.0 * share) ** power / 2.0

    return curve


_CURVES: dict[str, Callable[[float], float]] = {
    "linear": lambda share: share,
    "smoothstep": lambda share: share * share * (3.0 - 2.0 * share),
    **{
        f"ease{way}{name}": make(power)
        for way, make in (("in", _eased_in), ("out", _eased_out), ("inout", _eased_both))
        for name, power in (("", 2), ("quad", 2), ("cubic", 3), ("quart", 4))
    },
}


def _curve(name: str) -> Callable[[float], float] | None:
    """A curve by its name, in any spelling: easeInOut, ease-in-out, ease_in_out."""
    return _CURVES.get(name.replace("-", "").replace("_", "").lower())


@node("util.ease", inputs=("value",), absent={"value": 0.0})
class Ease(Node, frozen=True):
    """Shapes a number from 0 to 1 with a curve.

    Inputs:
        value (number): from 0 to 1.

    Outputs:
        value (number): from 0 to 1, shaped.

    Attributes:
        curve: the name of the curve.
    """

    curve: Annotated[str, msgspec.Meta(extra={"options": tuple(_CURVES)})]

    def rule(self, ports: NodePorts) -> Rule:
        curve = _curve(self.curve) or _CURVES["linear"]
        return lambda context, value=None: (curve(limited(number(value), 0.0, 1.0)),)

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if _curve(self.curve) is None:
            yield "curve", f"{self.curve!r} is unknown; use one of {', '.join(_CURVES)}"


@node("util.random")
class Random(StatefulNode, frozen=True):
    """A number from `min` to `max`, or one of `choices`, new for each interaction.

    The cell is a count. The random number depends only on it, the seed and the node's id.

    Outputs:
        value (any): a number, or the choice.

    Attributes:
        min: the smallest number.
        max: the limit of the numbers.
        choices: chosen from in place of a number.
    """

    min: float = 0.0
    max: float = 1.0
    choices: tuple[Entry, ...] | None = None

    cell_type = int

    def initial(self) -> object:
        return 0

    def rule(self, ports: NodePorts) -> Rule:
        salt = crc32(ports.node_id.encode("utf-8", "surrogatepass"))
        choices, low, span = self.choices, self.min, self.max - self.min

        def rule(context: Context, cell: int) -> tuple[int, Values]:
            share = _uniform(context.seed, salt, cell)
            if choices is None:
                return cell + 1, (low + span * share,)
            return cell + 1, (choices[int(share * len(choices))],)

        return rule

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        if self.choices is not None and not self.choices:
            yield "choices", "is empty; give at least one"
        if self.min > self.max:
            yield "min", f"{self.min:g} is above max, {self.max:g}; exchange them"

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        return constant(*(self.choices or ()))


def _uniform(seed: int, salt: int, count: int) -> float:
    """A number from 0 up to 1: SplitMix64 (Steele, Lea, Flood, 2014), which needs no state."""
    mask = (1 << 64) - 1
    z = (seed * 0xD1342543DE82EF95 + (salt << 32) + (count + 1) * 0x9E3779B97F4A7C15) & mask
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
    return ((z ^ (z >> 31)) >> 11) / (1 << 53)
