"""The node that games use: engine classes on top of `npc_video`, with the bridge in between.

Importing it registers the classes, so the extension does that when the engine starts.
"""

from . import shared
from .player import NpcVideoPlayer

__all__ = ["NpcVideoPlayer"]

shared.load()
