"""The response graph of an NPC: from a file to something that answers interactions in microseconds.

`loading` reads and checks, `compiling` puts the nodes into a flat order, `program` runs them, and
`nodes` has all types of nodes. What an NPC remembers is kept by the evaluator.
"""

from .loading import load_metadata
from .metadata import NpcResponseMetadata

__all__ = ["NpcResponseMetadata", "load_metadata"]
