"""The node that games use: engine classes on top of `npc_video`, with the bridge in between.

Importing it registers the classes, so the extension does that when the engine starts.
"""

from godot import OS, Engine
from npc_video.bake_words import BAKING

from . import shared
from .backend_resources import (
    NpcBackend,
    NpcBackendPool,
    NpcFailoverBackend,
    NpcProceduralBackend,
)
from .http_backend import NpcHttpBackend
from .interaction_zone import NpcInteractionZone, NpcInteractionZone2D
from .interaction_zone_3d import NpcInteractionZone3D
from .player import NpcVideoPlayer
from .profile import NpcProfile
from .remote_backends import NpcComfyUiBackend
from .response_graph import NpcResponseGraph
from .script_backend import NpcScriptBackend
from .stills_backend import NpcStillsBackend

__all__ = [
    "NpcBackend",
    "NpcBackendPool",
    "NpcComfyUiBackend",
    "NpcFailoverBackend",
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
    from . import baker  # noqa: F401  the same

shared.load()
