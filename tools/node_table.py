"""Writes the tables of nodes and templates in `docs/graph.md` from the code.

    python -m tools.node_table

A test compares them with the code.
"""

import json
import re
from collections.abc import Iterable, Mapping
from inspect import getdoc
from typing import Any

from npc_video.graph import load_metadata
from npc_video.graph.document.describing import NODE_DESCRIPTIONS, Field, NodeDescription, Port
from npc_video.graph.metadata import NpcResponseMetadata
from npc_video.graph.nodes import NODE_TYPES
from npc_video.graph.nodes.base import ANY_PORT, Node
from npc_video.graph.nodes.inputs import Duration, Pressure, Speed
from npc_video.graph.vocabulary import known_patterns, known_tools, known_zones
from npc_video.npc.evaluator import NpcResponseEvaluator
from npc_video.templates import TEMPLATES, read_template

from tools.paths import ROOT

DOCUMENT = ROOT / "docs" / "graph.md"
_HEAD = "| type | inputs | data | outputs | |\n|---|---|---|---|---|\n"
_TEMPLATES_HEAD = (
    f"| template | tools | zones | patterns | also goes by | looks | |\n{'|---' * 7}|\n"
)
_NUMBERS: Mapping[type[Node], str] = {
    Pressure: "pressure",
    Speed: "speed",
    Duration: "duration",
}


def node_table() -> str:
    """Returns one row for each node type, in Markdown, in the order of the families."""
    return _HEAD + "".join(map(_row, NODE_DESCRIPTIONS.values()))


def template_table() -> str:
    """Returns one row for each template, in Markdown."""
    rows = (_template_row(name, read_template(name)) for name in TEMPLATES)
    return _TEMPLATES_HEAD + "".join(rows)


def with_tables(document: str) -> str:
    """Returns the document with up-to-date tables.

    Raises:
        ValueError: it lacks one of the tables.
    """
    for head, table in ((_HEAD, node_table()), (_TEMPLATES_HEAD, template_table())):
        found = re.findall(re.escape(head) + r"(?:\|.*\n)*", document)
        if len(found) != 1:
            raise ValueError(f"{DOCUMENT.name} has {len(found)} tables {head!r} in place of one")
        document = document.replace(found[0], table)
    return document


def _template_row(name: str, template: Mapping[str, Any]) -> str:
    metadata = load_metadata(template)
    looks = (state.expression for state in NpcResponseEvaluator(template).reachable_states())
    cells = (
        f"`{name}`",
        _words(known_tools(metadata)),
        _words(known_zones(metadata)),
        _words(known_patterns(metadata)),
        _words(_numbers(metadata)),
        _words(looks),
        template["description"],
    )
    return _cells(cells)


def _numbers(metadata: NpcResponseMetadata) -> list[str]:
    kinds = {type(step.node) for step in metadata.program.steps}
    return [name for kind, name in _NUMBERS.items() if kind in kinds]


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words))


def _row(described: NodeDescription) -> str:
    cells = (
        f"`{described.type}`",
        ", ".join(map(_port, _with_any(described.inputs, described.any_input))),
        ", ".join(map(_setting, described.fields)),
        ", ".join(map(_port, _with_any(described.outputs, described.any_output))),
        _summary(NODE_TYPES[described.type]),
    )
    return _cells(cells)


def _with_any(ports: tuple[Port, ...], others: Port | None) -> tuple[Port, ...]:
    return ports if others is None else (*ports, others)


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"| {cell} ".replace("|  ", "| ") for cell in cells) + "|\n"


def _summary(kind: type[Node]) -> str:
    return " ".join((getdoc(kind) or "").partition("\n\n")[0].split())


def _port(port: Port) -> str:
    names = "/".join("any" if name == ANY_PORT else f"`{name}`" for name in port.names)
    if port.default_field:
        return f"{names} (`data.{port.default_field}`)"
    return names if port.default is None else f"{names} ({_value(port.default)})"


def _setting(field: Field) -> str:
    """Formats a setting: its name, in brackets its default and choices, and its parts."""
    words = [] if field.is_required else [_value(field.default)]
    told = "; ".join(dict.fromkeys([*words, *map(_value, field.options)]))
    return f"`{field.name}`{f' ({told})' if told else ''}{_parts(field)}"


def _parts(field: Field) -> str:
    """Formats the settings of each item, if it is a list of records."""
    if field.kind != "rows":
        return ""
    *most, last = map(_setting, field.columns)
    return f", a list of {', '.join(most)} and {last}"


def _value(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{value}`" if isinstance(value, str) and value else f"`{json.dumps(value)}`"


def main() -> None:
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
