"""The node that games use: engine classes on top of `npc_video`, with the bridge in between.

Importing it registers the classes, so the extension does that when the engine starts.
"""

from . import graph_import, shared  # noqa: F401  the first one for the editor
from .backend_resources import (
    NpcBackend,
    NpcBackendPool,
    NpcFailoverBackend,
    NpcProceduralBackend,
)
from .interaction_zone import NpcInteractionZone, NpcInteractionZone2D
from .player import NpcVideoPlayer
from .profile import NpcProfile
from .remote_backends import NpcComfyUiBackend, NpcHttpBackend
from .response_graph import NpcResponseGraph

__all__ = [
    "NpcBackend",
    "NpcBackendPool",
    "NpcComfyUiBackend",
    "NpcFailoverBackend",
    "NpcHttpBackend",
    "NpcInteractionZone",
    "NpcInteractionZone2D",
    "NpcProceduralBackend",
    "NpcProfile",
    "NpcResponseGraph",
    "NpcVideoPlayer",
]

shared.load()
