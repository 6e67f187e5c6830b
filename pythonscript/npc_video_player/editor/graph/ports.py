"""The ports of the nodes of a document, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from npc_video.graph.compiling import canonical_port
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.nodes import NODE_TYPES
from npc_video.graph.nodes.base import ANY_PORT, first_name

__all__ = ["Ports", "ports_of"]


@dataclass(frozen=True, slots=True)
class Ports:
    """The names of a node's ports, from above: those of its type, then others that have wires.

    Attributes:
        grows: whether a wire to a further port may be added.
    """

    type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    grows: bool = False

    def input(self, name: str) -> int:
        """The number of an input port, by any of its names."""
        return self.inputs.index(_first(self.type, name))

    def output(self, name: str) -> int:
        return self.outputs.index(name)


def ports_of(document: GraphDocument) -> dict[str, Ports]:
    """The ports of all nodes, by the keys of the nodes."""
    into: dict[str, dict[str, None]] = {key: {} for key in document.nodes}
    out: dict[str, dict[str, None]] = {key: {} for key in document.nodes}
    for wire in document.wires.values():
        if wire.source in out and wire.target in into:
            out[wire.source][wire.source_port] = None
            target = document.nodes[wire.target].type
            into[wire.target][_first(target, wire.target_port)] = None
    found = {}
    for key, node in document.nodes.items():
        known = NODE_TYPES.get(node.type)
        inputs, outputs = (known.inputs, known.outputs) if known else ((), ())
        found[key] = Ports(
            node.type,
            _listed(inputs, into[key]),
            _listed(outputs, out[key]),
            ANY_PORT in inputs,
        )
    return found


def _listed(known: Iterable[str], wired: Iterable[str]) -> tuple[str, ...]:
    names = (first_name(each) for each in known if each != ANY_PORT)
    return tuple(dict.fromkeys((*names, *wired)))


def _first(type_name: str, port: str) -> str:
    known = NODE_TYPES.get(type_name)
    return port if known is None else canonical_port(known, port) or port
