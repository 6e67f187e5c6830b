"""Places the problems of a graph at the nodes, fields and wires of its document."""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from ...errors import Problem
from ..checking import NOT_RUN, check
from ..compiling import upstream
from ..nodes.video import Output
from .describing import NODE_DESCRIPTIONS
from .document import GraphDocument
from .field_operations import Path

__all__ = ["DocumentProblem", "not_run", "problems_of"]

Severity = Literal["error", "warning"]

_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_WIRE = re.compile(r"connections\[(\d+)\]")


class DocumentProblem(Struct, frozen=True):
    """A problem at its place.

    Attributes:
        node: the key of the node, "" if it is not about a node.
        field: the setting or port, in the words of the loader.
        severity: an error keeps the graph from being loaded, a warning does not.
        path: the place of the field within the node's `data`, as far as it is there; empty if the
            problem is not about a setting.
        wire: the key of the wire, "" if it is not about a wire.
    """

    node: str
    field: str
    message: str
    severity: Severity
    path: Path = ()
    wire: str = ""


def problems_of(document: GraphDocument) -> list[DocumentProblem]:
    """All problems, errors first. Takes as long as loading the graph."""
    checked = check(document.text.encode("utf-8", "surrogatepass"))
    found = [_placed(document, problem, "error") for problem in checked.errors]
    found += [_placed(document, problem, "warning") for problem in checked.warnings]
    if checked.errors:
        found += _idle(document)
    return found


def not_run(document: GraphDocument) -> frozenset[str]:
    """The keys of nodes that no `video.output` needs; empty if there is no output."""
    sources: dict[str, list[str]] = {key: [] for key in document.nodes}
    for wire in document.wires.values():
        if wire.target in sources and wire.source in sources:
            sources[wire.target].append(wire.source)
    outputs = [key for key, node in document.nodes.items() if node.type == Output.type_name]
    if not outputs:
        return frozenset()
    return frozenset(document.nodes.keys() - upstream(outputs, sources.__getitem__))


def _idle(document: GraphDocument) -> Iterator[DocumentProblem]:
    """The warnings that only graphs without errors get otherwise."""
    idle = not_run(document)
    for key in document.nodes:
        if key in idle:
            yield DocumentProblem(key, "connections", NOT_RUN, "warning")


def _placed(document: GraphDocument, problem: Problem, severity: Severity) -> DocumentProblem:
    node = problem.node if problem.node in document.nodes else ""
    wire = _WIRE.match(problem.field)
    wires = list(document.wires) if wire is not None and not problem.node else []
    return DocumentProblem(
        node,
        problem.field,
        problem.message,
        severity,
        _path(document, node, problem.field) if node else (),
        wires[int(wire[1])] if wire is not None and wires else "",
    )


def _path(document: GraphDocument, node: str, field: str) -> Path:
    """The longest beginning of a field that is there; of a missing field its own name."""
    path: list[str | int] = []
    value: object = document.nodes[node].fields
    description = NODE_DESCRIPTIONS.get(document.nodes[node].type)
    known = {each.name for each in description.fields} if description is not None else set()
    first = _STEP.match(field)
    if first is None or first[1] not in {*known, *document.nodes[node].fields}:
        return ()
    for name, index, single, double in _STEP.findall(field):
        step = int(index) if index else name or single or double
        path.append(step)
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return tuple(path) if name else tuple(path[:-1])
    return tuple(path)
