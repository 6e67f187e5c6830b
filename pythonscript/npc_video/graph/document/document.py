"""The nodes, wires and frames in the text of a graph, whether or not the graph can be loaded."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import Struct

from ...errors import GraphError, Problem
from .spans import Array, Object, Value, parse, plain

__all__ = ["DocumentNode", "Frame", "GraphDocument", "Point", "Wire", "follow", "fresh", "word_at"]

_T = TypeVar("_T")
Point = tuple[float, float]
"""x to the right and y downward, in pixels of a canvas that is not scaled."""


class DocumentNode(Struct, frozen=True):
    """A node as it is written; a part that is missing or of the wrong kind is empty.

    Attributes:
        key: names the node within the document: its id, or "nodes[3]" for a node without an id or
            with that of an earlier one. The loader's problems name nodes in the same way.
        position: of its upper left corner; None if it has none.
        fields: its `data`.
        value: its place in the text.
    """

    key: str
    id: str
    type: str
    label: str
    position: Point | None
    fields: Mapping[str, Any]
    value: Value


class Wire(Struct, frozen=True):
    """A connection as it is written; it may lead to nodes and ports that do not exist.

    Attributes:
        key: names the wire within the document: its id, or "connections[3]".
        source: the key of the node that it comes from.
        target: the key of the node that it leads to.
    """

    key: str
    source: str
    source_port: str
    target: str
    target_port: str
    value: Value


class Frame(Struct, frozen=True):
    """A titled frame around nodes; the loader ignores it.

    Attributes:
        key: names the frame within the document: its id, or "frames[3]".
        nodes: the ids of the nodes in it.
        fields: all that is written about it.
    """

    key: str
    title: str
    nodes: tuple[str, ...]
    fields: Mapping[str, Any]
    value: Value


@dataclass(frozen=True, slots=True)
class GraphDocument:
    """The text of a graph and what is found in it; an edit makes a new document.

    Attributes:
        nodes: by their keys, in the order of the text; `wires` and `frames` likewise.
    """

    text: str
    root: Object
    nodes: Mapping[str, DocumentNode]
    wires: Mapping[str, Wire]
    frames: Mapping[str, Frame]

    @classmethod
    def read(cls, text: str) -> "GraphDocument":
        """Reads any text that is a JSON object.

        Raises:
            GraphError: it is not; the problem may have line and column.
        """
        root = parse(text)
        if not isinstance(root, Object):
            raise GraphError([Problem("", "file", "must be an object at the top level")])
        graph = root.get("responseGraph")
        return cls(
            text,
            root,
            _keyed(_items(graph, "nodes"), "nodes", _node),
            _keyed(_items(graph, "connections"), "connections", _wire),
            _keyed(_framed(graph), "frames", _frame),
        )

    def at(self, *path: str | int) -> Value | None:
        """The value at a path of names and indexes from the top; None if there is none."""
        return follow(self.root, path)

    def fresh_node_id(self, wanted: str, taken: Collection[str] = ()) -> str:
        """An id that no node or wire of the document uses and that is not taken: "mood", "mood2".

        A wire to a missing node keeps that node's id, so that it does not lead to a stranger.
        """
        ends = {end for wire in self.wires.values() for end in (wire.source, wire.target)}
        return fresh(wanted, {*self.nodes, *ends, *taken})

    def fresh_wire_id(self, taken: Collection[str] = ()) -> str:
        """An id for a new wire: "c1", "c2"."""
        return _numbered("c", 1, {*self.wires, *taken})

    def fresh_frame_id(self, taken: Collection[str] = ()) -> str:
        """An id for a new frame: "f1", "f2"."""
        return _numbered("f", 1, {*self.frames, *taken})


def follow(value: Value | None, path: Iterable[str | int]) -> Value | None:
    """The value at a path from another one; None if there is none."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Object):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, Array) and 0 <= step < len(value.items):
            value = value.items[step]
        else:
            return None
    return value


def word_at(value: Value | None, name: str) -> str:
    """The text that is a member of an object; "" if there is none."""
    found = follow(value, (name,))
    word = None if found is None else plain(found)
    return word if isinstance(word, str) else ""


def fresh(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or if that is taken, the same with the first free number from 2 on."""
    if wanted and wanted not in taken:
        return wanted
    stem = wanted.rstrip("0123456789") or "node"
    return _numbered(stem, 2, taken)


def _numbered(stem: str, number: int, taken: Collection[str]) -> str:
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


# ---- Reading ----


def _keyed(
    items: list[tuple[str, Value]], name: str, read: Callable[[str, str, Value], _T]
) -> dict[str, _T]:
    """The items by unique keys: the id that is written, or else name and index."""
    written = {own for own, _ in items}
    found: dict[str, _T] = {}
    for index, (own, value) in enumerate(items):
        key = own
        if not own or own in found:
            key = f"{name}[{index}]"
            while key in found or (key in written and own != key):
                key += "'"
        found[key] = read(key, own, value)
    return found


def _items(graph: Value | None, name: str) -> list[tuple[str, Value]]:
    """The items of a list with their ids, "" for none."""
    listed = follow(graph, (name,))
    items = listed.items if isinstance(listed, Array) else ()
    return [(word_at(item, "id"), item) for item in items]


def _framed(graph: Value | None) -> list[tuple[str, Value]]:
    """The frames of a list, or those of an object by their ids."""
    frames = follow(graph, ("frames",))
    if isinstance(frames, Object):
        return [(member.name, member.value) for member in frames.members]
    return _items(graph, "frames")


def _node(key: str, own: str, value: Value) -> DocumentNode:
    return DocumentNode(
        key,
        own,
        word_at(value, "type"),
        word_at(value, "label"),
        _position(value),
        _object(follow(value, ("data",))),
        value,
    )


def _wire(key: str, _: str, value: Value) -> Wire:
    source, source_port = word_at(value, "from"), word_at(value, "fromPort")
    target, target_port = word_at(value, "to"), word_at(value, "toPort")
    return Wire(key, source, source_port, target, target_port, value)


def _frame(key: str, _: str, value: Value) -> Frame:
    listed = follow(value, ("nodes",))
    nodes = plain(listed) if isinstance(listed, Array) else ()
    ids = tuple(each for each in nodes if isinstance(each, str))
    return Frame(key, word_at(value, "title"), ids, _object(value), value)


def _position(value: Value) -> Point | None:
    x, y = (_number(follow(value, ("position", axis))) for axis in "xy")
    return None if x is None or y is None else (x, y)


def _number(value: Value | None) -> float | None:
    number = None if value is None else plain(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return float(number) if -1e9 <= number <= 1e9 else None  # farther is not on any canvas


def _object(value: Value | None) -> dict[str, Any]:
    found: dict[str, Any] = plain(value) if isinstance(value, Object) else {}
    return found
