"""The ports of the nodes in a document, also those that only a wire or a template names."""

from collections.abc import Iterable

from msgspec import Struct

from ..nodes import NODE_TYPES
from ..nodes.video import RESULT_WORDS, Template, placeholders
from .describing import NODE_DESCRIPTIONS, NodeDescription, Port
from .document import DocumentNode, GraphDocument

__all__ = ["NodePorts", "ShownPort", "shown_ports"]


class ShownPort(Struct, frozen=True):
    """A port of a node.

    Attributes:
        name: as in wires that are to be made.
        about: its description; None for a port that the type does not have.
        wires: the keys of its wires.
        is_of_result: whether it gets a part of the graph's result without a wire.
    """

    name: str
    about: Port | None
    wires: tuple[str, ...] = ()
    is_of_result: bool = False


class NodePorts(Struct, frozen=True):
    """The ports of a node, in the order in which they are shown."""

    inputs: tuple[ShownPort, ...]
    outputs: tuple[ShownPort, ...]


def shown_ports(document: GraphDocument) -> dict[str, NodePorts]:
    """The ports of all nodes by the nodes' keys.

    Each wire of a node is at one of its ports, whether or not the type has such a port. A node
    whose description has `any_input` or `any_output` takes wires at further names.
    """
    into: dict[str, list[tuple[str, str]]] = {key: [] for key in document.nodes}
    out_of: dict[str, list[tuple[str, str]]] = {key: [] for key in document.nodes}
    for wire in document.wires.values():
        if wire.target in into:
            into[wire.target].append((wire.target_port, wire.key))
        if wire.source in out_of:
            out_of[wire.source].append((wire.source_port, wire.key))
    return {
        key: NodePorts(_inputs(node, into[key]), _outputs(node, out_of[key]))
        for key, node in document.nodes.items()
    }


def _inputs(node: DocumentNode, wired: list[tuple[str, str]]) -> tuple[ShownPort, ...]:
    description = NODE_DESCRIPTIONS.get(node.type)
    template = _template(node)
    if description is None:
        return _ports((), None, (), wired)
    named = [*template, *_ordered(node, description)]
    ports = _ports(description.inputs, description.any_input, named, wired)
    return tuple(
        ShownPort(port.name, port.about, is_of_result=True)
        if port.name in template and port.name in RESULT_WORDS and not port.wires
        else port
        for port in ports
    )


def _outputs(node: DocumentNode, wired: list[tuple[str, str]]) -> tuple[ShownPort, ...]:
    description = NODE_DESCRIPTIONS.get(node.type)
    if description is None:
        return _ports((), None, (), wired)
    return _ports(description.outputs, description.any_output, (), wired)


def _ports(
    known: Iterable[Port],
    otherwise: Port | None,
    named: Iterable[str],
    wired: Iterable[tuple[str, str]],
) -> tuple[ShownPort, ...]:
    """The known ports, those that the settings name, and those that only wires name."""
    about: dict[str, Port | None] = {port.names[0]: port for port in known}
    first = {name: port.names[0] for port in about.values() if port for name in port.names}
    about |= {name: otherwise for name in named if name not in first}
    wires: dict[str, list[str]] = {name: [] for name in about}
    for name, key in wired:
        port = first.get(name, name)
        about.setdefault(port, otherwise)
        wires.setdefault(port, []).append(key)
    return tuple(ShownPort(name, port, tuple(wires[name])) for name, port in about.items())


def _template(node: DocumentNode) -> list[str]:
    """The names in the braces of a node's template, or of the one that it has by default."""
    kind = NODE_TYPES.get(node.type)
    if kind is None or not issubclass(kind, Template):
        return []
    template = node.fields.get("template")
    return placeholders(template if isinstance(template, str) else kind().template)


def _ordered(node: DocumentNode, description: NodeDescription) -> list[str]:
    """The names of inputs in the setting `order`."""
    if all(field.name != "order" for field in description.fields):
        return []
    order = node.fields.get("order")
    return [name for name in order if isinstance(name, str)] if isinstance(order, list) else []
