"""Describes every node type for an editor: ports, fields and help.

All of it is read from the classes of the nodes: settings and their types, ports, and docstrings.
The first paragraph of a docstring is about the type; its sections `Inputs`, `Outputs` and
`Attributes` have a line for each port and setting.
"""

import re
from collections.abc import Mapping
from inspect import getdoc
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import FieldInfo, fields

from ..nodes import NODE_TYPES
from ..nodes.base import ANY_PORT, DataField, Node
from ..nodes.response import Levels

__all__ = ["NODE_DESCRIPTIONS", "Field", "FieldKind", "NodeDescription", "Port", "PortKind"]

PortKind = Literal["number", "text", "truth", "list", "any"]

FieldKind = Literal[
    "number",  # a float
    "whole",  # an integer
    "truth",
    "text",
    "template",  # a text with names of ports in braces
    "choice",  # one of `options`
    "value",  # a number, text, truth value, null, or list of these; a table, if it has `columns`
    "values",  # a list of such values
    "words",  # a list of texts
    "table",  # an object; `columns` are its keys and its values
    "rows",  # a list of objects; `columns` are their fields
]


class Port(Struct, frozen=True):
    """A port of a node type.

    Attributes:
        names: the first is to be written, the others are read, too; "*" stands for any name.
        kinds: the kinds of values for which it is meant; any value may be connected.
        default: used if nothing arrives; None if it then has no value.
        default_field: the field with the value that is used if nothing arrives, or "".
    """

    names: tuple[str, ...]
    kinds: tuple[PortKind, ...]
    help: str
    default: Any = None
    default_field: str = ""


class Field(Struct, frozen=True):
    """A setting of a node type, or a column of a table.

    Attributes:
        name: as in the file; "" for the keys and the values of an object.
        default: as in the file; None if there is none.
        is_required: whether a node without it is a mistake.
        low: the smallest number that is allowed, None without a limit.
        high: the largest number that is allowed, None without a limit.
        unit: such as "ms", or "".
        options: words to choose from.
        ids_of: the field of the node whose rows have the ids to choose from, or "".
    """

    name: str
    kind: FieldKind
    help: str = ""
    default: Any = None
    is_required: bool = False
    low: float | None = None
    high: float | None = None
    unit: str = ""
    options: tuple[str, ...] = ()
    ids_of: str = ""
    columns: "tuple[Field, ...]" = ()


class NodeDescription(Struct, frozen=True):
    """A node type.

    Attributes:
        family: the first part of the type.
        inputs: the ports that have names, in their order; `outputs` likewise.
        any_input: describes inputs of any other name; None if there are none.
        any_output: describes outputs of any other name; None if there are none.
    """

    type: str
    family: str
    help: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    any_input: Port | None
    any_output: Port | None
    fields: tuple[Field, ...]


# ---- Docstrings ----

_SECTION = re.compile(r"^(Inputs|Outputs|Attributes):\n((?:(?:    .*)?\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^    (\S+?)(?: \((.*?)\))?: (.+(?:\n     +.+)*)", re.MULTILINE)

Told = dict[str, dict[str, tuple[tuple[Any, ...], str]]]
"""For each section and name the kinds and the sentence."""


def _told(kind: type) -> Told:
    found: Told = {"Inputs": {}, "Outputs": {}, "Attributes": {}}
    for base in reversed(kind.__mro__[:-1]):
        for section, lines in _SECTION.findall(f"{getdoc(base) or ''}\n"):
            for name, kinds, words in _ENTRY.findall(lines):
                found[section][name] = tuple(kinds.split(" or ")), _sentence(words)
    return found


def _sentence(words: str) -> str:
    words = " ".join(words.replace("`", "").split())
    return words[:1].upper() + words[1:]


# ---- Fields ----


def _field(info: FieldInfo, told: Told, is_level: bool = False) -> Field:
    name = info.encode_name
    _, words = told["Attributes"].get(name, ((), ""))
    default = None if info.default is NODEFAULT else info.default
    if info.default_factory is not NODEFAULT:
        default = info.default_factory()
    return Field(
        name=name,
        help=words,
        default=default,
        is_required=info.required,
        **_kind(info.type, is_level),
    )


def _kind(kind: Any, is_level: bool = False) -> dict[str, Any]:
    """The kind of a field of this type, with all that the type tells about it."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _kind(args[0]) | _annotated(args[1:])
    if origin in (Union, UnionType):
        return _one_of([each for each in args if each is not NoneType])
    if origin is Literal:
        return {"kind": "choice", "options": args}
    if origin is dict:
        keys: FieldKind = "number" if is_level else "text"
        columns = Field(name="", kind=keys), Field(name="", **_kind(args[1]))
        return {"kind": "table", "columns": columns}
    if origin is tuple:
        return _list_of(args[0])
    simple = {float: "number", int: "whole", bool: "truth", str: "text"}
    return {"kind": simple[kind]}


def _annotated(metas: tuple[Meta, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for meta in metas:
        found |= {"low": meta.ge, "high": meta.le, **(meta.extra or {})}
        if "options" in found:
            found["kind"] = "choice"
    return found


def _one_of(kinds: list[Any]) -> dict[str, Any]:
    if len(kinds) == 1:
        return _kind(kinds[0])
    if set(kinds) == {tuple[str, ...], str}:
        return {"kind": "words"}
    tables = [_kind(each)["columns"] for each in kinds if get_origin(each) is dict]
    return {"kind": "value", "columns": tables[0] if tables else ()}


def _list_of(kind: Any) -> dict[str, Any]:
    if isinstance(kind, type) and issubclass(kind, Struct):
        told = _told(kind)
        columns = tuple(_field(info, told) for info in fields(kind))
        return {"kind": "rows", "columns": columns}
    return {"kind": "words" if kind is str else "values"}


# ---- Node types ----


def _described(kind: type[Node]) -> NodeDescription:
    told = _told(kind)
    inputs = _ports(kind.inputs, told["Inputs"], kind.absent)
    outputs = _ports(kind.outputs, told["Outputs"], {})
    return NodeDescription(
        kind.type_name,
        kind.type_name.partition(".")[0],
        _sentence((getdoc(kind) or "").partition("\n\n")[0]),
        tuple(port for port in inputs if ANY_PORT not in port.names),
        tuple(port for port in outputs if ANY_PORT not in port.names),
        next((port for port in inputs if ANY_PORT in port.names), None),
        next((port for port in outputs if ANY_PORT in port.names), None),
        tuple(_field(info, told, issubclass(kind, Levels)) for info in fields(kind)),
    )


def _ports(
    listed: tuple[str, ...],
    told: Mapping[str, tuple[tuple[Any, ...], str]],
    absent: Mapping[str, object],
) -> list[Port]:
    """The ports of a type; of those with any name, the docstring tells which count."""
    named = [names for names in told if names != ANY_PORT] if ANY_PORT in listed else []
    ports = []
    for names in (*named, *listed):
        each = tuple(names.split("|"))
        kinds, words = told.get(each[0], ((), ""))
        value = absent.get(each[0])
        if isinstance(value, DataField):
            ports.append(Port(each, kinds, words, default_field=str(value)))
        else:
            ports.append(Port(each, kinds, words, value))
    return ports


NODE_DESCRIPTIONS: Mapping[str, NodeDescription] = MappingProxyType(
    {name: _described(kind) for name, kind in NODE_TYPES.items()}
)
"""Every node type by its name in the file, family by family."""
