"""The addon's shaders."""

from __future__ import annotations

from functools import cache
from typing import Any

from godot import ResourceLoader, at_exit

_FOLDER = "res://addons/npc_video_player/shaders"


@cache
def shader(name: str) -> Any:
    """One of them, kept from its first use on: to translate it anew takes longer than a frame."""
    return ResourceLoader.load(f"{_FOLDER}/{name}.gdshader")


@at_exit
def close() -> None:
    """Lets go of them; the game ends."""
    shader.cache_clear()
