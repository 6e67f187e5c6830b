"""Who plays: the developer, from the editor, or players of the finished game."""

from __future__ import annotations

from godot import OS

__all__ = ["is_exported"]


def is_exported() -> bool:
    """Return True in a game that was exported, False in the editor and in games that it runs."""
    return bool(OS.has_feature("template"))
