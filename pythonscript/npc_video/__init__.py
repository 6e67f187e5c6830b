"""The brain of an NPC that answers with video: all decisions, without an engine.

A public name loads its module on first use. So importing the package is quick, and loads neither
FFmpeg nor a network library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    CacheError,
    ClipLimitError,
    ClipTooLargeError,
    DamagedClipError,
    DecoderError,
    GenerationCancelledError,
    GenerationError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
    GraphError,
    InvalidDataError,
    MediaError,
    NpcVideoError,
    Problem,
    UnsupportedClipError,
    WorkerError,
)
from .records import (
    CLIP_SECONDS,
    QUALITY_PRESETS,
    CacheKey,
    Fallback,
    GeneratedClip,
    Purpose,
    QualityPreset,
    ToolInteraction,
    VideoGenerationConfig,
    VideoParams,
)

if TYPE_CHECKING:
    from .backends.base import (
        Backend,
        Capabilities,
        ClipPart,
        Early,
        GenerationRequest,
        Health,
        NpcImage,
        OnEarly,
        OnProgress,
        Preview,
    )
    from .backends.callable import CallableBackend
    from .backends.comfyui import ComfyUiBackend
    from .backends.failover import Budget, FailoverBackend
    from .backends.farm.backend import FarmBackend, FarmFacts
    from .backends.http.answer import JobState
    from .backends.http.backend import HttpBackend
    from .backends.http.fields import HttpFields
    from .backends.http.rules import Priority
    from .backends.http_session import Limits
    from .backends.pool.backend import BackendPool
    from .backends.procedural import ProceduralBackend
    from .backends.progressive import ProgressiveVideoLoader
    from .backends.stills import StillsBackend
    from .backends.token import Token
    from .cache import CacheStats, ClipCache, PendingWrite, Similar, TierStats
    from .cache.baked import BakedTier
    from .cache.disk import DiskTier
    from .generation.events import (
        Answer,
        ClipReady,
        DeadlinePassed,
        Event,
        Failed,
        Growing,
        MadeAhead,
        Previewed,
        Progress,
        SimilarReady,
        Upgraded,
    )
    from .generation.jobs import Job
    from .generation.stats import BackendStats, ManagerStats
    from .graph import NpcResponseMetadata, load_metadata
    from .manager import VideoGenerationManager
    from .media.colour import Colour
    from .media.container import MediaLimits
    from .media.decode import ClipDecoder, ClipInfo, Frame
    from .media.display import Rotation
    from .media.growing import GrowingFile, GrowingReader
    from .media.layout import Box, PictureLayout, Plane
    from .media.light import Light
    from .npc.evaluator import EvaluatorState, NpcResponseEvaluator, ReachableState
    from .npc.profile import Profile
    from .portrait.warp import Eye
    from .prediction.common import get_common_npc_states
    from .touch.gestures import Gesture, GestureDetector

__all__ = [
    "CLIP_SECONDS",
    "QUALITY_PRESETS",
    "Answer",
    "Backend",
    "BackendPool",
    "BackendStats",
    "BakedTier",
    "Box",
    "Budget",
    "CacheError",
    "CacheKey",
    "CacheStats",
    "CallableBackend",
    "Capabilities",
    "ClipCache",
    "ClipDecoder",
    "ClipInfo",
    "ClipLimitError",
    "ClipPart",
    "ClipReady",
    "ClipTooLargeError",
    "Colour",
    "ComfyUiBackend",
    "DamagedClipError",
    "DeadlinePassed",
    "DecoderError",
    "DiskTier",
    "Early",
    "EvaluatorState",
    "Event",
    "Eye",
    "Failed",
    "FailoverBackend",
    "Fallback",
    "FarmBackend",
    "FarmFacts",
    "Frame",
    "GeneratedClip",
    "GenerationCancelledError",
    "GenerationError",
    "GenerationFailedError",
    "GenerationInvalidError",
    "GenerationRefusedError",
    "GenerationRequest",
    "GeneratorOverloadedError",
    "GeneratorUnavailableError",
    "GeneratorUnreachableError",
    "Gesture",
    "GestureDetector",
    "GraphError",
    "Growing",
    "GrowingFile",
    "GrowingReader",
    "Health",
    "HttpBackend",
    "HttpFields",
    "InvalidDataError",
    "Job",
    "JobState",
    "Light",
    "Limits",
    "MadeAhead",
    "ManagerStats",
    "MediaError",
    "MediaLimits",
    "NpcImage",
    "NpcResponseEvaluator",
    "NpcResponseMetadata",
    "NpcVideoError",
    "OnEarly",
    "OnProgress",
    "PendingWrite",
    "PictureLayout",
    "Plane",
    "Preview",
    "Previewed",
    "Priority",
    "Problem",
    "ProceduralBackend",
    "Profile",
    "Progress",
    "ProgressiveVideoLoader",
    "Purpose",
    "QualityPreset",
    "ReachableState",
    "Rotation",
    "Similar",
    "SimilarReady",
    "StillsBackend",
    "TierStats",
    "Token",
    "ToolInteraction",
    "UnsupportedClipError",
    "Upgraded",
    "VideoGenerationConfig",
    "VideoGenerationManager",
    "VideoParams",
    "WorkerError",
    "get_common_npc_states",
    "load_metadata",
]

_NAMES = {
    "backends.base": (
        "Backend",
        "Capabilities",
        "ClipPart",
        "Early",
        "GenerationRequest",
        "Health",
        "NpcImage",
        "OnEarly",
        "OnProgress",
        "Preview",
    ),
    "backends.callable": ("CallableBackend",),
    "backends.comfyui": ("ComfyUiBackend",),
    "backends.failover": (
        "Budget",
        "FailoverBackend",
    ),
    "backends.farm.backend": ("FarmBackend", "FarmFacts"),
    "backends.http.backend": ("HttpBackend",),
    "backends.http.answer": ("JobState",),
    "backends.http.fields": ("HttpFields",),
    "backends.http.rules": ("Priority",),
    "backends.http_session": ("Limits",),
    "backends.pool.backend": ("BackendPool",),
    "backends.procedural": ("ProceduralBackend",),
    "backends.progressive": ("ProgressiveVideoLoader",),
    "backends.stills": ("StillsBackend",),
    "backends.token": ("Token",),
    "cache": (
        "CacheStats",
        "ClipCache",
        "PendingWrite",
        "Similar",
        "TierStats",
    ),
    "cache.baked": ("BakedTier",),
    "cache.disk": ("DiskTier",),
    "generation.events": (
        "Answer",
        "ClipReady",
        "DeadlinePassed",
        "Event",
        "Failed",
        "Growing",
        "MadeAhead",
        "Previewed",
        "Progress",
        "SimilarReady",
        "Upgraded",
    ),
    "generation.jobs": ("Job",),
    "generation.stats": (
        "BackendStats",
        "ManagerStats",
    ),
    "graph": (
        "NpcResponseMetadata",
        "load_metadata",
    ),
    "manager": ("VideoGenerationManager",),
    "media.colour": ("Colour",),
    "media.decode": (
        "ClipDecoder",
        "ClipInfo",
        "Frame",
    ),
    "media.display": ("Rotation",),
    "media.growing": (
        "GrowingFile",
        "GrowingReader",
    ),
    "media.layout": (
        "Box",
        "PictureLayout",
        "Plane",
    ),
    "media.light": ("Light",),
    "media.container": ("MediaLimits",),
    "npc.evaluator": (
        "EvaluatorState",
        "NpcResponseEvaluator",
        "ReachableState",
    ),
    "npc.profile": ("Profile",),
    "portrait.warp": ("Eye",),
    "prediction.common": ("get_common_npc_states",),
    "touch.gestures": (
        "Gesture",
        "GestureDetector",
    ),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
