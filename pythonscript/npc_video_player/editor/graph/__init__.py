"""Edits response graphs by sight: nodes, wires and fields instead of JSON.

The text in an `NpcResponseGraph` is the truth. Each edit writes a new text, which can be undone,
and the view follows the text, wherever its change comes from.
"""

from .dock import GraphDock

__all__ = ["GraphDock"]
