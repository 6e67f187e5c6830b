"""Response graphs to begin with, as files in the format that NPCs are kept in.

Copy one, change its tables, and it is yours. Each file says in its `description` what it is for.
"""

import json
from importlib.resources import files
from typing import Any

from ..errors import InvalidDataError

__all__ = ["DEFAULT_TEMPLATE", "TEMPLATES", "read_template"]

DEFAULT_TEMPLATE = "mood_meter"
"""What an NPC without a graph of its own answers with."""

TEMPLATES = (
    "mood_meter",
    "tickle_game",
    "affinity",
    "guard",
    "merchant",
    "pet",
)
"""The names of all templates."""


def read_template(name: str) -> dict[str, Any]:
    """A template as a dictionary that the caller may change.

    Raises:
        InvalidDataError: there is no such template.
    """
    if name not in TEMPLATES:
        raise InvalidDataError(f"template: {name!r} is unknown; use one of {', '.join(TEMPLATES)}.")
    file = files(__name__).joinpath(f"{name}.json")
    template: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return template
