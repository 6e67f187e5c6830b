"""The server's own checks of an input (as of 0.3.75 and 0.33).

Custom nodes may replace some of these checks, and older versions check less. What those may accept
is reported as a doubt, which does not prevent sending the job.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .description import Description, Input

__all__ = ["Wrong", "as_link", "choices", "wrong_link", "wrong_value"]

_NUMBERS: Mapping[str, Any] = {"INT": int, "FLOAT": float}
_CHOICE = "COMBO"
_ANY = "*"
_INTERNAL = "COMFY_"
# A list that is a value, not a connection, is wrapped in this.
_WRAPPED = "__value__"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem with an input; `is_sure` if every server refuses it."""

    message: str
    is_sure: bool = True


def choices(described: Input) -> list[Any] | None:
    """The choices of an input, such as the models of a loader; None if any value is allowed.

    Uploads may be in folders that the list omits, and some lists are on other servers.
    """
    options = described.options
    if any(name == "upload" or name.endswith("_upload") for name in options):
        return None
    if options.get("remote") or options.get("remote_combo"):
        return None
    listed = options.get("options") if described.kind == _CHOICE else described.kind
    return listed if isinstance(listed, list) else None


def as_link(value: Any) -> tuple[str, int] | None:
    """The node and output number that a value is connected to; None if it is not a connection."""
    if isinstance(value, list) and len(value) == 2:
        source, output = value
        if isinstance(source, str) and isinstance(output, int):
            return source, output
    return None


def wrong_value(value: Any, described: Input, *, is_known: bool, checks_all: bool) -> Wrong | None:
    """The problem with a value that is not a connection; None if it is fine.

    Args:
        is_known: whether the node is one of the server's own.
        checks_all: whether the server checks lists of choices in all forms of description.
    """
    if isinstance(value, dict) and _WRAPPED in value:
        value = value[_WRAPPED]
    if isinstance(described.kind, str) and described.kind in _NUMBERS:
        return _wrong_number(value, described, is_known=is_known)
    listed = choices(described)
    if listed is None:
        return None
    chosen = value if isinstance(value, list) and described.options.get("multiselect") else [value]
    for each in chosen:
        if each not in listed:
            is_sure = is_known and (isinstance(described.kind, list) or checks_all)
            return Wrong(_not_there(each, listed), is_sure)
    return None


def wrong_link(
    source: Description, output: int, described: Input, label: str, *, is_known: bool
) -> Wrong | None:
    """The problem with a connection to an output of a node; None if it is fine.

    Args:
        label: the name of that node for people.
        is_known: whether the target node is one of the server's own.
    """
    given = source.outputs
    if given is None:
        return None
    # Negative numbers count from the end.
    if not -len(given) <= output < len(given):
        return Wrong(
            f"is connected to output {output} of {label}, which does not have it", source.is_known
        )
    made, kind = given[output], described.kind
    if not isinstance(made, str) or not isinstance(kind, str):
        return None
    gives, takes = (_kinds(text) for text in (made, kind))
    if gives & takes or any(each == _ANY or each.startswith(_INTERNAL) for each in gives | takes):
        return None
    return Wrong(f"takes {kind}, but {label} gives {made}", source.is_known and is_known)


def _kinds(text: str) -> set[str]:
    return {kind.strip() for kind in text.split(",")}


def _wrong_number(value: Any, described: Input, *, is_known: bool) -> Wrong | None:
    """Checks a number as the server does: it converts text, and rounds for whole numbers."""
    kind = described.kind
    try:
        number = _NUMBERS[kind](value)
    except (TypeError, ValueError, OverflowError):
        return Wrong(f"must be a number ({kind}), not {value!r:.80}")
    low, high = described.options.get("min"), described.options.get("max")
    if isinstance(low, int | float) and number < low:
        return Wrong(f"{number} is below {low}", is_known)
    if isinstance(high, int | float) and number > high:
        return Wrong(f"{number} is above {high}", is_known)
    return None


def _not_there(value: Any, listed: list[Any]) -> str:
    shown = ", ".join(f"{each!s:.80}" for each in listed[:8]) + (", …" if len(listed) > 8 else "")
    return f"the server does not have {value!r:.120}, but {shown or 'nothing'}"
