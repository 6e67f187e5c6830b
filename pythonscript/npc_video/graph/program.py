"""A compiled response graph: the needed nodes, in the order in which they run.

State that changes from one interaction to the next is in the list of cells instead. So one program
serves any number of NPCs of a kind.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..records import VideoParams
from .nodes.base import Context, Node, Rule, StatefulNode
from .reach import Possibility, Upstream

__all__ = ["FIRST_CELL", "NOTHING", "TURN", "Program", "Read", "Step"]

# One list holds all values that a run reads and writes, so that a node can take its inputs in one
# go: no value, the context, the cells, then the outputs of the nodes.
NOTHING, TURN, FIRST_CELL = 0, 1, 2

Read = Callable[[list[object]], Iterable[object]]


@dataclass(frozen=True, slots=True)
class Step:
    """A node to run.

    Attributes:
        rule: of the node.
        read: picks the rule's inputs from the values.
        write: the positions of its outputs in the values.
        cell: the position of its cell in the values, 0 if it has none.
        sources: for each input port the port connected to it, as "node.port".
        outputs: the output ports.
    """

    node_id: str
    node: Node
    rule: Rule
    read: Read
    write: slice
    cell: int
    sources: Mapping[str, str]
    outputs: tuple[str, ...]


class Program:
    """The result of `compile_graph`.

    Attributes:
        steps: in the order in which they run.
        stateful: (id, node) for each cell.
        result: for each port of the output the index of its value.
        result_sources: for each port of the output the port connected to it, as "node.port".
    """

    def __init__(
        self,
        steps: list[Step],
        outputs: int,
        result: dict[str, int],
        result_sources: dict[str, str],
    ):
        self.steps = tuple(steps)
        self.stateful = tuple(
            (s.node_id, s.node) for s in steps if isinstance(s.node, StatefulNode)
        )
        self.result = result
        self.result_sources = result_sources
        self._blank: list[object] = [None] * outputs
        self._flat = tuple((s.rule, s.read, s.write, s.cell) for s in steps)

    def initial_cells(self) -> list[object]:
        """The cells of a new session."""
        return [node.initial() for _, node in self.stateful]

    def run(self, context: Context, cells: list[object]) -> list[object]:
        """Runs the graph on an interaction, updates the cells, and returns all values."""
        values = [None, context, *cells, *self._blank]
        for rule, read, write, cell in self._flat:
            if cell:
                values[cell], values[write] = rule(*read(values))
            else:
                values[write] = rule(*read(values))
        cells[:] = values[FIRST_CELL : FIRST_CELL + len(cells)]
        return values

    def described(self) -> list[object]:
        """The program as data, equal for equal programs."""
        steps = [(s.node_id, s.node.type_name, s.node, dict(s.sources)) for s in self.steps]
        return [steps, self.result_sources]

    def values_at(self, context: Context, cells: list[object], look: VideoParams) -> list[object]:
        """All values of a run that has led to `look`; the cells do not change.

        The memory of the NPC determines the other values: nothing happens to it.
        """
        values = [None, context, *cells, *self._blank]
        # The expression last: if one value feeds several ports, the expression decides.
        said = {
            self.result[port]: getattr(look, port)
            for port in ("intensity", "animation", "emotion", "expression")
            if port in self.result
        }
        for step in self.steps:
            if isinstance(step.node, StatefulNode):
                cell = values[step.cell]
                shown = step.node.shown(cell, look)
                values[step.write] = step.rule(context, cell)[1] if shown is None else shown
            else:
                values[step.write] = step.rule(*step.read(values))
            for slot in range(*step.write.indices(len(values))):
                values[slot] = said.get(slot, values[slot])
        return values

    def possibilities(self) -> dict[str, list[Possibility]]:
        """The words that may arrive at each port of the output."""
        words: dict[str, list[Possibility]] = {}
        for step in self.steps:
            upstream = Upstream(
                step.node_id,
                step.sources,
                {port: words[source] for port, source in step.sources.items()},
            )
            for port in step.outputs:
                words[f"{step.node_id}.{port}"] = step.node.possible(port, upstream)
        return {port: words[source] for port, source in self.result_sources.items()}
