"""The sections of an NPC's file besides its graph, as frozen records.

Times are milliseconds here, as in the file, and their names say so unless the file's own do not.
Settings that nothing in this package reads yet are checked all the same, so that a mistake is found
where it was made.
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
    """Who the NPC is; `avatar_url` is a picture that generators start from."""

    id: str = ""
    name: str = ""
    avatar_url: str = ""
    personality: str = "custom"


class Style(Struct, frozen=True, rename="camel"):
    """What clips look like; `loras` are model add-ons in the order in which they are applied."""

    art_style: str = ""
    quality: Literal["draft", "standard", "high"] = "standard"
    loras: tuple[str, ...] = ()


class Technical(Struct, frozen=True, rename="camel"):
    """How clips are generated: frames per second, "width x height", sampling steps, guidance."""

    fps: Annotated[float, Meta(gt=0.0, le=240.0)] = 12.0
    resolution: Annotated[str, Meta(pattern=r"^\d{1,5}x\d{1,5}$")] = "512x512"
    steps: Annotated[int, Meta(ge=1, le=1000)] = 8
    cfg: Annotated[float, Meta(ge=0.0, le=100.0)] = 3.0


class Realtime(Struct, frozen=True, rename="camel"):
    """How the wait for a clip is covered."""

    preset: str = "fast"
    max_wait_time: _Milliseconds = 5000.0
    fallback: str = "placeholder"
    predictive: bool = True
    cache_size: Annotated[int, Meta(ge=1)] = 50
    progressive: bool = True
    pre_generate: bool = True


class VideoGen(Struct, frozen=True, rename="camel"):
    """Settings of the generator; `provider` is any word that the writer of the file has for it."""

    enabled: bool = True
    provider: str = "procedural"
    base_prompt: str = ""
    style: Style = field(default_factory=Style)
    technical: Technical = field(default_factory=Technical)
    realtime: Realtime = field(default_factory=Realtime)


class Named(Struct, frozen=True):
    """A tool or a zone of which other tools write more than the id."""

    id: str


class InteractionRules(Struct, frozen=True, rename="camel"):
    """What the NPC answers: empty lists allow everything, a duration of 0 never ends."""

    enabled_tools: tuple[str | Named, ...] = ()
    zones: tuple[str | Named, ...] = ()
    response_cooldown: _Milliseconds = 500.0
    max_session_duration: _Milliseconds = 0.0


class SimulatedTouch(Struct, frozen=True, rename="camel"):
    """An interaction that an editor tries the NPC out with."""

    tool: str = ""
    pressure: _Share = 0.0
    speed: _Share = 0.0


class Debug(Struct, frozen=True, rename="camel"):
    """The help for who writes the NPC; `log_evaluations` has each answer written to the log."""

    show_graph: bool = False
    log_evaluations: bool = False
    simulated_input: SimulatedTouch | None = None


@dataclass(frozen=True, slots=True)
class NpcResponseMetadata:
    """All that is known of one NPC, its graph compiled; many evaluators may share it."""

    npc: NpcIdentity
    video_gen: VideoGen
    interaction: InteractionRules
    debug: Debug
    program: Program
