"""Edits of nodes, wires and frames; those of a node's settings are in `field_operations`.

An edit is a record. It makes a new document and changes only the lines that it is about.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import InvalidDataError
from .document import GraphDocument, Point, Wire
from .places import (
    frame_at,
    node_at,
    node_record,
    origin_of,
    places_in_frames,
    require_free,
    require_named,
    wire_at,
    wires_into,
)
from .spans import Array, Object, Value, is_null
from .splicing import Draft

__all__ = [
    "AddFrame",
    "AddNode",
    "Batch",
    "Connect",
    "Disconnect",
    "InsertFragment",
    "InsertOnWire",
    "MoveNodes",
    "Operation",
    "RemoveAndHeal",
    "RemoveFrame",
    "RemoveNodes",
    "RenameNode",
    "Replace",
    "SetFrameField",
    "SetLabel",
]


class Operation:
    """An edit of a document."""

    __slots__ = ()

    def apply(self, document: GraphDocument) -> GraphDocument:
        """The edited document; the same object if the edit changes nothing.

        Raises:
            InvalidDataError: the edit does not fit the document, as it names a node, wire or
                place that is not there, or a value that JSON does not have.
        """
        draft = Draft(document)
        self.change(draft)
        return draft.finish()

    def inverse(self, document: GraphDocument) -> "Replace":
        """The edit that leads from the edited document back to this one, byte for byte."""
        return Replace.between(self.apply(document).text, document.text)

    def change(self, draft: Draft) -> None:
        """Writes the edit into a draft of the document."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Replace(Operation):
    """Replaces one part of the text, such as the difference between two texts.

    Attributes:
        start: the first character of the part.
        old: the part as it must be.
        new: the part as it becomes.
    """

    start: int
    old: str
    new: str

    @classmethod
    def between(cls, before: str, after: str) -> "Replace":
        """The shortest part that leads from one text to the other."""
        start = _common(before, after, min(len(before), len(after)))
        left = min(len(before), len(after)) - start
        same = _common(before[::-1], after[::-1], left)
        return cls(start, before[start : len(before) - same], after[start : len(after) - same])

    def apply(self, document: GraphDocument) -> GraphDocument:
        """The edited document.

        Raises:
            InvalidDataError: the text is another one at this place.
            GraphError: the new text is no JSON object.
        """
        if self.old == self.new:
            return document
        text, end = document.text, self.start + len(self.old)
        if text[self.start : end] != self.old:
            raise InvalidDataError("The graph has changed at the place of this edit.")
        return GraphDocument.read(text[: self.start] + self.new + text[end:])


