"""The docstrings of exposed classes, as pages of the editor's help."""

from __future__ import annotations

import enum
import inspect
import re
import types
from collections.abc import Iterator
from html import escape
from typing import Any

from _pythonscript import lib

from .._object.python_types import class_name, is_enum
from .described import Described, described
from .fields import export, signal
from .registration import members, method_of, parent_of


def load_help(classes: list[Any]) -> None:
    """Adds the pages of `classes` to the editor's help."""
    for cls in classes:
        xml = page(cls).encode()
        lib.gd_editor_help_load_xml_from_utf8_chars_and_len(xml, len(xml))


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
    return "\n\n".join(" ".join(p.split()) for p in text.split("\n\n"))


def _parameters(items: list[tuple[str, Any]]) -> Iterator[str]:
    for index, (label, item) in enumerate(items):
        yield f'<param index="{index}" name={quoted(label)} {_kind(item)} />'


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
        qualifiers = ' qualifiers="static"' if method.static else ""
        yield f"<method name={quoted(label)}{qualifiers}>"
        yield f"<return {result} />"
        yield from _parameters(method.arguments)
        yield f"<description>{escape(_markup(inspect.getdoc(method.function) or ''))}</description>"
        yield "</method>"


def _properties(found: list[tuple[str, Any]]) -> Iterator[str]:
    for label, member in found:
        if isinstance(member, export):
            kind = _kind(described(member.type))
            default = quoted(_spelled(member.default))
            yield (
                f'<member name={quoted(label)} {kind} setter="set_{label}"'
                f' getter="get_{label}" default={default}>{escape(_markup(_told(member)))}</member>'
            )


def _told(member: export[object]) -> str:
    """The documentation of a property, with the names of its `enum`."""
    if not member.enum:
        return member.doc
    words = ", ".join(f"`{word}`" for word in member.enum)
    return f"{member.doc} One of {words}.".lstrip()


def _spelled(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


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
