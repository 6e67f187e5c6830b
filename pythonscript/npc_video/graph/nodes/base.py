"""What a node type is: frozen settings, ports, and a rule from inputs to outputs.

A node never changes. One that remembers something is handed its *cell*, an immutable value, and
returns the next; so the state of a whole graph is a flat list, and copying it is copying a list.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec

from ...records import ToolInteraction, VideoParams
from ..reach import Possibility, Upstream

__all__ = [
    "ANY_PORT",
    "NODE_TYPES",
    "Context",
    "DataField",
    "DurationMs",
    "Node",
    "NodePorts",
    "Rule",
    "StatefulNode",
    "Values",
    "decayed",
    "finite",
    "first_name",
    "limited",
    "node",
    "number",
    "text",
    "truth",
]

ANY_PORT = "*"
"""Stands for every port that something is connected to."""

LARGEST = 1e100
"""Numbers stay within this, so that no product of three of them overflows."""

DurationMs = Annotated[float, msgspec.Meta(ge=0.0)]

Values = tuple[object, ...]
"""One value for each output port."""

Rule = Callable[..., Any]
"""`(context, *inputs) -> Values`, or with a cell `(context, cell, *inputs) -> (cell, Values)`."""


@dataclass(slots=True)
class Context:
    """What every node may read while the graph answers one interaction.

    Attributes:
        now: seconds since the first interaction of the session.
        elapsed: seconds since the interaction before this one, 0 for the first.
        seed: of everything random.
        memory: what `state.memory` nodes share; they may change it.
        base: what the metadata says about every clip of this NPC.
        is_logged: whether `util.debug` speaks.
    """

    interaction: ToolInteraction
    now: float
    elapsed: float
    seed: int
    memory: dict[str, object]
    base: VideoParams
    is_logged: bool


@dataclass(frozen=True, slots=True)
class NodePorts:
    """The id of a node in a graph, and its ports there.

    Attributes:
        inputs: names of its input ports, in the order in which the rule gets their values.
        outputs: names of its output ports, in the order in which the rule returns them.
    """

    node_id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class DataField(str):
    """The name of a field of a node's `data`, which has the value."""

    __slots__ = ()


class Node(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of a node, read from its `data`.

    Attributes:
        type_name: as in the file.
        inputs: its ports; "a|input" is one port with two names.
        absent: by the first name of a port what counts while nothing is connected to it, or while
            what is has no value: a value, or a `DataField`. A port that is not in it has no value.
    """

    type_name: ClassVar[str] = ""
    inputs: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[Mapping[str, object]] = {}

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        """The outputs for these inputs; None is an input that nothing feeds."""
        raise NotImplementedError

    def rule(self, ports: NodePorts) -> Rule:
        """What is run; overridden where something can be worked out ahead."""
        return self.evaluate

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Yields (field, what is wrong) where types alone do not tell."""
        yield from ()

    def result_words(self) -> tuple[str, ...]:
        """Parts of the result that the node reads without a connection ("expression", …)."""
        return ()

    def told_apart(self, port: str) -> Iterable[str]:
        """The words at the input `port` that the node has something of its own for."""
        return ()

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        """The words that may come out of `port`; none where they cannot be told ahead."""
        return []


class StatefulNode(Node, frozen=True):
    """A node that remembers a cell from one interaction to the next.

    Attributes:
        cell_type: what a cell is, to check saved ones.
    """

    cell_type: ClassVar[Any] = float

    def initial(self) -> object:
        """The cell of a new session."""
        raise NotImplementedError

    def evaluate(self, context: Context, cell: Any, *inputs: Any) -> Any:
        """The next cell and the outputs."""
        raise NotImplementedError

    def shown(self, cell: Any, look: VideoParams) -> Values | None:
        """The outputs where the NPC looks like this, with this cell if that fits; None where a
        look does not tell.
        """
        return None


def first_name(names: str) -> str:
    """The name by which a port goes here; "a|input" has two in files."""
    return names.partition("|")[0]


NODE_TYPES: dict[str, type[Node]] = {}
"""Every node type by its name in the file: the table that files, documentation and tests go by."""


def node(
    type_name: str,
    inputs: tuple[str, ...] = (),
    outputs: tuple[str, ...] = ("value",),
    absent: Mapping[str, object] | None = None,
) -> Callable[[type[Node]], type[Node]]:
    """Registers a node type."""

    def register(cls: type[Node]) -> type[Node]:
        cls.type_name, cls.inputs, cls.outputs = type_name, inputs, outputs
        cls.absent = absent or {}
        NODE_TYPES[type_name] = cls
        return cls

    return register


# ---- How inputs are read. Any value may arrive at any port; none of these raises. ----


def finite(value: float) -> float:
    """`value` within ±1e100; what is not a number becomes 0."""
    if -LARGEST <= value <= LARGEST:
        return value
    return LARGEST if value > 0.0 else -LARGEST if value < 0.0 else 0.0


def limited(value: float, low: float, high: float) -> float:
    """The nearest number from `low` to `high`; quicker than `min` and `max`."""
    return low if value < low else high if value > high else value


def number(value: object, default: float = 0.0) -> float:
    """A number; truth counts as 0 and 1, everything else is `default`."""
    if type(value) is float:
        return value
    if isinstance(value, int | float):
        return float(finite(value))
    return default


def truth(value: object, default: bool = False) -> bool:
    """0, false, "" and nothing else but the absence of a value are false."""
    return default if value is None else bool(value)


def text(value: object, default: str = "") -> str:
    """As it is written in prompts and in the keys of tables: 1.0 is "1", true is "true"."""
    if isinstance(value, str):
        return value
    if value is None:
        return default
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{finite(value):.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    return default


def decayed(elapsed: float, time_ms: float) -> float:
    """How much of an old value is left after `elapsed` seconds: e^(-elapsed / time)."""
    return math.exp(-elapsed * 1000.0 / time_ms) if time_ms > 0.0 else 0.0
