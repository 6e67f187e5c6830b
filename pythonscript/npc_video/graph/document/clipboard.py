"""Parts of graphs as JSON text, which is copied from one graph and pasted into any other."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from ...errors import GraphError, InvalidDataError
from ..loading import MAX_BYTES
from .document import GraphDocument, Point, Wire
from .operations import InsertFragment
from .spans import Object, parse, plain

__all__ = ["copy", "paste"]

_MARK, _VERSION = "npcGraphFragment", 1
_ENDS = ("from", "fromPort", "to", "toPort")


def copy(document: GraphDocument, nodes: Collection[str]) -> str:
    """The text of some nodes, the wires between them, and the frames with no other nodes.

    Args:
        nodes: their keys; what is no object is left out.
    """
    chosen = {
        key: {**plain(node.value), "id": key}
        for key, node in document.nodes.items()
        if key in nodes and isinstance(node.value, Object)
    }
    wires = (wire for wire in document.wires.values() if {wire.source, wire.target} <= set(chosen))
    frames = (f for f in document.frames.values() if f.nodes and set(f.nodes) <= set(chosen))
    fragment = {
        _MARK: _VERSION,
        "nodes": list(chosen.values()),
        "connections": [{**plain(wire.value), **_ends(wire)} for wire in wires],
        "frames": [
            {**frame.fields, "id": frame.key, "nodes": list(frame.nodes)} for frame in frames
        ],
    }
    return json.dumps(fragment, indent=2)


def paste(document: GraphDocument, text: str, offset: Point = (0.0, 0.0)) -> InsertFragment:
    """The edit that inserts the text of `copy`, with ids that are free in this document.

    Args:
        offset: added to the positions of the nodes.

    Raises:
        InvalidDataError: the text is something else.
    """
    fragment = _read(text)
    names: dict[str, str] = {}
    for node in fragment["nodes"]:
        names[node["id"]] = document.fresh_node_id(node["id"], names.values())
    wire_ids: list[str] = []
    for _ in fragment["connections"]:
        wire_ids.append(document.fresh_wire_id(wire_ids))
    frame_ids: list[str] = []
    for _ in fragment["frames"]:
        frame_ids.append(document.fresh_frame_id(frame_ids))
    return InsertFragment(
        tuple(_moved({**node, "id": names[node["id"]]}, offset) for node in fragment["nodes"]),
        tuple(
            {**wire, "id": own, "from": names[wire["from"]], "to": names[wire["to"]]}
            for wire, own in zip(fragment["connections"], wire_ids, strict=True)
        ),
        tuple(
            {**frame, "id": own, "nodes": [names[node] for node in frame["nodes"]]}
            for frame, own in zip(fragment["frames"], frame_ids, strict=True)
        ),
    )


def _ends(wire: Wire) -> dict[str, str]:
    ends = (wire.source, wire.source_port, wire.target, wire.target_port)
    return dict(zip(_ENDS, ends, strict=True))


def _moved(node: Mapping[str, Any], offset: Point) -> Mapping[str, Any]:
    place = node.get("position")
    if not isinstance(place, dict) or not all(_is_number(place.get(axis)) for axis in "xy"):
        return node
    return {
        **node,
        "position": {**place, "x": place["x"] + offset[0], "y": place["y"] + offset[1]},
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e9 < value < 1e9


def _read(text: str) -> dict[str, list[dict[str, Any]]]:
    """The records of a fragment, of which all that is needed is there."""
    if len(text) > MAX_BYTES:
        raise InvalidDataError("The clipboard holds too much for a response graph.")
    try:
        data = plain(parse(text))
    except GraphError:
        data = None
    if not isinstance(data, dict) or _MARK not in data:
        raise InvalidDataError("The clipboard holds no nodes; copy nodes of a response graph.")
    if data[_MARK] != _VERSION:
        message = "The nodes were copied in another version of the addon; copy them in this one."
        raise InvalidDataError(message)
    fragment = {name: _records(data.get(name)) for name in ("nodes", "connections", "frames")}
    nodes = {node.get("id") for node in fragment["nodes"] if isinstance(node.get("id"), str)}
    is_whole = (
        len(nodes - {""}) == len(fragment["nodes"])
        and all(isinstance(w.get(end), str) for w in fragment["connections"] for end in _ENDS)
        and all({w["from"], w["to"]} <= nodes for w in fragment["connections"])
        and all(_is_within(frame.get("nodes"), nodes) for frame in fragment["frames"])
    )
    if not is_whole:
        raise InvalidDataError("The nodes of the clipboard are damaged; copy them again.")
    return fragment


def _records(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise InvalidDataError("The nodes of the clipboard are damaged; copy them again.")
    return value


def _is_within(value: object, nodes: Collection[object]) -> bool:
    return isinstance(value, list) and all(isinstance(e, str) and e in nodes for e in value)
