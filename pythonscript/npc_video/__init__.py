"""The brain of an NPC that answers with video: everything that decides, without an engine.

Public names load their module when first used, so importing the package is quick and brings in
neither FFmpeg nor a network library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import GraphError, NpcVideoError
from .records import (
    CLIP_SECONDS,
    QUALITY_PRESETS,
    Fallback,
    GeneratedClip,
    QualityPreset,
    ToolInteraction,
    VideoGenerationConfig,
    VideoParams,
)

if TYPE_CHECKING:
    from .backends.base import Backend
    from .backends.callable import CallableBackend
    from .backends.comfyui import ComfyUiBackend
    from .backends.failover import FailoverBackend
    from .backends.http import HttpBackend
    from .backends.pool import BackendPool
    from .backends.procedural import ProceduralBackend
    from .backends.progressive import ProgressiveVideoLoader
    from .backends.stills import StillsBackend
    from .cache import ClipCache
    from .generation.events import Answer
    from .graph import NpcResponseMetadata, load_metadata
    from .manager import VideoGenerationManager
    from .npc.evaluator import NpcResponseEvaluator
    from .npc.profile import Profile
    from .prediction.common import get_common_npc_states
    from .touch.gestures import GestureDetector

__all__ = [
    "CLIP_SECONDS",
    "QUALITY_PRESETS",
    "Answer",
    "Backend",
    "BackendPool",
    "CallableBackend",
    "ClipCache",
    "ComfyUiBackend",
    "FailoverBackend",
    "Fallback",
    "GeneratedClip",
    "GestureDetector",
    "GraphError",
    "HttpBackend",
    "NpcResponseEvaluator",
    "NpcResponseMetadata",
    "NpcVideoError",
    "ProceduralBackend",
    "Profile",
    "ProgressiveVideoLoader",
    "QualityPreset",
    "StillsBackend",
    "ToolInteraction",
    "VideoGenerationConfig",
    "VideoGenerationManager",
    "VideoParams",
    "get_common_npc_states",
    "load_metadata",
]

_MODULES = {
    "Answer": "generation.events",
    "Backend": "backends.base",
    "BackendPool": "backends.pool",
    "CallableBackend": "backends.callable",
    "ClipCache": "cache",
    "ComfyUiBackend": "backends.comfyui",
    "FailoverBackend": "backends.failover",
    "GestureDetector": "touch.gestures",
    "HttpBackend": "backends.http",
    "NpcResponseEvaluator": "npc.evaluator",
    "NpcResponseMetadata": "graph",
    "ProceduralBackend": "backends.procedural",
    "Profile": "npc.profile",
    "ProgressiveVideoLoader": "backends.progressive",
    "StillsBackend": "backends.stills",
    "VideoGenerationManager": "manager",
    "get_common_npc_states": "prediction.common",
    "load_metadata": "graph",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
