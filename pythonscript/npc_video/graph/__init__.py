"""The response graph of an NPC: from a file to something that answers interactions in microseconds.

`loading` reads and checks, `compiling` puts the nodes into a flat order, `program` runs them, and
`nodes` has all types of nodes. What an NPC remembers is kept by the evaluator.
"""

from .loading import load_metadata
from .metadata import (
    Debug,
    InteractionRules,
    Named,
    NpcIdentity,
    NpcResponseMetadata,
    Realtime,
    SimulatedTouch,
    Style,
    Technical,
    VideoGen,
)
from .program import Program

__all__ = [
    "Debug",
    "InteractionRules",
    "Named",
    "NpcIdentity",
    "NpcResponseMetadata",
    "Program",
    "Realtime",
    "SimulatedTouch",
    "Style",
    "Technical",
    "VideoGen",
    "load_metadata",
]
