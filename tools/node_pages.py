"""Writes `docs/nodes.md`, with each node type, and the table of templates in `docs/graph.md`.

    python -m tools.node_pages

A test compares them with the code.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import getdoc
from itertools import groupby
from sys import modules
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

NODES = ROOT / "docs" / "nodes.md"
GRAPH = ROOT / "docs" / "graph.md"
_NODES_HEAD = """# Node types

These are all node types of a [response graph](graph.md#nodes). The column *without a value* has
the value of an input to which nothing is connected, or which gets nothing (`null`). The settings
are in the `data` of the node. `a`/`input` is one port with two names.
"""
_TEMPLATES_HEAD = (
    f"| template | tools | zones | patterns | also goes by | looks | |\n{'|---' * 7}|\n"
)
_NUMBERS: Mapping[type[Node], str] = {
    Pressure: "pressure",
    Speed: "speed",
    Duration: "duration",
}
_KINDS = {
    "whole": "whole number",
    "truth": "true or false",
    "template": "text with names of ports in braces",
    "value": "any value",
    "values": "list of values",
    "words": "list of words",
    "rows": "list of objects",
}


def nodes_page() -> str:
    """Returns the page of all node types, in Markdown, family by family."""
    families = [
        (family, list(members))
        for family, members in groupby(NODE_DESCRIPTIONS.values(), lambda each: each.family)
    ]
    links = "\n".join(
        f"- {_about(members)}: {', '.join(map(_link, members))}" for _, members in families
    )
    sections = (
        section
        for family, members in families
        for section in (f"## {family}\n\n{_about(members)}.", *map(_section, members))
    )
    return "\n\n".join([_NODES_HEAD + "\n" + links, *sections]) + "\n"


def template_table() -> str:
    """Returns one row for each template, in Markdown."""
    rows = (_template_row(name, read_template(name)) for name in TEMPLATES)
    return _TEMPLATES_HEAD + "".join(rows)


def with_templates(document: str) -> str:
    """Returns the document with an up-to-date table of templates.

    Raises:
        ValueError: it lacks the table.
    """
    found = re.findall(re.escape(_TEMPLATES_HEAD) + r"(?:\|.*\n)*", document)
    if len(found) != 1:
        raise ValueError(f"{GRAPH.name} has {len(found)} tables of templates in place of one")
    return document.replace(found[0], template_table())


# ---- Templates ----


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
    return _row(cells)


def _numbers(metadata: NpcResponseMetadata) -> list[str]:
    kinds = {type(step.node) for step in metadata.program.steps}
    return [name for kind, name in _NUMBERS.items() if kind in kinds]


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in dict.fromkeys(words))


# ---- Nodes ----


def _about(members: list[NodeDescription]) -> str:
    """The sentence that begins the module of a family, without its end."""
    module = modules[NODE_TYPES[members[0].type].__module__]
    return (getdoc(module) or "").partition("\n\n")[0].removesuffix(".")


def _link(node: NodeDescription) -> str:
    return f"[`{node.type}`](#{node.type.replace('.', '')})"


def _section(node: NodeDescription) -> str:
    inputs = map(_input, _with_any(node.inputs, node.any_input))
    outputs = map(_output, _with_any(node.outputs, node.any_output))
    tables = (
        _table(("input", "takes", "without a value", ""), inputs),
        _table(("setting", "is", "default", ""), _settings(node.fields)),
        _table(("output", "gives", ""), outputs),
    )
    return "\n\n".join([f"### {node.type}", _summary(NODE_TYPES[node.type]), *filter(None, tables)])


def _summary(kind: type[Node]) -> str:
    return " ".join((getdoc(kind) or "").partition("\n\n")[0].split())


def _with_any(ports: tuple[Port, ...], others: Port | None) -> tuple[Port, ...]:
    return ports if others is None else (*ports, others)


def _input(port: Port) -> tuple[str, ...]:
    default = "" if port.default is None else _value(port.default)
    if port.default_field:
        default = f"the setting `{port.default_field}`"
    return _port_names(port), _kinds(port), default, port.help


def _output(port: Port) -> tuple[str, ...]:
    return _port_names(port), _kinds(port), port.help


def _port_names(port: Port) -> str:
    return "/".join("any name" if name == ANY_PORT else f"`{name}`" for name in port.names)


def _kinds(port: Port) -> str:
    words = {**_KINDS, "any": "any value"}
    return " or ".join(words.get(kind, kind) for kind in port.kinds)


def _settings(fields: Iterable[Field], within: str = "") -> Iterator[tuple[str, ...]]:
    """Yields a row for each setting, and behind a list of objects those of its items."""
    for field in fields:
        default = "required" if field.is_required else _value(field.default)
        name = f"{within}{field.name}"
        yield f"`{name}`", _allowed(field), default, field.help
        if field.kind == "rows":
            yield from _settings(field.columns, f"{name}[].")


def _allowed(field: Field) -> str:
    if field.options:
        return ", ".join(map(_value, field.options))
    if field.kind == "table":
        keys, values = field.columns
        return f"object: {keys.kind} to {_KINDS.get(values.kind, values.kind)}"
    words = [_KINDS.get(field.kind, field.kind)]
    words += [f"in {field.unit}"] if field.unit == "ms" else [field.unit] if field.unit else []
    words += [f"from {field.low:g}"] if field.low is not None else []
    words += [f"to {field.high:g}"] if field.high is not None else []
    return " ".join(words)


def _value(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{value}`" if isinstance(value, str) and value else f"`{json.dumps(value)}`"


# ---- Markdown ----


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = "".join(map(_row, rows))
    return f"{_row(heads)}{'|---' * len(heads)}|\n{lines}".rstrip() if lines else ""


def _row(cells: Iterable[str]) -> str:
    return "".join(f"| {cell} ".replace("|  ", "| ") for cell in cells) + "|\n"


def main() -> None:
    NODES.write_text(nodes_page(), "utf-8")
    GRAPH.write_text(with_templates(GRAPH.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
