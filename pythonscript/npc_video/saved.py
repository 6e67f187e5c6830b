"""Reads data that was saved with a game, which may have been damaged or changed."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from .errors import InvalidDataError

__all__ = ["read_saved"]

_T = TypeVar("_T")
# Floats beyond this have no fractions, so they do not show whether they were whole numbers.
_LARGEST_WHOLE = 2**53


def read_saved(data: Mapping[str, Any], kind: type[_T], what: str) -> _T:
    """The record in `data`, as a copy that nobody else can change.

    The data may have been through the JSON of an engine without whole numbers. So 3.0 is read as 3
    where a float would be wrong.

    Args:
        what: the record in words, such as "saved state of an NPC".

    Raises:
        InvalidDataError: it is something else.
    """
    try:
        # Through JSON, which has neither NaN nor objects, and only one kind of string.
        text = json.dumps(data, allow_nan=False)
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.ValidationError:
            return msgspec.convert(json.loads(text, parse_float=_number), kind)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidDataError(f"This is not a {what}: {error}.") from error


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _LARGEST_WHOLE else number
