"""Clips that most NPCs need, for an NPC of which only the name is known."""

from dataclasses import replace

from ..records import VideoParams

__all__ = ["get_common_npc_states"]

_COMMON = (
    ("neutral", "idle", "neutral", 1.0),
    ("happy", "nod", "pleased", 0.8),
    ("curious", "tilt", "interested", 0.7),
    ("interested", "lean_in", "interested", 0.6),
    ("surprised", "startle", "surprised", 0.5),
    ("sad", "idle", "sad", 0.4),
    ("annoyed", "shake", "annoyed", 0.3),
)
_INTENSITY = 0.5


def get_common_npc_states(npc: VideoParams) -> list[tuple[VideoParams, float]]:
    """Looks that most NPCs show, with weights from 0 to 1, the likeliest first.

    Args:
        npc: its name and style; expression, emotion and animation are ignored.
    """
    return [
        (
            replace(
                npc,
                expression=expression,
                animation=animation,
                emotion=emotion,
                intensity=_INTENSITY,
            ),
            weight,
        )
        for expression, animation, emotion, weight in _COMMON
    ]
