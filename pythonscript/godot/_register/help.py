"""The docstrings of exposed classes, as pages of the editor's help and of `--doctool`.

The engine knows types and defaults, and the pages repeat them: a page replaces what it would show.
"""

from __future__ import annotations

import enum
import inspect
import re
import textwrap
import types
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from _pythonscript import lib

from .._class.globals import utility
from .._ffi.errors import ConversionError
from .._object.objects import EngineObject
from .._object.python_types import class_name, is_enum
from .._variant.decode import decode
from .._variant.encode import encode
from .described import Described, described
from .fields import export, signal
from .registration import members, method_of, parent_of


def load_help(classes: list[Any]) -> None:
    """Adds the pages of `classes` to the editor's help."""
    for cls in classes:
        xml = page(cls).encode()
        lib.gd_editor_help_load_xml_from_utf8_chars_and_len(xml, len(xml))


def write_help(classes: list[Any], folder: Path) -> None:
    """Writes the pages of `classes` where `--doctool` looks for descriptions to take over.

    The engine then writes each page anew, with what it knows itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for cls in classes:
        (folder / f"{class_name(cls)}.xml").write_text(page(cls), "utf-8")


def page(cls: Any) -> str:
    """The documentation of one class in the engine's XML format."""
    brief, _, rest = _markup(inspect.cleandoc(cls.__doc__ or "")).partition("\n\n")
    found = list(members(cls))
    own, parent = quoted(class_name(cls)), quoted(class_name(parent_of(cls)))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8" ?>',
            f"<class name={own} inherits={parent}>",
            f"<brief_description>{escape(brief)}</brief_description>",
            f"<description>{escape(rest or brief)}</description>",
            "<tutorials></tutorials>",
            "<methods>", *_methods(cls, found), "</methods>",
            "<members>", *_properties(found), "</members>",
            "<signals>", *_signals(found), "</signals>",
            "<constants>", *_constants(found), "</constants>",
            "</class>",
        ]
    )  # fmt: skip


def quoted(text: str) -> str:
    """`text` as the value of an attribute."""
    return f'"{escape(text)}"'


def _markup(text: str) -> str:
    """The text in the help's markup: backquotes become [code], the lines of a paragraph one."""
    text = re.sub(r"`([^`]+)`", r"[code]\1[/code]", text)
    return "\n\n".join(map(_paragraph, text.split("\n\n")))


def _paragraph(text: str) -> str:
    """One line, or one for each entry of a section such as `Args:`, whose entries are indented."""
    head, *lines = text.strip("\n").split("\n")
    if not lines or not re.fullmatch(r"[A-Z]\w+:", head) or not all(map(_is_indented, lines)):
        return " ".join(text.split())
    body = textwrap.dedent("\n".join(lines))
    entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", body)]
    if head == "Args:":
        return "\n".join(re.sub(r"^\*?(\w+)", r"[param \1]", entry) for entry in entries)
    return "\n".join([f"[b]{head}[/b]", *entries])


def _is_indented(line: str) -> bool:
    return line.startswith(" ")


def _parameters(items: list[tuple[str, Any]], defaults: Sequence[Any] = ()) -> Iterator[str]:
    first = len(items) - len(defaults)
    for index, (label, item) in enumerate(items):
        default = ""
        if index >= first:
            default = f" default={quoted(_spelled(item, defaults[index - first]))}"
        yield f'<param index="{index}" name={quoted(label)} {_kind(item)}{default} />'


def _kind(item: Described) -> str:
    """The attributes that say of which type something is."""
    kind = f"type={quoted(item.spelled())}"
    if not item.enum_name:
        return kind
    is_bitfield = "" if item.is_choice else ' is_bitfield="true"'
    return f"{kind} enum={quoted(item.enum_name)}{is_bitfield}"


def _methods(cls: Any, found: list[tuple[str, Any]]) -> Iterator[str]:
    for label, member in found:
        if not isinstance(member, (staticmethod, types.FunctionType)):
            continue
        method = method_of(cls, label, member)
        result = 'type="void"' if method.result.is_void else _kind(method.result)
        words = ["static"] * method.static + ["vararg"] * method.vararg
        qualifiers = f" qualifiers={quoted(' '.join(words))}" if words else ""
        yield f"<method name={quoted(label)}{qualifiers}>"
        yield f"<return {result} />"
        yield from _parameters(method.arguments, method.defaults)
        yield f"<description>{escape(_markup(inspect.getdoc(method.function) or ''))}</description>"
        yield "</method>"


def _properties(found: list[tuple[str, Any]]) -> Iterator[str]:
    for label, member in found:
        if isinstance(member, export):
            item = described(member.type)
            default = quoted(_spelled(item, member.default))
            yield (
                f'<member name={quoted(label)} {_kind(item)} setter="set_{label}"'
                f' getter="get_{label}" default={default}>{escape(_markup(_told(member)))}</member>'
            )


def _told(member: export[object]) -> str:
    """The documentation of a property, with the names of its `enum`."""
    if not member.enum:
        return member.doc
    words = ", ".join(f"`{word}`" for word in member.enum)
    return f"{member.doc} One of {words}.".lstrip()


def _spelled(item: Described, value: Any) -> str:
    """A default value as GDScript writes it."""
    if value is None:
        return "null"
    if isinstance(value, EngineObject):
        return f"<{class_name(type(value))}>"
    at = lib.ps_enter(1)
    try:
        try:
            item.encode(value, at)
        except ConversionError:  # Python need not keep to its own annotations
            encode(value, at)
        return str(utility("var_to_str")(decode(at))).replace("\n", " ")
    finally:
        lib.ps_leave(at, 1)


def _signals(found: list[tuple[str, Any]]) -> Iterator[str]:
    for label, member in found:
        if isinstance(member, signal):
            yield f"<signal name={quoted(label)}>"
            yield from _parameters([(k, described(v)) for k, v in member.arguments.items()])
            yield f"<description>{escape(_markup(member.doc))}</description></signal>"


def _constants(found: list[tuple[str, Any]]) -> Iterator[str]:
    for label, member in found:
        if is_enum(member):
            is_bitfield = ' is_bitfield="true"' if issubclass(member, enum.IntFlag) else ""
            group = f"enum={quoted(label)}{is_bitfield}"
            for item in member:
                told = escape(_markup(vars(item).get("__doc__") or ""))
                yield f'<constant name="{item.name}" value="{int(item)}" {group}>{told}</constant>'
        elif type(member) is int:
            yield f'<constant name={quoted(label)} value="{member}"></constant>'
