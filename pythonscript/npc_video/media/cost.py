"""Counts the cost of playing clips, for statistics."""

from __future__ import annotations

import threading
from dataclasses import dataclass

__all__ = ["Cost", "CostCounter"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of all clips together, since the start.

    Attributes:
        decoded: frames; `decode_seconds` is processor time of the decoders' threads.
        uploaded: frames given to the renderer; `upload_seconds` is time on the main thread.
        dropped: frames that were never on screen, because the next one was due too.
    """

    decoded: int = 0
    decode_seconds: float = 0.0
    uploaded: int = 0
    upload_seconds: float = 0.0
    dropped: int = 0


class CostCounter:
    """Adds up costs. Call `add_decoded` on any thread, the other methods on the main thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards the numbers of decoders, which change in steps
        self._decoded = 0
        self._decode_seconds = 0.0
        self._uploaded = 0
        self._upload_seconds = 0.0
        self._dropped = 0

    def add_decoded(self, seconds: float) -> None:
        """Counts a decoded frame."""
        with self._lock:
            self._decoded += 1
            self._decode_seconds += seconds

    def add_uploaded(self, seconds: float) -> None:
        """Counts a frame given to the renderer."""
        self._uploaded += 1
        self._upload_seconds += seconds

    def add_dropped(self, frames: int) -> None:
        """Counts frames that were never on screen."""
        self._dropped += frames

    def total(self) -> Cost:
        with self._lock:
            return Cost(
                self._decoded,
                self._decode_seconds,
                self._uploaded,
                self._upload_seconds,
                self._dropped,
            )
