"""The base of node types: frozen settings, ports, and a rule from inputs to outputs.

A node never changes. A node with memory gets its *cell*, an immutable value, and returns the next
one. So the state of a whole graph is a flat list, and copying it is copying a list.
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
"""Stands for any connected port."""

LARGEST = 1e100
"""The limit of numbers, so that no product of three overflows."""

DurationMs = Annotated[float, msgspec.Meta(ge=0.0, extra={"unit": "ms"})]
"""Any `extra` of a setting tells an editor more about it: its `unit`, `options` to choose from, the
`kind` of text, or the list of the node whose ids it names (`ids_of`).
"""

Values = tuple[object, ...]
"""One value for each output port."""

Rule = Callable[..., Any]
"""`(context, *inputs) -> Values`, or with a cell `(context, cell, *inputs) -> (cell, Values)`."""


@dataclass(slots=True)
class Context:
    """Values that every node may read while the graph answers an interaction.

    Attributes:
        now: seconds since the first interaction of the session.
        elapsed: seconds since the previous interaction, 0 for the first.
        seed: of all random numbers.
        memory: shared by `state.memory` nodes, which may change it.
        base: the metadata's parameters for every clip of this NPC.
        is_logged: whether `util.debug` writes to the log.
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
        inputs: names of its input ports, in the order of the rule's arguments.
        outputs: names of its output ports, in the order of the rule's results.
    """

    node_id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class DataField(str):
    """The name of a field of a node's `data` that serves as a default."""

    __slots__ = ()


class Node(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of a node, read from its `data`.

    Attributes:
        type_name: as in the file.
        inputs: its ports; "a|input" is one port with two names.
        absent: defaults by the first name of a port, for a port that is not connected or gets no
            value: a value, or a `DataField`. Other ports then have no value.
    """

    type_name: ClassVar[str] = ""
    inputs: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[Mapping[str, object]] = {}

    def evaluate(self, context: Context, *inputs: Any) -> Values:
        """The outputs for these inputs; None is an input without a value."""
        raise NotImplementedError

    def rule(self, ports: NodePorts) -> Rule:
        """The function to run; overridden by nodes that can compute something ahead."""
        return self.evaluate

    def problems(self, connected: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Yields (field, problem) for problems that types cannot express."""
        yield from ()

    def result_words(self) -> tuple[str, ...]:
        """Parts of the result that the node reads without a connection ("expression", …)."""
        return ()

    def told_apart(self, port: str) -> Iterable[str]:
        """Words that the node distinguishes at the input `port`."""
        return ()

    def possible(self, port: str, upstream: Upstream) -> list[Possibility]:
        """Words that `port` can give; empty if they cannot be known ahead."""
        return []


class StatefulNode(Node, frozen=True):
    """A node that keeps a cell from one interaction to the next.

    Attributes:
        cell_type: the type of a cell, for checking saved ones.
    """

    cell_type: ClassVar[Any] = float

    def initial(self) -> object:
        """The cell of a new session."""
        raise NotImplementedError

    def evaluate(self, context: Context, cell: Any, *inputs: Any) -> Any:
        """The next cell and the outputs."""
        raise NotImplementedError

    def shown(self, cell: Any, look: VideoParams) -> Values | None:
        """The outputs with which the NPC has this look, preferably with this cell; None if a look
        does not determine them.
        """
        return None


def first_name(names: str) -> str:
    """The first name of a port; "a|input" has two in files."""
    return names.partition("|")[0]


NODE_TYPES: dict[str, type[Node]] = {}
"""Every node type by its name in the file, for loading, documentation and tests."""


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


# ---- Readers of inputs. Any value may arrive at any port; none of these raises. ----


def finite(value: float) -> float:
    """`value` limited to ±1e100; 0 for not-a-number."""
    if -LARGEST <= value <= LARGEST:
        return value
    return LARGEST if value > 0.0 else -LARGEST if value < 0.0 else 0.0


def limited(value: float, low: float, high: float) -> float:
    """The nearest number from `low` to `high`; faster than `min` and `max`."""
    return low if value < low else high if value > high else value


def number(value: object, default: float = 0.0) -> float:
    """A number; True is 1, False is 0, and any other value is `default`."""
    if type(value) is float:
        return value
    if isinstance(value, int | float):
        return float(finite(value))
    return default


def truth(value: object, default: bool = False) -> bool:
    """The truth of a value: 0, False and "" are false; a missing value is `default`."""
    return default if value is None else bool(value)


def text(value: object, default: str = "") -> str:
    """A value as text, as in prompts and in keys of tables: 1.0 is "1", true is "true"."""
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
    """The part of an old value left after `elapsed` seconds: e^(-elapsed / time)."""
    return math.exp(-elapsed * 1000.0 / time_ms) if time_ms > 0.0 else 0.0
