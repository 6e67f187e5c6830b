"""Checks the file of an NPC: reports errors, and warns of probable mistakes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from ..errors import GraphError, Problem
from ..templates import DEFAULT_TEMPLATE
from .loading import load_metadata
from .metadata import Debug, InteractionRules, NpcIdentity, NpcResponseMetadata, VideoGen
from .nodes import NODE_TYPES
from .nodes.video import Output
from .reading import misspelt_fields

__all__ = ["NOT_RUN", "Checked", "check"]

NOT_RUN = "does not lead to video.output, so it is not run"
"""The warning of a node that affects no answer."""

_SECTIONS: Mapping[str, type[Struct]] = {
    "npc": NpcIdentity,
    "videoGen": VideoGen,
    "interaction": InteractionRules,
    "debug": Debug,
}


class _File(Struct):
    """The sections of a file, for finding misspelt ones."""

    npc: Any = None
    videoGen: Any = None  # noqa: N815
    interaction: Any = None
    debug: Any = None
    responseGraph: Any = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings about the file of an NPC.

    Attributes:
        errors: problems that keep it from being loaded.
        warnings: parts that are loaded, but probably not as intended.
    """

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@lru_cache(maxsize=2)  # several parts of an editor ask about the same text
def check(text: bytes) -> Checked:
    """Checks the content of a file; never raises."""
    try:
        metadata = load_metadata(text)
    except GraphError as error:
        return Checked(error.problems, tuple(_misspelt(_document(text))))
    data = _document(text)
    return Checked((), (*_misspelt(data), *_idle(data, metadata)))


def _document(text: bytes) -> dict[str, Any]:
    """The file's object; empty if it has none."""
    try:
        data = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _misspelt(data: Mapping[str, Any]) -> Iterator[Problem]:
    found = [("", *each) for each in misspelt_fields(data, _File, "")]
    for name, section in _SECTIONS.items():
        found += (("", *each) for each in misspelt_fields(data.get(name), section, name))
    for node in _nodes(data):
        kind = NODE_TYPES.get(node["type"])
        if kind is not None:
            found += ((node["id"], *each) for each in misspelt_fields(node.get("data"), kind, ""))
    for node_id, field, meant in found:
        yield Problem(node_id, field, f"is unknown and ignored; perhaps you mean {meant}")


def _idle(data: Mapping[str, Any], metadata: NpcResponseMetadata) -> Iterator[Problem]:
    """Warns of parts that affect no answer of the NPC."""
    if data.get("responseGraph") is None:
        message = f"is missing; the graph of the template {DEFAULT_TEMPLATE!r} is used"
        yield Problem("", "responseGraph", message)
    run = {step.node_id for step in metadata.program.steps}
    for node in _nodes(data):
        if node["id"] not in run and NODE_TYPES.get(node["type"]) is not Output:
            yield Problem(node["id"], "connections", NOT_RUN)


def _nodes(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The nodes that have an id and a type."""
    graph = data.get("responseGraph")
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    return [
        node
        for node in (nodes if isinstance(nodes, list) else ())
        if isinstance(node, dict)
        and isinstance(node.get("id"), str)
        and isinstance(node.get("type"), str)
    ]
