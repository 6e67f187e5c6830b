"""Reads records from plain data, and reports all mistakes, not only the first.

msgspec converts, and names the first mistake. In that case the data is taken apart along the type,
and each part is tried separately.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from msgspec import NODEFAULT, Struct, ValidationError, convert
from msgspec.structs import fields

from ..errors import Problem
from .nodes.base import LARGEST

__all__ = ["DEEPEST", "measured", "misspelt_fields", "read"]

DEEPEST = 100
_LONGEST_NAME, _NEAR = 40, 0.75  # fields of other tools may resemble ours by chance
_fields = cache(fields)  # of few types, and they are asked for with each node
_S = TypeVar("_S", bound=Struct)
_JSON_PATH = re.compile(r" - at (`key(?: in|s in)?` in )?`\$[^`]*`")


def measured(data: object, most: int) -> str | None:
    """The reason why `data` is not plain data of at most about `most` bytes; None if it is.

    Needs time in proportion to `most` and no deep stack, whatever it gets.
    """
    size = 0
    waiting = [(data, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            return "is nested too deeply"
        size += 2
        if isinstance(value, dict):
            for key, item in value.items():
                if not isinstance(key, str):
                    return f"has the key {key!r:.40}; keys must be text"
                size += len(key)
                waiting.append((item, depth + 1))
                if size > most:
                    break
        elif isinstance(value, list | tuple):
            waiting.extend((item, depth + 1) for item in value[: most - size])
        elif isinstance(value, str):
            size += len(value)
        elif isinstance(value, int):
            size += value.bit_length() // 4
        elif value is not None and not isinstance(value, float):
            return f"contains a {type(value).__name__}, which JSON does not have"
        if size + len(waiting) > most:
            return f"is larger than {most // 1024} KiB"
    return None


def read(value: object, kind: type[_S], node: str, path: str, found: list[Problem]) -> _S | None:
    """The record for `value`; None if there are mistakes, which are appended to `found`.

    A null field counts as absent, an unknown field is ignored, and 8.0 is a whole number, as 8 is.
    """
    value = _known(value, kind)
    wrong = dict.fromkeys(_wild(value, path), "must be a finite number")
    try:
        record = convert(value, kind)
        if not wrong:
            return record
    except ValidationError as error:
        for where, message in _mistakes(value, kind, path):
            wrong.setdefault(where, message)
        if not wrong:
            wrong[path] = _message(error)
    found += (Problem(node, where or "data", message) for where, message in wrong.items())
    return None


def _known(value: object, kind: Any) -> object:
    """`value` without null and unknown fields of records; tables stay as they are."""
    kind = _member(kind, value)
    if _is_record(kind) and isinstance(value, dict):
        return {
            field.encode_name: _known(value[field.encode_name], field.type)
            for field in _fields(kind)
            if value.get(field.encode_name) is not None
        }
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        return [_known(item, get_args(kind)[0]) for item in value]
    if isinstance(value, float) and value.is_integer() and int in (kind, *get_args(kind)):
        return int(value)
    return value


def misspelt_fields(value: object, kind: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yields (unknown field, the known name that it probably misspells)."""
    kind = _member(kind, value)
    if _is_record(kind) and isinstance(value, dict):
        known = {field.encode_name: field.type for field in _fields(kind)}
        for name in value.keys() - known.keys():
            if near := get_close_matches(name[:_LONGEST_NAME], known, n=1, cutoff=_NEAR):
                yield _joined(path, name), near[0]
        for name, each in known.items():
            yield from misspelt_fields(value.get(name), each, _joined(path, name))
    elif get_origin(kind) is tuple and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from misspelt_fields(item, get_args(kind)[0], f"{path}[{index}]")


def _member(kind: Any, value: object) -> Any:
    """The type among several that an object can match; otherwise `kind`."""
    if isinstance(value, dict) and isinstance(kind, UnionType):
        for one in get_args(kind):
            if _is_record(one) or get_origin(one) is dict:
                return one
    return kind


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _wild(value: object, path: str) -> Iterator[str]:
    """Paths of numbers that are not finite, or too large to calculate with."""
    waiting = [(value, path)]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, dict):
            waiting += ((item, _joined(path, key)) for key, item in value.items())
        elif isinstance(value, list | tuple):
            waiting += ((item, f"{path}[{index}]") for index, item in enumerate(value))
        elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
            yield path


def _mistakes(value: Any, kind: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yields (field, mistake)."""
    kind = _member(kind, value)
    if _is_record(kind) and isinstance(value, dict):
        for field in _fields(kind):
            where = _joined(path, field.encode_name)
            if field.encode_name in value:
                yield from _mistakes(value[field.encode_name], field.type, where)
            elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
                yield where, "is missing"
    elif get_origin(kind) is tuple and isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _mistakes(item, get_args(kind)[0], f"{path}[{index}]")
    elif get_origin(kind) is dict and isinstance(value, dict):
        for key, item in value.items():
            yield from _mistakes(item, get_args(kind)[1], f"{path}[{key!r:.40}]")
    else:
        try:
            convert(value, kind)
        except ValidationError as error:
            yield path, _message(error)


def _message(error: ValidationError) -> str:
    """Msgspec's message in our wording: "must be `float`, not `str`"."""
    message = _JSON_PATH.sub("", str(error))
    message = re.sub(r"^Expected (.*), got (.*)$", r"must be \1, not \2", message)
    message = re.sub(r"^Expected (.*)$", r"must be \1", message)
    return message[:1].lower() + message[1:]


def _joined(path: str, name: str) -> str:
    return f"{path}.{name:.40}" if path else f"{name:.40}"
