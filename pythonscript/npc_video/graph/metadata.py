"""The sections of an NPC's file other than its graph, as frozen records.

Times are in milliseconds, as in the file, and their names say so unless the file's own names do
not. Settings that this package does not use are checked too, so that a mistake is found where it
was made.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from .program import Program

__all__ = [
    "Debug",
    "InteractionRules",
    "NpcIdentity",
    "NpcResponseMetadata",
    "Realtime",
    "SimulatedTouch",
    "Style",
    "Technical",
    "VideoGen",
]

_Milliseconds = Annotated[float, Meta(ge=0.0)]
_Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class NpcIdentity(Struct, frozen=True, rename="camel"):
    """The identity of the NPC; `avatar_url` is a picture for generators to start from."""

    id: str = ""
    name: str = ""
    avatar_url: str = ""
    personality: str = "custom"


class Style(Struct, frozen=True, rename="camel"):
    """The look of clips; `loras` are model add-ons in their order of application."""

    art_style: str = ""
    quality: Literal["draft", "standard", "high"] = "standard"
    loras: tuple[str, ...] = ()


class Technical(Struct, frozen=True, rename="camel"):
    """Generation settings: frames per second, "width x height", sampling steps, guidance."""

    fps: Annotated[float, Meta(gt=0.0, le=240.0)] = 12.0
    resolution: Annotated[str, Meta(pattern=r"^\d{1,5}x\d{1,5}$")] = "512x512"
    steps: Annotated[int, Meta(ge=1, le=1000)] = 8
    cfg: Annotated[float, Meta(ge=0.0, le=100.0)] = 3.0


class Realtime(Struct, frozen=True, rename="camel"):
    """Settings that bridge the wait for a clip."""

    preset: str = "fast"
    max_wait_time: _Milliseconds = 5000.0
    fallback: str = "placeholder"
    predictive: bool = True
    cache_size: Annotated[int, Meta(ge=1)] = 50
    progressive: bool = True
    pre_generate: bool = True


class VideoGen(Struct, frozen=True, rename="camel"):
    """Settings of the generator; `provider` is a free text of the file's author."""

    enabled: bool = True
    provider: str = "procedural"
    base_prompt: str = ""
    style: Style = field(default_factory=Style)
    technical: Technical = field(default_factory=Technical)
    realtime: Realtime = field(default_factory=Realtime)


class Named(Struct, frozen=True):
    """A tool or a zone for which other tools write more than the id."""

    id: str


class InteractionRules(Struct, frozen=True, rename="camel"):
    """The accepted interactions: an empty list accepts any, and a duration of 0 has no limit."""

    enabled_tools: tuple[str | Named, ...] = ()
    zones: tuple[str | Named, ...] = ()
    response_cooldown: _Milliseconds = 500.0
    max_session_duration: _Milliseconds = 0.0


class SimulatedTouch(Struct, frozen=True, rename="camel"):
    """An interaction with which an editor tries the NPC."""

    tool: str = ""
    pressure: _Share = 0.0
    speed: _Share = 0.0


class Debug(Struct, frozen=True, rename="camel"):
    """Help for the author of the NPC; `log_evaluations` writes each answer to the log."""

    show_graph: bool = False
    log_evaluations: bool = False
    simulated_input: SimulatedTouch | None = None


@dataclass(frozen=True, slots=True)
class NpcResponseMetadata:
    """Everything about one NPC, with its graph compiled; many evaluators may share it."""

    npc: NpcIdentity
    video_gen: VideoGen
    interaction: InteractionRules
    debug: Debug
    program: Program
