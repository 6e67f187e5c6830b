"""The response graph of an NPC: loads it from a file, and answers interactions in microseconds.

`loading` reads and checks the file, `compiling` puts the nodes in order, `program` runs them, and
`nodes` has all node types. The evaluator keeps the NPC's memory.
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
from .tracing import NodeTrace, TracedTurn

__all__ = [
    "Debug",
    "InteractionRules",
    "Named",
    "NodeTrace",
    "NpcIdentity",
    "NpcResponseMetadata",
    "Program",
    "Realtime",
    "SimulatedTouch",
    "Style",
    "Technical",
    "TracedTurn",
    "VideoGen",
    "load_metadata",
]
