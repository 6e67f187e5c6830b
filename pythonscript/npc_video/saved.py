"""Reads what was saved with a game, which may have lain anywhere and may be anything by now."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from .errors import InvalidDataError

__all__ = ["read_saved"]

_T = TypeVar("_T")
# Beyond it floats have no fractions, and say nothing of having been whole.
_LARGEST_WHOLE = 2**53


def read_saved(data: Mapping[str, Any], kind: type[_T], what: str) -> _T:
    """What `data` stands for, of its own: nobody else can change it afterwards.

    It may have been through JSON of an engine that knows no whole numbers: where else it would be
    wrong, 3.0 is read as 3.

    Args:
        what: it should be: "saved state of an NPC".

    Raises:
        InvalidDataError: it is something else.
    """
    try:
        # By way of JSON, which knows neither NaN nor objects, and texts of one kind alone.
        text = json.dumps(data, allow_nan=False)
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.ValidationError:
            return msgspec.convert(json.loads(text, parse_float=_number), kind)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidDataError(f"This is no {what}: {error}.") from error


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _LARGEST_WHOLE else number
