"""Response graphs to begin with, as files in the format that NPCs are kept in.

Copy one, change its tables, and it is yours. Each file says in its `description` what it is for.
"""

import json
from pathlib import Path
from typing import Any

from ..errors import InvalidDataError

__all__ = ["DEFAULT_TEMPLATE", "TEMPLATES", "read_template", "template_text"]

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


def template_text(name: str) -> str:
    """The file of a template, as it was laid out to be read.

    Raises:
        InvalidDataError: there is no such template.
    """
    if name not in TEMPLATES:
        raise InvalidDataError(f"template: {name!r} is unknown; use one of {', '.join(TEMPLATES)}.")
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")


def read_template(name: str) -> dict[str, Any]:
    """A template as a dictionary that the caller may change.

    Raises:
        InvalidDataError: there is no such template.
    """
    template: dict[str, Any] = json.loads(template_text(name))
    return template
