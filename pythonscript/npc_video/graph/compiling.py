"""Compiles nodes and connections to a program, or to a list of all problems.

Only nodes that the output needs are run; problems are reported for all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from operator import itemgetter

from ..errors import Problem
from .nodes.base import ANY_PORT, Node, NodePorts, StatefulNode, first_name
from .nodes.state import Machine
from .nodes.video import Output
from .program import FIRST_CELL, NOTHING, TURN, Program, Read, Step

__all__ = ["Connection", "canonical_port", "compile_graph", "upstream"]

_MAX_CYCLES = 20  # to be reported

Port = tuple[str, str]
"""The id of a node and the name of one of its ports."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection from an output port to an input port."""

    source: Port
    target: Port


def compile_graph(
    nodes: Mapping[str, Node | None], connections: Iterable[Connection]
) -> tuple[Program | None, list[Problem]]:
    """The program, or None and the problems.

    A node that is None has problems of its own, which are already reported.
    """
    problems: list[Problem] = []
    wires = _Wires(nodes, problems)
    for connection in connections:
        wires.add(connection)
    output = _output(nodes, problems)
    needed = nodes.keys() if output is None else wires.upstream([output])
    for node_id, node in nodes.items():
        if node is not None:
            # A node that nothing needs may still lack its connections.
            named = wires.into[node_id] if node_id in needed else map(first_name, node.inputs)
            problems += (Problem(node_id, *found) for found in node.problems(frozenset(named)))
    _report_cycles(wires, problems)
    if problems or output is None or None in nodes.values():
        return None, problems
    wires.lead_results_to_templates(output)
    return _program(wires, output), []


class _Wires:
    """The sources of every input port."""

    def __init__(self, nodes: Mapping[str, Node | None], problems: list[Problem]):
        self.nodes = nodes
        self.into: dict[str, dict[str, Port]] = {node_id: {} for node_id in nodes}
        self._problems = problems

    def add(self, connection: Connection) -> None:
        (source_id, source_port), (target_id, target_port) = connection.source, connection.target
        missing = [node_id for node_id in (source_id, target_id) if node_id not in self.nodes]
        for node_id in dict.fromkeys(missing):
            other = target_id if node_id == source_id else source_id
            self._report(
                other, "connections", f"a connection leads to {node_id!r}, which does not exist"
            )
        if missing:
            return
        source, target = self.nodes[source_id], self.nodes[target_id]
        if source is not None and not {source_port, ANY_PORT} & set(source.outputs):
            known = _listed(source.outputs)
            self._report(
                source_id, source_port, f"is not an output port; {source.type_name} has {known}"
            )
            return
        port = target_port if target is None else canonical_port(target, target_port)
        if port is None:
            assert target is not None
            known = _listed(name for names in target.inputs for name in names.split("|"))
            self._report(
                target_id, target_port, f"is not an input port; {target.type_name} has {known}"
            )
        elif port in self.into[target_id]:
            self._report(target_id, target_port, "has two connections; leave one")
        else:
            self.into[target_id][port] = connection.source

    def sources(self, node_id: str) -> Iterable[str]:
        return dict.fromkeys(source_id for source_id, _ in self.into[node_id].values())

    def upstream(self, wanted: Iterable[str]) -> set[str]:
        return upstream(wanted, self.sources)

    def lead_results_to_templates(self, output: str) -> None:
        """Connects the result to templates that name its parts, unless it depends on them."""
        needed = self.upstream([output])
        results = {port: self.into[output][port] for port in self.into[output]}
        for node_id in self.nodes:
            if node_id in needed and isinstance(self.nodes[node_id], Machine):
                results.setdefault("state", (node_id, "state"))
                break
        templates = {n: node for n in needed if (node := self.nodes[n]) and node.result_words()}
        read = {word for node in templates.values() for word in node.result_words()}
        before = self.upstream(results[word][0] for word in read & results.keys())
        for node_id in sorted(templates.keys() - before):
            for word in templates[node_id].result_words():
                if word in results:
                    self.into[node_id].setdefault(word, results[word])

    def _report(self, node_id: str, field: str, message: str) -> None:
        self._problems.append(Problem(node_id, field, message))


def upstream(wanted: Iterable[str], sources: Callable[[str], Iterable[str]]) -> set[str]:
    """These nodes and all that they need.

    Args:
        sources: gives the nodes that are connected to the inputs of a node.
    """
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting += sources(node_id)
    return found


