"""The NPCs that are played with: one for each response graph that ships."""

import functools
from collections.abc import Iterable

from npc_video import NpcResponseEvaluator
from npc_video.graph import NpcResponseMetadata, load_metadata
from npc_video.templates import read_template

from .players import Stage

__all__ = ["NPCS", "evaluators"]

NPCS = {
    "mood_meter": Stage(
        ("feather", "hand", "gift", "song", "stick"), ("belly", "cheek", "forehead", "horns")
    ),
    "tickle_game": Stage(
        ("feather", "hand"), ("belly", "feet", "neck", "cheek", "nose", "forehead", "horns")
    ),
    "affinity": Stage(("gift", "song", "treat", "feather", "hand", "stick"), ("cheek", "hands")),
    "guard": Stage(
        ("stick", "lockpick", "rope", "hand", "song", "gift"), ("keys", "chest", "door")
    ),
    "merchant": Stage(
        ("coin", "compliment", "joke", "song", "gift", "walk_away", "insult"), ("unknown",)
    ),
    "pet": Stage(("treat", "food", "ball", "feather", "hand", "song"), ("head", "back", "belly")),
}
"""By the name of the template, which is also the NPC's id: what the player can do."""


def evaluators(npc_ids: Iterable[str]) -> dict[str, NpcResponseEvaluator]:
    """New ones, in their first state."""
    return {npc_id: NpcResponseEvaluator(_metadata(npc_id)) for npc_id in npc_ids}


@functools.cache
def _metadata(npc_id: str) -> NpcResponseMetadata:
    return load_metadata(read_template(npc_id))
