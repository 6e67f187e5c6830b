"""Tells GDScript the processor time of its thread, which the engine does not."""

from __future__ import annotations

import time

from godot import RefCounted, exposed

__all__ = ["GraphClock"]


@exposed(tool=True)
class GraphClock(RefCounted):
    """Reads the clock of the calling thread."""

    def milliseconds(self) -> float:
        """Returns the processor time of this thread."""
        return 1000.0 * time.thread_time()
