"""Reads JSON and keeps the place of every value, so that an edit can change a part of the text."""

import json
import re
from typing import Any

from msgspec import Struct

from ...errors import GraphError, Problem
from ..reading import DEEPEST

__all__ = ["Array", "Member", "Object", "Scalar", "Value", "is_null", "parse", "plain"]

_SPACE = re.compile(r"[ \t\n\r]*")
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_AFTER = re.compile(r"[ \t\n\r]*([,\]}])[ \t\n\r]*")


class Scalar(Struct, frozen=True):
    """A text, number, truth value or null; `text[start:end]` is how it is written."""

    start: int
    end: int
    data: Any


class Array(Struct, frozen=True):
    """A list, with its brackets."""

    start: int
    end: int
    items: "tuple[Value, ...]"


class Member(Struct, frozen=True):
    """A key of an object with its value.

    Attributes:
        start: of the key's quotation mark.
        key_end: behind the key's other quotation mark.
        end: of the value.
    """

    name: str
    start: int
    key_end: int
    end: int
    value: "Value"


class Object(Struct, frozen=True):
    """An object, with its braces; a key that is written twice is two members."""

    start: int
    end: int
    members: tuple[Member, ...]

    def member(self, name: str) -> Member | None:
        """The member that counts, the last of this name; None if there is none."""
        for member in reversed(self.members):
            if member.name == name:
                return member
        return None

    def get(self, name: str) -> "Value | None":
        """The value of the member that counts; None if there is none."""
        member = self.member(name)
        return None if member is None else member.value


Value = Scalar | Array | Object


def parse(text: str) -> Value:
    """Returns the only value of a text, in linear time.

    Raises:
        GraphError: it is no JSON, or nested too deeply; the problem has line and column.
    """
    start = _space(text, 0)
    value = _value(text, start, 0)
    end = _space(text, value.end)
    if end < len(text):
        raise _unreadable(text, end, "text behind the end")
    return value


def plain(value: Value) -> Any:
    """The value as `json.loads` returns it."""
    if isinstance(value, Object):
        return {member.name: plain(member.value) for member in value.members}
    if isinstance(value, Array):
        return [plain(item) for item in value.items]
    return value.data


def is_null(value: Value) -> bool:
    """Whether a value is null, which the loader treats as missing."""
    return isinstance(value, Scalar) and value.data is None


def _value(text: str, start: int, depth: int) -> Value:
    if depth > DEEPEST:
        raise _unreadable(text, start, "nested too deeply")
    first = text[start : start + 1]
    if first == "{":
        return _object(text, start, depth)
    if first == "[":
        return _array(text, start, depth)
    return _scalar(text, start)


def _scalar(text: str, start: int) -> Scalar:
    try:
        data, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _unreadable(text, error.pos, error.msg.removesuffix(" at").lower()) from error
    except _NotFiniteError as error:
        raise _unreadable(text, start, f"{error} is no number of JSON") from error
    return Scalar(start, end, data)


def _array(text: str, start: int, depth: int) -> Array:
    items: list[Value] = []
    at = _space(text, start + 1)
    if text[at : at + 1] == "]":
        return Array(start, at + 1, ())
    while True:
        items.append(_value(text, at, depth + 1))
        mark, at = _after(text, items[-1].end, "]")
        if mark >= 0:
            return Array(start, mark, tuple(items))


def _object(text: str, start: int, depth: int) -> Object:
    members: list[Member] = []
    at = _space(text, start + 1)
    if text[at : at + 1] == "}":
        return Object(start, at + 1, ())
    while True:
        if text[at : at + 1] != '"':
            raise _unreadable(text, at, "expecting a key in double quotes")
        key = _scalar(text, at)
        colon = _COLON.match(text, key.end)
        if colon is None:
            raise _unreadable(text, _space(text, key.end), "expecting ':'")
        value = _value(text, colon.end(), depth + 1)
        members.append(Member(key.data, at, key.end, value.end, value))
        mark, at = _after(text, value.end, "}")
        if mark >= 0:
            return Object(start, mark, tuple(members))


def _after(text: str, end: int, closing: str) -> tuple[int, int]:
    """Behind a part: the end of the whole, or else -1, and the start of the next part."""
    found = _AFTER.match(text, end)
    if found is None or found[1] not in (",", closing):
        raise _unreadable(text, _space(text, end), f"expecting ',' or '{closing}'")
    return (-1 if found[1] == "," else found.end(1)), found.end()


def _space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    assert found is not None  # it matches nothing, too
    return found.end()


def _unreadable(text: str, at: int, what: str) -> GraphError:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    message = f"cannot be read as JSON: {what} in line {line}, column {column}"
    return GraphError([Problem("", "file", message, line, column)])


# ---- Scalars are read by the standard library. ----


class _NotFiniteError(Exception):
    """Carries the name of a number that only Python has."""


def _refuse(name: str) -> object:
    raise _NotFiniteError(name)


def _whole(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return float(digits)


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole)