def canonical_port(node: Node | type[Node], name: str) -> str | None:
    """The first name of an input port; None if the node has no such port."""
    for names in node.inputs:
        if names == ANY_PORT:
            return name
        if name in names.split("|"):
            return first_name(names)
    return None


def _listed(ports: Iterable[str]) -> str:
    return ", ".join(ports) or "none"


def _output(nodes: Mapping[str, Node | None], problems: list[Problem]) -> str | None:
    outputs = [node_id for node_id, node in nodes.items() if isinstance(node, Output)]
    if not outputs:
        problems.append(Problem("", "nodes", "there is no video.output; add one"))
    for node_id in outputs[1:]:
        problems.append(
            Problem(node_id, "type", f"is a second video.output beside {outputs[0]!r}; leave one")
        )
    return outputs[0] if len(outputs) == 1 else None


def _report_cycles(wires: _Wires, problems: list[Problem]) -> None:
    left = {node_id: set(wires.sources(node_id)) for node_id in wires.nodes}
    for _ in range(_MAX_CYCLES):
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            cycle = error.args[1]
            message = f"is part of a cycle, {' → '.join(cycle)}; remove one connection"
            problems.append(Problem(cycle[0], "connections", message))
            for node_id in cycle:
                left.pop(node_id, None)
        else:
            return


def _program(wires: _Wires, output: str) -> Program:
    needed = wires.upstream([output])
    order = TopologicalSorter(
        {node_id: wires.sources(node_id) for node_id in wires.nodes if node_id in needed}
    )
    ran = [node_id for node_id in order.static_order() if node_id != output]
    outputs = _outputs(wires, ran, output)
    stateful = [node_id for node_id in ran if isinstance(wires.nodes[node_id], StatefulNode)]
    cells = {node_id: FIRST_CELL + index for index, node_id in enumerate(stateful)}
    ports = ((node_id, port) for node_id in ran for port in outputs[node_id])
    slots = {port: FIRST_CELL + len(cells) + index for index, port in enumerate(ports)}
    fed = wires.into[output]
    return Program(
        [_step(wires, node_id, outputs[node_id], slots, cells.get(node_id, 0)) for node_id in ran],
        len(slots),
        {port: slots[source] for port, source in fed.items()},
        {port: ".".join(source) for port, source in fed.items()},
    )


def _step(
    wires: _Wires, node_id: str, outputs: tuple[str, ...], slots: Mapping[Port, int], cell: int
) -> Step:
    node, fed = wires.nodes[node_id], wires.into[node_id]
    assert node is not None
    ports = NodePorts(node_id, _inputs(node, fed), outputs)
    first = slots[node_id, outputs[0]]
    inputs = [slots[fed[port]] if port in fed else NOTHING for port in ports.inputs]
    return Step(
        node_id,
        node,
        node.rule(ports),
        _read([TURN, cell, *inputs] if cell else [TURN, *inputs]),
        slice(first, first + len(outputs)),
        cell,
        {port: ".".join(fed[port]) for port in ports.inputs if port in fed},
        outputs,
    )


def _outputs(wires: _Wires, ran: list[str], output: str) -> dict[str, tuple[str, ...]]:
    """The output ports of each node; for nodes with any port, the connected ones."""
    used: dict[str, dict[str, None]] = {node_id: {} for node_id in ran}
    for node_id in (*ran, output):
        for source_id, port in wires.into[node_id].values():
            used[source_id][port] = None
    ports: dict[str, tuple[str, ...]] = {}
    for node_id in ran:
        node = wires.nodes[node_id]
        assert node is not None
        ports[node_id] = tuple(used[node_id]) if ANY_PORT in node.outputs else node.outputs
    return ports


def _inputs(node: Node, fed: Mapping[str, Port]) -> tuple[str, ...]:
    if ANY_PORT in node.inputs:
        return tuple(fed)
    return tuple(map(first_name, node.inputs))


def _read(indexes: list[int]) -> Read:
    """A function that picks these values from the list; `itemgetter`, because it runs in C."""
    if len(indexes) == 1:  # `itemgetter` would return the value itself, not a tuple of one
        return itemgetter(slice(indexes[0], indexes[0] + 1))
    return itemgetter(*indexes)
