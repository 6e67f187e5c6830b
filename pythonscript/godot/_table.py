"""The class table: what an engine said of its classes and functions when it was generated.

It (`_generated/classes.jsonl`) has one line a class, and one for the rest; only the lines that are
used are parsed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

REFCOUNTED, INSTANTIABLE, EDITOR_ONLY = 1, 2, 4


@cache
def _table() -> tuple[str, dict[str, int]]:
    """The text of the table, and where the line of each class begins."""
    text = Path(__file__).with_name("_generated").joinpath("classes.jsonl").read_text("utf-8")
    starts, position = {}, text.index("\n") + 1
    while position < len(text):
        first = position + len('{"name":"')
        starts[text[first : text.index('"', first)]] = position
        position = text.index("\n", position) + 1
    return text, starts


@cache
def row_of(class_name: str) -> dict[str, Any] | None:
    """What the table says of a class."""
    text, starts = _table()
    if class_name not in starts:
        return None
    start = starts[class_name]
    row: dict[str, Any] = json.loads(text[start : text.index("\n", start)])
    return row


@cache
def global_row() -> dict[str, Any]:
    """What the table says of the engine itself: version, global enums, functions."""
    text, _ = _table()
    row: dict[str, Any] = json.loads(text[: text.index("\n")])
    return row


def is_counted(class_name: str) -> bool:
    row = row_of(class_name)
    return row is not None and bool(row["flags"] & REFCOUNTED)


def singleton_name(class_name: str) -> str:
    """The name under which a class has its only instance, or ''."""
    row = row_of(class_name)
    return "" if row is None else row.get("singleton", "")


def virtual_signature(cls: type, method: str) -> list[str] | None:
    """The types of an engine's virtual method: result, then arguments."""
    for base in cls.__mro__:
        row = row_of(base.__dict__.get("_engine_class", "")) if base is not cls else None
        for virtual, signature in (row or {}).get("virtuals", ()):
            if virtual == method:
                found: list[str] = signature
                return found
    return None
