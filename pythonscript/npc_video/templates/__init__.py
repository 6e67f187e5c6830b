"""Response graphs to start from, as files in the format of NPCs.

Copy one and change its tables. Its `description` says what it is for.
"""

import json
from pathlib import Path
from typing import Any

from ..errors import InvalidDataError

__all__ = ["DEFAULT_TEMPLATE", "TEMPLATES", "read_template", "template_text"]

DEFAULT_TEMPLATE = "mood_meter"
"""The template for an NPC without a graph of its own."""

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
    """The text of a template's file, with its layout.

    Raises:
        InvalidDataError: there is no such template.
    """
    if name not in TEMPLATES:
        raise InvalidDataError(f"template: {name!r} is unknown; use one of {', '.join(TEMPLATES)}.")
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")


def read_template(name: str) -> dict[str, Any]:
    """A template as a new dictionary, which the caller may change.

    Raises:
        InvalidDataError: there is no such template.
    """
    template: dict[str, Any] = json.loads(template_text(name))
    return template
