"""Distinguishes a finished game from one that the editor runs."""

from __future__ import annotations

from godot import OS

__all__ = ["is_exported"]


def is_exported() -> bool:
    """Returns True in a game that was exported, False in the editor and in games that it runs."""
    return bool(OS.has_feature("template"))
