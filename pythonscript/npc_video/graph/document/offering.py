"""Choices of node types for an editor, and the settings of a new node."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct

from ..compiling import upstream
from ..nodes.base import ANY_PORT
from .describing import NODE_DESCRIPTIONS, Field, NodeDescription, Port, PortKind
from .document import GraphDocument, Point, fresh
from .operations import AddNode
from .ports import ShownPort, shown_ports

__all__ = [
    "Fitting",
    "NewWire",
    "fitting_inputs",
    "fitting_outputs",
    "fitting_sources",
    "fitting_wires",
    "free_port",
    "matching",
    "new_node",
    "takes_more",
    "through",
]

# What a required setting begins with, if the first value of its kind would be a mistake.
_BEGINNINGS: Mapping[str, Any] = {
    "states": [{"id": "calm"}],
    "sequences": [{"pattern": ["tap", "tap"], "bonus": 0.5, "label": "double tap"}],
    "timeMs": 1000,
    "ms": 500,
    "threshold": 0.5,
}
_ANY: tuple[PortKind, ...] = ("any",)
# The name of a port where every name is right.
_NEW_PORT = "value"


class Fitting(Struct, frozen=True):
    """A node type with a port for a wire that has one end."""

    type: str
    port: str


class NewWire(Struct, frozen=True):
    """A wire that could be made."""

    source: str
    source_port: str
    target: str
    target_port: str


def new_node(document: GraphDocument, type_name: str, position: Point) -> AddNode:
    """The edit that adds a node of a known type, with a free id and its required settings."""
    described = NODE_DESCRIPTIONS[type_name]
    wanted = type_name.rpartition(".")[2]
    data = {field.name: _beginning(field) for field in described.fields if field.is_required}
    return AddNode(document.fresh_node_id(wanted), type_name, position, data=data)


def matching(words: str) -> list[NodeDescription]:
    """The types that have all of these words in their name or help, the closest first.

    Types whose own name begins so come first, then those with the words in their name.
    """
    wanted = words.casefold().split()
    ranked = [(_rank(described, wanted), described) for described in NODE_DESCRIPTIONS.values()]
    found = [(rank, described) for rank, described in ranked if rank is not None]
    return [described for _, described in sorted(found, key=lambda each: each[0])]


def fitting_inputs(type_name: str, output: str) -> list[Fitting]:
    """The types that an output of a type may lead to, each with its first input for it."""
    described = NODE_DESCRIPTIONS.get(type_name)
    ports = () if described is None else (*described.outputs, described.any_output)
    kinds = _kinds(ports, output)
    return [
        Fitting(each.type, port)
        for each in NODE_DESCRIPTIONS.values()
        for port in _first_fitting(each.inputs, each.any_input, kinds)
    ]


def fitting_outputs(type_name: str, input_name: str) -> list[Fitting]:
    """The types that may lead to an input of a type, each with its first output for it."""
    described = NODE_DESCRIPTIONS.get(type_name)
    ports = () if described is None else (*described.inputs, described.any_input)
    kinds = _kinds(ports, input_name)
    return [
        Fitting(each.type, port)
        for each in NODE_DESCRIPTIONS.values()
        for port in _first_fitting(each.outputs, each.any_output, kinds)
    ]


def fitting_wires(document: GraphDocument, source: str) -> list[NewWire]:
    """The wires from a node to inputs of others that fit; inputs without a wire come first."""
    shown = shown_ports(document)
    described = NODE_DESCRIPTIONS.get(document.nodes[source].type)
    outputs = _with_further(shown[source].outputs, described.any_output if described else None)
    found = []
    for target, ports in shown.items():
        described = NODE_DESCRIPTIONS.get(document.nodes[target].type)
        if target != source:
            inputs = _with_further(ports.inputs, described.any_input if described else None)
            found += [
                (bool(port.wires), NewWire(source, output.name, target, port.name))
                for output in outputs
                for port in inputs
                if _fits(_kinds_of(output), _kinds_of(port))
            ]
    return [wire for _, wire in sorted(found, key=lambda each: each[0])]


def fitting_sources(document: GraphDocument, target: str, port: str) -> list[NewWire]:
    """The wires from other nodes to an input, without those that would close a circle.

    Those come first whose node or port is called as the input.
    """
    fed: dict[str, list[str]] = {key: [] for key in document.nodes}
    for wire in document.wires.values():
        if wire.source in fed and wire.target in fed:
            fed[wire.source].append(wire.target)
    behind = upstream([target], fed.__getitem__)
    wanted = port.casefold()
    found = []
    for source, ports in shown_ports(document).items():
        node = document.nodes[source]
        names = {source.casefold(), node.label.casefold()}
        found += [
            (
                wanted not in {*names, output.name.casefold()},
                NewWire(source, output.name, target, port),
            )
            for output in ports.outputs
            if source not in behind
        ]
    return [wire for _, wire in sorted(found, key=lambda each: each[0])]


def through(type_name: str) -> tuple[str, str] | None:
    """The first input and the first output of a type; None for one that lacks either."""
    described = NODE_DESCRIPTIONS.get(type_name)
    if described is None:
        return None
    inputs = _first_fitting(described.inputs, described.any_input, _ANY)
    outputs = _first_fitting(described.outputs, described.any_output, _ANY)
    return (inputs[0], outputs[0]) if inputs and outputs else None


def takes_more(type_name: str) -> bool:
    """Whether wires may lead to nodes of a type by any name."""
    described = NODE_DESCRIPTIONS.get(type_name)
    return described is not None and described.any_input is not None


def free_port(taken: Collection[str]) -> str:
    """A name for a further port of a node that takes wires at any name: "value", "value2"."""
    return fresh(_NEW_PORT, taken)


def _beginning(field: Field) -> Any:
    if field.name in _BEGINNINGS:
        return _BEGINNINGS[field.name]
    if field.options:
        return field.options[0]
    return {"table": {}, "rows": [], "words": [], "values": []}.get(field.kind, 0)


def _rank(described: NodeDescription, wanted: Iterable[str]) -> int | None:
    """The distance of a type from the words, 0 the closest; None if one of them is nowhere."""
    own, name = described.type.rpartition(".")[2].casefold(), described.type.casefold()
    help_words = described.help.casefold()
    rank = 0
    for word in wanted:
        if own.startswith(word):
            continue
        if word in name:
            rank += 1
        elif word in help_words:
            rank += 2
        else:
            return None
    return rank


def _first_fitting(
    ports: Iterable[Port], otherwise: Port | None, kinds: Collection[PortKind]
) -> list[str]:
    """The first port for one of the kinds, if there is one."""
    named = [port.names[0] for port in ports if _fits(port.kinds, kinds)]
    if otherwise is not None and _fits(otherwise.kinds, kinds):
        named.append(_NEW_PORT)
    return named[:1]


def _kinds(ports: Iterable[Port | None], name: str) -> Collection[PortKind]:
    """The kinds of the port with a name; none if it is not described."""
    for port in ports:
        if port is not None and (name in port.names or ANY_PORT in port.names):
            return port.kinds
    return ()


def _with_further(ports: tuple[ShownPort, ...], further: Port | None) -> tuple[ShownPort, ...]:
    """The ports, and a further one for a node that takes wires at any name."""
    if further is None:
        return ports
    return (*ports, ShownPort(free_port([port.name for port in ports]), further))


def _kinds_of(port: ShownPort) -> Collection[PortKind]:
    return port.about.kinds if port.about else ()


def _fits(some: Collection[PortKind], others: Collection[PortKind]) -> bool:
    """Whether values of the one may be meant for the other; nothing is known without kinds."""
    one, other = set(some or _ANY), set(others or _ANY)
    return "any" in one | other or bool(one & other)
