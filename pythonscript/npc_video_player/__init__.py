"""Defines the node that games use: engine classes that connect `npc_video` with the bridge.

Importing it registers the classes, so the extension does that when the engine starts.
"""

from godot import OS, Engine
from npc_video.baking.protocol import BAKING

from .player.player import NpcVideoPlayer
from .resources.backend_resources import (
    NpcBackend,
    NpcBackendPool,
    NpcFailoverBackend,
    NpcProceduralBackend,
)
from .resources.farm_backend import NpcFarmBackend
from .resources.http_backend import NpcHttpBackend
from .resources.profile import NpcProfile
from .resources.remote_backends import NpcComfyUiBackend
from .resources.response_graph import NpcResponseGraph
from .resources.script_backend import NpcScriptBackend
from .resources.stills_backend import NpcStillsBackend
from .sharing import shared
from .zones.interaction_zone import NpcInteractionZone, NpcInteractionZone2D
from .zones.interaction_zone_3d import NpcInteractionZone3D

__all__ = [
    "NpcBackend",
    "NpcBackendPool",
    "NpcComfyUiBackend",
    "NpcFailoverBackend",
    "NpcFarmBackend",
    "NpcHttpBackend",
    "NpcInteractionZone",
    "NpcInteractionZone2D",
    "NpcInteractionZone3D",
    "NpcProceduralBackend",
    "NpcProfile",
    "NpcResponseGraph",
    "NpcScriptBackend",
    "NpcStillsBackend",
    "NpcVideoPlayer",
]

if Engine.is_editor_hint():
    from . import editor  # noqa: F401  registers what it has
elif BAKING in OS.get_cmdline_user_args():
    from .baking import baker  # noqa: F401  the same

shared.load()
