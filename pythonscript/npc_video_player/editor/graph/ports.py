"""The ports of the nodes of a document, in the order in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from npc_video.graph.document.describing import NODE_DESCRIPTIONS
from npc_video.graph.document.document import GraphDocument
from npc_video.graph.document.ports import shown_ports

__all__ = ["Ports", "ports_of"]


@dataclass(frozen=True, slots=True)
class Ports:
    """The names of a node's ports, from above.

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
    found = {}
    for key, shown in shown_ports(document).items():
        type_name = document.nodes[key].type
        described = NODE_DESCRIPTIONS.get(type_name)
        found[key] = Ports(
            type_name,
            tuple(port.name for port in shown.inputs),
            tuple(port.name for port in shown.outputs),
            described is not None and described.any_input is not None,
        )
    return found


def _first(type_name: str, name: str) -> str:
    described = NODE_DESCRIPTIONS.get(type_name)
    ports = described.inputs if described else ()
    return next((port.names[0] for port in ports if name in port.names), name)