def _common(one: str, other: str, most: int) -> int:
    """The length of the same beginning of two texts, up to `most`."""
    low = 0
    while low < most:
        middle = (low + most + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            most = middle - 1
    return low


@dataclass(frozen=True, slots=True)
class Batch(Operation):
    """Several edits, one after the other, as one."""

    operations: tuple[Operation, ...]

    def apply(self, document: GraphDocument) -> GraphDocument:
        """The document after the last edit; raises as they do."""
        for operation in self.operations:
            document = operation.apply(document)
        return document


# ---- Nodes ----


@dataclass(frozen=True, slots=True)
class AddNode(Operation):
    """Adds a node at the end of the list; see `GraphDocument.fresh_node_id`."""

    id: str
    type: str
    position: Point | None = None
    label: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def change(self, draft: Draft) -> None:
        require_free(draft.document, self.id)
        record: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.label:
            record["label"] = self.label
        if self.position is not None:
            record["position"] = _written(self.position)
        _extend(draft, {"nodes": [{**record, "data": self.data}]})


@dataclass(frozen=True, slots=True)
class RemoveNodes(Operation):
    """Removes nodes with their wires, also from their frames."""

    nodes: tuple[str, ...]

    def change(self, draft: Draft) -> None:
        document, gone = draft.document, set(self.nodes)
        _remove_nodes(draft, gone)
        wires = document.wires.values()
        _remove_wires(draft, {wire.key for wire in wires if gone & {wire.source, wire.target}})


@dataclass(frozen=True, slots=True)
class RemoveAndHeal(Operation):
    """Removes nodes and leads what fed them to the nodes that they fed.

    Of several inputs the first port that is connected counts.
    """

    nodes: tuple[str, ...]

    def change(self, draft: Draft) -> None:
        document, gone = draft.document, set(self.nodes)
        _remove_nodes(draft, gone)
        lost = set()
        for wire in document.wires.values():
            if wire.target in gone:
                lost.add(wire.key)
            elif wire.source in gone:
                origin = origin_of(document, wire, gone)
                if origin is None:
                    lost.add(wire.key)
                else:
                    _lead_from(draft, wire, origin.source, origin.source_port)
        _remove_wires(draft, lost)


@dataclass(frozen=True, slots=True)
class RenameNode(Operation):
    """Changes the id of a node; its wires and frames follow."""

    node: str
    id: str

    def change(self, draft: Draft) -> None:
        document = draft.document
        record = node_record(document, self.node)
        if self.id == document.nodes[self.node].id:
            return
        require_free(document, self.id)
        draft.set_member(record, "id", self.id, before="type")
        for wire in document.wires.values():
            for end, name in ((wire.source, "from"), (wire.target, "to")):
                if end == self.node and isinstance(wire.value, Object):
                    draft.set_member(wire.value, name, self.id)
        for _, listed, index in places_in_frames(document, {self.node}):
            draft.set(listed.items[index], self.id)


@dataclass(frozen=True, slots=True)
class SetLabel(Operation):
    """Changes the label of a node; an empty one is removed."""

    node: str
    label: str

    def change(self, draft: Draft) -> None:
        record = node_record(draft.document, self.node)
        if self.label:
            draft.set_member(record, "label", self.label, before="position")
        else:
            draft.remove_member(record, "label")


@dataclass(frozen=True, slots=True)
class MoveNodes(Operation):
    """Moves nodes to positions."""

    positions: Mapping[str, Point]

    def change(self, draft: Draft) -> None:
        for node, position in self.positions.items():
            record = node_record(draft.document, node)
            place = record.get("position")
            if isinstance(place, Object):
                for axis, number in _written(position).items():
                    draft.set_member(place, axis, number)
            else:
                draft.set_member(record, "position", _written(position), before="data")


# ---- Wires ----


@dataclass(frozen=True, slots=True)
class Connect(Operation):
    """Leads an output port to an input port, in place of the wire that led there."""

    source: str
    source_port: str
    target: str
    target_port: str

    def change(self, draft: Draft) -> None:
        document = draft.document
        require_named(document, self.source, self.target)
        replaced = wires_into(document, self.target, self.target_port)
        if replaced:
            _lead_from(draft, replaced[0], self.source, self.source_port)
            _remove_wires(draft, {wire.key for wire in replaced[1:]})
        else:
            ends = (self.source, self.source_port, self.target, self.target_port)
            _extend(draft, {"connections": [_connection(document.fresh_wire_id(), *ends)]})


@dataclass(frozen=True, slots=True)
class Disconnect(Operation):
    """Removes wires."""

    wires: tuple[str, ...]

    def change(self, draft: Draft) -> None:
        for wire in self.wires:
            wire_at(draft.document, wire)
        _remove_wires(draft, set(self.wires))


@dataclass(frozen=True, slots=True)
class InsertOnWire(Operation):
    """Leads a wire into a node and from there on to where it led.

    Attributes:
        wire: its key; it then ends at the node, in place of the wire that led to `input_port`.
    """

    wire: str
    node: str
    input_port: str
    output_port: str

    def change(self, draft: Draft) -> None:
        document = draft.document
        wire = wire_at(document, self.wire)
        require_named(document, self.node)
        if not wire.source or not wire.target:
            raise InvalidDataError(f"wire: {self.wire!r} has no node at one end; remove it.")
        if self.node in (wire.source, wire.target):
            raise InvalidDataError(f"wire: {self.wire!r} already leads to {self.node!r}.")
        replaced = {one.key for one in wires_into(document, self.node, self.input_port)}
        _remove_wires(draft, replaced)
        _set_members(draft, wire.value, {"to": self.node, "toPort": self.input_port})
        ends = (self.node, self.output_port, wire.target, wire.target_port)
        _extend(draft, {"connections": [_connection(document.fresh_wire_id(), *ends)]})


# ---- Frames and fragments ----


@dataclass(frozen=True, slots=True)
class AddFrame(Operation):
    """Adds a frame around nodes; see `GraphDocument.fresh_frame_id`."""

    id: str
    title: str
    nodes: tuple[str, ...] = ()

    def change(self, draft: Draft) -> None:
        if self.id in draft.document.frames:
            raise InvalidDataError(f"id: there is a frame {self.id!r} already.")
        record = {"id": self.id, "title": self.title, "nodes": list(self.nodes)}
        _extend(draft, {"frames": [record]})


@dataclass(frozen=True, slots=True)
class SetFrameField(Operation):
    """Sets a field of a frame, such as `title` or `nodes`; None removes it."""

    frame: str
    name: str
    value: Any

    def change(self, draft: Draft) -> None:
        record = frame_at(draft.document, self.frame).value
        if not isinstance(record, Object):
            raise InvalidDataError(f"frame: {self.frame!r} is no object.")
        if self.value is None:
            draft.remove_member(record, self.name)
        else:
            draft.set_member(record, self.name, self.value)


@dataclass(frozen=True, slots=True)
class RemoveFrame(Operation):
    """Removes a frame; its nodes stay."""

    frame: str

    def change(self, draft: Draft) -> None:
        value = frame_at(draft.document, self.frame).value
        frames = draft.document.at("responseGraph", "frames")
        if isinstance(frames, Object):
            draft.remove_member(frames, next(m.name for m in frames.members if m.value is value))
        _remove_items(draft, "frames", [value])


@dataclass(frozen=True, slots=True)
class InsertFragment(Operation):
    """Adds nodes, wires and frames as they are to be written, with ids that are free."""

    nodes: tuple[Mapping[str, Any], ...]
    wires: tuple[Mapping[str, Any], ...] = ()
    frames: tuple[Mapping[str, Any], ...] = ()

    def change(self, draft: Draft) -> None:
        for node in self.nodes:
            require_free(draft.document, node["id"])
        lists = {"nodes": self.nodes, "connections": self.wires, "frames": self.frames}
        _extend(draft, {name: list(records) for name, records in lists.items() if records})


# ---- Changing parts ----


def _remove_nodes(draft: Draft, gone: Collection[str]) -> None:
    document = draft.document
    values = [node_at(document, key).value for key in gone]
    _remove_items(draft, "nodes", values)
    for _, listed, index in places_in_frames(document, gone):
        draft.remove(listed, index)


def _remove_wires(draft: Draft, gone: Collection[str]) -> None:
    _remove_items(draft, "connections", [draft.document.wires[key].value for key in gone])


def _remove_items(draft: Draft, name: str, values: Collection[Value]) -> None:
    starts = {value.start for value in values}
    listed = draft.document.at("responseGraph", name)
    if isinstance(listed, Array) and starts:
        for index, item in enumerate(listed.items):
            if item.start in starts:
                draft.remove(listed, index)


def _lead_from(draft: Draft, wire: Wire, source: str, port: str) -> None:
    _set_members(draft, wire.value, {"from": source, "fromPort": port})


def _set_members(draft: Draft, value: Value, members: Mapping[str, Any]) -> None:
    assert isinstance(value, Object)  # it has ends
    for name, data in members.items():
        draft.set_member(value, name, data)


def _extend(draft: Draft, records: Mapping[str, list[Any]]) -> None:
    """Adds records to lists of the graph; lists that are missing are added."""
    root = draft.document.root
    graph = root.get("responseGraph")
    if graph is None or is_null(graph):
        draft.set_member(root, "responseGraph", {"nodes": [], "connections": [], **records})
        return
    if not isinstance(graph, Object):
        raise InvalidDataError("responseGraph: is no object; correct the file as text.")
    for name, new in records.items():
        listed = graph.get(name)
        if listed is None or is_null(listed):
            draft.set_member(graph, name, new)
        elif isinstance(listed, Array):
            for each in new:
                draft.insert(listed, len(listed.items), each)
        elif isinstance(listed, Object) and name == "frames":
            for each in new:
                rest = {key: value for key, value in each.items() if key != "id"}
                draft.set_member(listed, each["id"], rest)
        else:
            raise InvalidDataError(f"responseGraph.{name}: is no list; correct the file as text.")


def _connection(
    wire_id: str, source: str, source_port: str, target: str, target_port: str
) -> dict[str, str]:
    return {
        "id": wire_id,
        "from": source,
        "fromPort": source_port,
        "to": target,
        "toPort": target_port,
    }


def _written(position: Point) -> dict[str, float]:
    return {"x": position[0], "y": position[1]}
