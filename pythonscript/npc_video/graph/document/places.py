"""Finds nodes, wires and frames for edits, and refuses those that are not there."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from ...errors import InvalidDataError
from ..compiling import canonical_port
from ..nodes import NODE_TYPES
from .document import DocumentNode, Frame, GraphDocument, Wire
from .spans import Array, Object, Scalar

__all__ = [
    "frame_at",
    "node_at",
    "node_record",
    "origin_of",
    "places_in_frames",
    "require_free",
    "require_named",
    "wire_at",
    "wires_into",
]

_T = TypeVar("_T")


def node_at(document: GraphDocument, key: str) -> DocumentNode:
    """The node with a key.

    Raises:
        InvalidDataError: there is none.
    """
    return _found(document.nodes, key, "node")


def node_record(document: GraphDocument, key: str) -> Object:
    """The place of a node that is an object.

    Raises:
        InvalidDataError: there is no such node, or it is no object.
    """
    value = node_at(document, key).value
    if not isinstance(value, Object):
        raise InvalidDataError(f"node: {key!r} is no object; remove it.")
    return value


def wire_at(document: GraphDocument, key: str) -> Wire:
    """The wire with a key.

    Raises:
        InvalidDataError: there is none.
    """
    return _found(document.wires, key, "wire")


def frame_at(document: GraphDocument, key: str) -> Frame:
    """The frame with a key.

    Raises:
        InvalidDataError: there is none.
    """
    return _found(document.frames, key, "frame")


def _found(known: Mapping[str, _T], key: str, kind: str) -> _T:
    if key not in known:
        raise InvalidDataError(f"{kind}: there is no {kind} {key!r:.80}.")
    return known[key]


def require_free(document: GraphDocument, node_id: str) -> None:
    """Refuses an id that a new node cannot have.

    Raises:
        InvalidDataError: it is empty, or belongs to another node.
    """
    if not node_id or node_id in document.nodes:
        raise InvalidDataError(f"id: {node_id!r:.80} is empty or the id of another node.")


def require_named(document: GraphDocument, *nodes: str) -> None:
    """Refuses nodes that a wire cannot name.

    Raises:
        InvalidDataError: a node is missing, or has the id of an earlier one.
    """
    for key in nodes:
        if node_at(document, key).id not in ("", key):
            message = f"node: {key!r} has the id of an earlier node; rename one of them."
            raise InvalidDataError(message)


def wires_into(document: GraphDocument, node: str, port: str) -> list[Wire]:
    """The wires into a port, by any of its names."""
    kind = NODE_TYPES.get(document.nodes[node].type)

    def named(name: str) -> str:
        return (None if kind is None else canonical_port(kind, name)) or name

    wires = document.wires.values()
    return [w for w in wires if w.target == node and named(w.target_port) == named(port)]


def origin_of(document: GraphDocument, wire: Wire, gone: Collection[str]) -> Wire | None:
    """The wire by which a value came into removed nodes that leaves them by `wire`."""
    seen: set[str] = set()
    while wire.source in gone:
        if wire.source in seen:
            return None
        seen.add(wire.source)
        into = [each for each in document.wires.values() if each.target == wire.source]
        if not into:
            return None
        ports = _input_names(document, wire.source)
        wire = min(into, key=lambda each: ports.get(each.target_port, len(ports)))
    return wire


def _input_names(document: GraphDocument, node: str) -> dict[str, int]:
    """The order of the names of a node's input ports."""
    kind = NODE_TYPES.get(document.nodes[node].type) if node in document.nodes else None
    names = [] if kind is None else [n for names in kind.inputs for n in names.split("|")]
    return {name: index for index, name in enumerate(names)}


def places_in_frames(
    document: GraphDocument, nodes: Collection[str]
) -> list[tuple[Frame, Array, int]]:
    """Each mention of these nodes in a frame: the frame, its list, and the index there."""
    found = []
    for frame in document.frames.values():
        listed = frame.value.get("nodes") if isinstance(frame.value, Object) else None
        if isinstance(listed, Array):
            places = (
                n
                for n, item in enumerate(listed.items)
                if isinstance(item, Scalar) and item.data in nodes
            )
            found += [(frame, listed, n) for n in places]
    return found
