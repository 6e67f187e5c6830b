"""Writes the tables of nodes and templates in `docs/graph.md` from the code.

    python -m tools.node_table

A test compares them with the code.
"""

import json
import re
from collections.abc import Iterable, Mapping
from inspect import getdoc
from typing import Any, Literal, get_args, get_origin

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields
from npc_video.graph import load_metadata
from npc_video.graph.metadata import NpcResponseMetadata
from npc_video.graph.nodes import NODE_TYPES
from npc_video.graph.nodes.base import ANY_PORT, DataField, Node, first_name
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
    return _HEAD + "".join(map(_row, NODE_TYPES.values()))


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


def _row(kind: type[Node]) -> str:
    data = fields(kind)
    cells = (
        f"`{kind.type_name}`",
        ", ".join(_input(kind, names) for names in kind.inputs),
        ", ".join(map(_setting, data)),
        ", ".join(map(_port, kind.outputs)),
        _summary(kind),
    )
    return _cells(cells)


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"| {cell} ".replace("|  ", "| ") for cell in cells) + "|\n"


def _summary(kind: type[Node]) -> str:
    return " ".join((getdoc(kind) or "").partition("\n\n")[0].split())


def _port(names: str) -> str:
    return "any" if names == ANY_PORT else "/".join(f"`{name}`" for name in names.split("|"))


def _input(kind: type[Node], names: str) -> str:
    first = first_name(names)
    if first not in kind.absent:
        return _port(names)
    value = kind.absent[first]
    shown = f"`data.{value}`" if isinstance(value, DataField) else _value(value)
    return f"{_port(names)} ({shown})"


def _setting(field: FieldInfo) -> str:
    """Formats a setting: its name, in brackets its default and choices, and its parts."""
    words = [_value(choice) for choice in _choices(field.type)]
    if field.default_factory is not NODEFAULT:
        words.insert(0, _value(field.default_factory()))
    elif field.default is not NODEFAULT:
        words.insert(0, _value(field.default))
    told = "; ".join(dict.fromkeys(words))
    return f"`{field.encode_name}`{f' ({told})' if told else ''}{_parts(field.type)}"


def _choices(kind: Any) -> tuple[object, ...]:
    """Returns the allowed words of a setting; none if it may be any."""
    for one in (kind, *get_args(kind)):
        if get_origin(one) is Literal:
            return get_args(one)
    return ()


def _parts(kind: Any) -> str:
    """Formats the settings of each item, if it is a list of records."""
    items = get_args(kind)[:1] if get_origin(kind) is tuple else ()
    if not items or not isinstance(items[0], type) or not issubclass(items[0], Struct):
        return ""
    *most, last = map(_setting, fields(items[0]))
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
