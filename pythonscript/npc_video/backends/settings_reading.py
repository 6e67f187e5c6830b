"""Reads tables of settings strictly; an error says where the mistake is and what is allowed.

A record's types say what a table may contain. Messages do not repeat wrong values, because one may
be a token in the wrong place.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from msgspec import NODEFAULT, Struct, ValidationError, convert
from msgspec.structs import FieldInfo, fields

from ..errors import InvalidDataError

__all__ = ["kinds_of", "read_one_of", "read_settings", "settings_of"]

_S = TypeVar("_S", bound=Struct)
_WORDS: Mapping[type, str] = {
    bool: "true or false",
    str: "text",
    int: "a whole number",
    float: "a number",
    dict: "a table",
    list: "a list",
    datetime: "a date",
    date: "a date",
    time: "a time",
}
_MANY: Mapping[type, str] = {str: "texts", int: "whole numbers", float: "numbers", list: "lists"}


def kinds_of(*records: type[_S]) -> dict[str, type[_S]]:
    """Records by their tags."""
    return {str(record.__struct_config__.tag): record for record in records}


def read_one_of(value: object, kinds: Mapping[str, type[_S]], where: str) -> _S:
    """Reads a table as the record of the kind that it names.

    Raises:
        InvalidDataError: it names none of `kinds`, or a setting is wrong.
    """
    if not isinstance(value, dict):
        raise InvalidDataError(f"{where}: must be a table, not {_told(value)}.")
    if "kind" not in value:
        raise InvalidDataError(f"{where}: kind is missing; use one of {', '.join(sorted(kinds))}.")
    kind = value["kind"]
    if not isinstance(kind, str):
        raise InvalidDataError(f"{where}: kind: must be text, not {_told(kind)}.")
    if kind not in kinds:
        raise InvalidDataError.of_unknown(kind, kinds, f"{where}: kind: ")
    for name in value.keys() - _names(kinds[kind]) - {"kind"}:
        others = sorted(each for each, record in kinds.items() if name in _names(record))
        if others:
            raise InvalidDataError(
                f"{where}: {name} is a setting of the kind {' or '.join(others)}, not of {kind};"
                " remove it."
            )
    return read_settings(value, kinds[kind], f"{where}: ")


def read_settings(value: Mapping[str, Any], record: type[_S], where: str = "") -> _S:
    """Reads a table as a record.

    Args:
        where: the start of error messages, such as "backends.local: ".

    Raises:
        InvalidDataError: a setting is unknown, missing or of the wrong type.
    """
    _check(value, record, where, "")
    try:
        return convert(value, record)
    except ValidationError as error:
        raise InvalidDataError(f"{where}{str(error).rstrip('.')}.") from error


def settings_of(record: type[Struct]) -> dict[str, object]:
    """The settings that a table may contain, with dots for tables within it, and their defaults.

    A required setting has `msgspec.NODEFAULT`.
    """
    found: dict[str, object] = {}
    for field in fields(record):
        if _is_record(field.type):
            below = settings_of(field.type)
            found |= {f"{field.encode_name}.{name}": usual for name, usual in below.items()}
        else:
            found[field.encode_name] = _usual(field)
    return found


def _usual(field: FieldInfo) -> object:
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def _names(record: type[Struct]) -> Collection[str]:
    return {field.encode_name for field in fields(record)}


def _check(value: Any, kind: Any, where: str, path: str) -> None:
    if _is_record(kind) and isinstance(value, dict):
        before = f"{where}{path}: " if path else where
        for name in value:
            if name != kind.__struct_config__.tag_field and name not in _names(kind):
                raise InvalidDataError.of_unknown(name, _names(kind), before)
        for field in fields(kind):
            if field.encode_name in value:
                below = f"{path}.{field.encode_name}" if path else field.encode_name
                _check(value[field.encode_name], field.type, where, below)
        for field in fields(kind):
            if field.encode_name not in value and _usual(field) is NODEFAULT:
                raise InvalidDataError(f"{before}{field.encode_name} is missing; add it.")
    elif get_origin(kind) is dict and isinstance(value, dict):
        for name, each in value.items():
            _check(each, get_args(kind)[1], where, f"{path}.{name!s:.80}")
    else:
        try:
            convert(value, kind)
        except ValidationError as error:
            what = f"must be {_wanted(kind)}, not {_told(value)}"
            if get_origin(kind) is list and isinstance(value, list):
                wrong = (each for each in value if not _fits(each, get_args(kind)[0]))
                what = f"must be {_wanted(kind)}, but there is {_told(next(wrong))} in it"
            raise InvalidDataError(f"{where}{path}: {what}.") from error


def _fits(value: object, kind: Any) -> bool:
    try:
        convert(value, kind)
    except ValidationError:
        return False
    return True


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _wanted(kind: Any) -> str:
    """A type in words, such as "a list of texts"."""
    if isinstance(kind, UnionType):
        words = dict.fromkeys(_wanted(one) for one in get_args(kind) if one is not type(None))
        return " or ".join(words)
    if get_origin(kind) is list:
        items = get_args(kind)[0]
        each = get_args(items) if isinstance(items, UnionType) else (items,)
        return f"a list of {' or '.join(_MANY.get(one, 'values') for one in each)}"
    return "a table" if _is_record(kind) else _WORDS.get(get_origin(kind) or kind, "a value")


def _told(value: object) -> str:
    return _WORDS.get(type(value), "something else")
