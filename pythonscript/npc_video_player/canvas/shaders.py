"""Loads the addon's shaders."""

from __future__ import annotations

from functools import cache
from typing import Any

from godot import ResourceLoader, at_exit

_FOLDER = "res://addons/npc_video_player/shaders"


@cache
def shader(name: str) -> Any:
    """Returns a shader, kept from its first use on: compiling it takes longer than a frame."""
    return ResourceLoader.load(f"{_FOLDER}/{name}.gdshader")


@at_exit
def close() -> None:
    """Releases them at exit."""
    shader.cache_clear()
