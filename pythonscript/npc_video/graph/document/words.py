"""Reads values of settings from a line of text, and writes them so that they are read back.

A line is a number, true, false or null if it looks like one, JSON if it begins like a text in
quotes, a list or an object, and else a word. Words need quotes only where they would be read as
something else.
"""

import json
import math
import re
from typing import Any

__all__ = ["list_in_words", "read_list", "read_value", "read_words", "value_in_words"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_MOST_DIGITS = 300
_OPENINGS = '"', "[", "{"
_NAMED = {"": None, "null": None, "true": True, "false": False}
_DECODER = json.JSONDecoder(parse_constant=lambda name: _refuse(name))


def read_value(line: str) -> Any:
    """The value of a line; None for an empty one."""
    line = line.strip()
    if line in _NAMED:
        return _NAMED[line]
    if _NUMBER.fullmatch(line) and len(line) <= _MOST_DIGITS:
        number = float(line)
        if math.isfinite(number):
            return int(line) if line.lstrip("+-").isdigit() else number
    value, end = _json_at(line, 0)
    return value if end == len(line) else line


def value_in_words(value: Any) -> str:
    """The line that `read_value` reads as this value; "" for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) and read_value(value) == value else _written(value)


def read_list(line: str) -> list[Any]:
    """The values of a line, between commas; nothing between two commas is no value."""
    return [read_value(part) for part in _parts(line)]


def read_words(line: str) -> list[str]:
    """The words of a line, between commas, none of them read as a number."""
    found = []
    for part in _parts(line):
        value, end = _json_at(part, 0)
        found.append(value if end == len(part) and isinstance(value, str) else part)
    return found


def list_in_words(values: Any, *, are_words: bool = False) -> str:
    """The line that `read_list` reads as these values; with `are_words`, `read_words`."""
    read = read_words if are_words else read_list

    def is_plain(value: Any) -> bool:
        # What only looks like JSON might become some together with what follows.
        return isinstance(value, str) and not value.startswith(_OPENINGS) and read(value) == [value]

    return ", ".join(each if is_plain(each) else _written(each) for each in values)


def _written(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _parts(line: str) -> list[str]:
    """The parts of a line between the commas that are in no JSON value."""
    parts, at = [], 0
    while at < len(line):
        start = at + len(line[at:]) - len(line[at:].lstrip())
        _, end = _json_at(line, start)
        rest = line[end:].lstrip()
        if end == start or (rest and not rest.startswith(",")):
            end = start
        comma = line.find(",", end)
        comma = len(line) if comma < 0 else comma
        part = line[at:comma].strip()
        if part:
            parts.append(part)
        at = comma + 1
    return parts


def _json_at(line: str, start: int) -> tuple[Any, int]:
    """The text in quotes, list or object that begins there, and its end; the start if none does."""
    if not line.startswith(_OPENINGS, start):
        return None, start
    try:
        return _DECODER.raw_decode(line, start)
    except (ValueError, RecursionError):
        return None, start


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not finite")
