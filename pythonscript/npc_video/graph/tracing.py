"""The values that passed through a graph in one turn, by node and port."""

from dataclasses import dataclass

from ..records import ToolInteraction, VideoParams
from .nodes.base import text
from .program import Program

__all__ = ["NodeTrace", "Trace", "TracedTurn", "in_few_letters", "trace_of"]

_LONGEST = 24


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """The values of a node after a turn.

    Attributes:
        outputs: by port; None at a port without a value.
        cell: its memory: the id of a machine's state, the number of an accumulator; None for nodes
            without memory.
    """

    outputs: dict[str, object]
    cell: object = None


Trace = dict[str, NodeTrace]
"""The nodes that ran, by id, in the order in which they ran."""


@dataclass(frozen=True, slots=True)
class TracedTurn:
    """An interaction, the NPC's answer, and the values that led to it.

    Attributes:
        at: seconds since the NPC was first touched, or since the beginning of a recorded session.
    """

    at: float
    touch: ToolInteraction
    answer: VideoParams
    trace: Trace


def trace_of(program: Program, values: list[object]) -> Trace:
    """The values of each node, from those that a run of the program returned."""
    return {
        step.node_id: NodeTrace(
            dict(zip(step.outputs, values[step.write], strict=False)),
            values[step.cell] if step.cell else None,
        )
        for step in program.steps
    }


def in_few_letters(value: object) -> str:
    """A value in at most 24 letters; numbers have three digits."""
    if isinstance(value, float):
        return f"{value:.3g}"
    words = "–" if value is None else text(value)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
