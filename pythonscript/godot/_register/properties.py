"""Exported properties as the engine describes them to its inspector."""

from __future__ import annotations

from .described import HINT_ENUM, USAGE_DEFAULT, Described, described
from .fields import export

# The engine's PropertyHint numbers that `described` does not use.
_HINT_RANGE, _HINT_FILE, _HINT_DIR, _HINT_MULTILINE, _HINT_TYPE_STRING = 1, 13, 14, 18, 23


def described_export(field: export[object]) -> Described:
    """The description of a property for the inspector."""
    base = described(field.type)
    hint, text = field.hint, field.hint_string
    suffix = f"suffix:{field.suffix}" if field.suffix else ""
    if field.range is not None:
        numbers = [str(number) for number in field.range]
        hint, text = _HINT_RANGE, ",".join([*numbers, suffix] if suffix else numbers)
    elif field.enum is not None:
        hint, text = HINT_ENUM, ",".join(field.enum)
    elif field.file:
        hint, text = _HINT_FILE, field.file if isinstance(field.file, str) else ""
    elif field.dir:
        hint = _HINT_DIR
    elif field.multiline:
        hint = _HINT_MULTILINE
    elif suffix:
        text = suffix
    elif base.inner and not hint:
        hint, text = _HINT_TYPE_STRING, ";".join(map(_type_string, base.inner))
    elif not hint:
        hint, text = base.hint, base.hint_string
    usage = field.usage | (base.usage & ~USAGE_DEFAULT)
    return Described(
        base.type, base.class_name, hint, text, usage, base.python, base.inner, base.enum_name
    )


def _type_string(item: Described) -> str:
    """An element's type in the inspector's notation; see PROPERTY_HINT_TYPE_STRING."""
    hint, text = item.hint, item.hint_string
    if item.inner:
        hint, text = _HINT_TYPE_STRING, ";".join(map(_type_string, item.inner))
    return f"{int(item.type)}/{hint}:{text}"
