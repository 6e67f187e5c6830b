"""Players for tests: in the cheapest preset, and as large as the test says."""

from __future__ import annotations

from typing import Any

from godot import Node, Vector2
from npc_video_player import NpcVideoPlayer

BARE = {
    "progress_ring": False,
    "crossfade": 0.0,
    "interpolation": NpcVideoPlayer.Interpolation.INTERPOLATION_NONE,
    "stretch_mode": NpcVideoPlayer.StretchMode.STRETCH_SCALE,
}
"""Shows clips and nothing else, pixel for pixel."""


def made_player(size: tuple[float, float] = (64.0, 64.0), **properties: Any) -> NpcVideoPlayer:
    """One that is in no scene yet."""
    player = NpcVideoPlayer()
    player.preset = NpcVideoPlayer.QualityPreset.QUALITY_REALTIME
    player.set_size(Vector2(*size))
    for name, value in properties.items():
        setattr(player, name, value)
    return player


def player_in(
    test: Node, size: tuple[float, float] = (64.0, 64.0), **properties: Any
) -> NpcVideoPlayer:
    """One that is a child of `test`."""
    player = made_player(size, **properties)
    test.add_child(player)
    return player
