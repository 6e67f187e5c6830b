"""The node that games use: engine classes on top of `npc_video`, with the bridge in between.

Importing it registers the classes, so the extension does that when the engine starts.
"""

from . import graph_import, shared  # noqa: F401  the first one for the editor
from .interaction_zone import NpcInteractionZone, NpcInteractionZone2D
from .player import NpcVideoPlayer
from .profile import NpcProfile
from .response_graph import NpcResponseGraph

__all__ = [
    "NpcInteractionZone",
    "NpcInteractionZone2D",
    "NpcProfile",
    "NpcResponseGraph",
    "NpcVideoPlayer",
]

shared.load()
