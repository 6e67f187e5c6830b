"""Loads an NPC: checked metadata, or one error with all problems.

Files come from other tools and from players' machines, so nothing in them is trusted. Size and
number of nodes are limited first, and any content raises nothing but `GraphError`. Unknown fields
are ignored.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ..errors import GraphError, Problem
from ..templates import DEFAULT_TEMPLATE, read_template
from .compiling import Connection, compile_graph
from .metadata import Debug, InteractionRules, NpcIdentity, NpcResponseMetadata, VideoGen
from .nodes import NODE_TYPES
from .nodes.base import Node
from .nodes.video import Output
from .program import Program
from .reading import measured, read

__all__ = ["MAX_BYTES", "MAX_NODES", "load_metadata"]

MAX_BYTES = 1 << 20
MAX_NODES = 1000
_BYTE = re.compile(r" \(byte (\d+)\)$")

Source = Mapping[str, Any] | str | bytes | NpcResponseMetadata


def load_metadata(source: Source) -> NpcResponseMetadata:
    """Reads an NPC from JSON, or from the equivalent dictionary.

    Without a `responseGraph` the NPC gets that of the template "mood_meter".

    Raises:
        GraphError: there are problems; it lists all of them.
    """
    if isinstance(source, NpcResponseMetadata):
        return source
    data = _document(source)
    problems: list[Problem] = []
    npc = read(_section(data, "npc"), NpcIdentity, "", "npc", problems)
    video_gen = read(_section(data, "videoGen"), VideoGen, "", "videoGen", problems)
    rules = read(_section(data, "interaction"), InteractionRules, "", "interaction", problems)
    debug = read(_section(data, "debug"), Debug, "", "debug", problems)
    program = _program(data, problems)
    if npc and video_gen and rules and debug and program and not problems:
        return NpcResponseMetadata(npc, video_gen, rules, debug, program)
    raise GraphError(problems)


def _document(source: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
    if isinstance(source, str | bytes):
        data = _parsed(source)
    elif isinstance(source, Mapping):
        data = dict(source)
    else:
        data = source
    if not isinstance(data, dict):
        raise _refused("must be an object at the top level")
    if wrong := measured(data, MAX_BYTES):
        raise _refused(wrong)
    return data


def _parsed(text: str | bytes) -> object:
    if len(text) > MAX_BYTES:
        raise _refused(f"is larger than {MAX_BYTES // 1024} KiB")
    try:
        data = text.encode() if isinstance(text, str) else text
        if not data.strip():
            raise _refused("is empty; start from a template, or from {}")
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise _refused("is nested too deeply") from error
    except UnicodeError as error:
        raise _refused("is not UTF-8 text; save it as such") from error
    except msgspec.MsgspecError as error:
        raise GraphError([_placed(str(error), data)]) from error


def _placed(message: str, data: bytes) -> Problem:
    """Turns msgspec's byte position into line and column; without one the text ended too early."""
    unread = "cannot be read as JSON"
    byte = _BYTE.search(message)
    if byte is None:
        line = len(data.splitlines())
        return Problem("", "file", f"{unread}: it ends too early, in line {line}", line)
    lines = data[: int(byte[1])].decode(errors="replace").split("\n")
    line, column = len(lines), len(lines[-1]) + 1
    what = message[: byte.start()].removeprefix("JSON is malformed: ")
    place = f"in line {line}, column {column}"
    return Problem("", "file", f"{unread}: {what} {place}", line, column)


def _refused(message: str) -> GraphError:
    return GraphError([Problem("", "file", message)])


def _section(data: Mapping[str, Any], name: str) -> object:
    section = data.get(name)
    return {} if section is None else section


# ---- The graph ----


class _NodeRecord(msgspec.Struct, frozen=True):
    id: str
    type: str


class _ConnectionRecord(msgspec.Struct, frozen=True, rename="camel"):
    source: str = msgspec.field(name="from")
    from_port: str
    target: str = msgspec.field(name="to")
    to_port: str


def _program(data: Mapping[str, Any], problems: list[Problem]) -> Program | None:
    graph = data.get("responseGraph")
    if graph is None:
        graph = read_template(DEFAULT_TEMPLATE)["responseGraph"]
    nodes = _list(graph, "nodes", problems)
    connections = _list(graph, "connections", problems)
    if nodes is None or connections is None:
        return None
    if len(nodes) > MAX_NODES:
        message = f"are {len(nodes)}; at most {MAX_NODES} are allowed"
        problems.append(Problem("", "nodes", message))
        return None
    before = len(problems)
    known = _nodes(nodes, problems)
    wires = list(_connections(connections, problems))
    is_readable = len(problems) == before
    program, found = compile_graph(known, wires)
    problems += found
    return program if is_readable else None


def _list(graph: object, name: str, problems: list[Problem]) -> list[Any] | None:
    items = graph.get(name) if isinstance(graph, dict) else None
    if isinstance(items, list | tuple):
        return list(items)
    problems.append(Problem("", f"responseGraph.{name}", "must be a list"))
    return None


def _nodes(items: list[Any], problems: list[Problem]) -> dict[str, Node | None]:
    """The nodes by id; None for a node with problems."""
    nodes: dict[str, Node | None] = {}
    for index, item in enumerate(items):
        fields = item if isinstance(item, dict) else {}
        name = fields["id"] if isinstance(fields.get("id"), str) else f"nodes[{index}]"
        if name in nodes:
            problems.append(Problem(name, "id", "is also the id of an earlier node"))
            continue
        nodes[name] = None
        head = {key: fields[key] for key in ("id", "type") if key in fields}
        record = read(head, _NodeRecord, name, "", problems)
        if record is None:
            continue
        kind = NODE_TYPES.get(record.type)
        if kind is None:
            problems.append(Problem(name, "type", f"{record.type!r:.80} is unknown"))
        else:
            data = fields.get("data")
            nodes[name] = read({} if data is None else data, kind, name, "", problems)
            if nodes[name] is None and kind is Output:
                nodes[name] = Output()  # prevents a report that there is no output
    return nodes


def _connections(items: list[Any], problems: list[Problem]) -> Iterator[Connection]:
    for index, item in enumerate(items):
        one = read(item, _ConnectionRecord, "", f"connections[{index}]", problems)
        if one is not None:
            yield Connection((one.source, one.from_port), (one.target, one.to_port))
