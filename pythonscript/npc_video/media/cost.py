"""What playing clips costs, counted where it is spent and read by whoever shows it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

__all__ = ["Cost", "CostCounter"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of all clips together, since the start.

    Attributes:
        decoded: frames; `decode_seconds` is processor time of the decoders' threads.
        uploaded: frames given to the renderer; `upload_seconds` is time of the main thread.
        dropped: frames that were never on screen because the one after them was due as well.
    """

    decoded: int = 0
    decode_seconds: float = 0.0
    uploaded: int = 0
    upload_seconds: float = 0.0
    dropped: int = 0


class CostCounter:
    """Adds costs up. `add_decoded` may be called on any thread, the rest on the main thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # around what decoders add, which is several steps
        self._decoded = 0
        self._decode_seconds = 0.0
        self._uploaded = 0
        self._upload_seconds = 0.0
        self._dropped = 0

    def add_decoded(self, seconds: float) -> None:
        """One more frame was decoded."""
        with self._lock:
            self._decoded += 1
            self._decode_seconds += seconds

    def add_uploaded(self, seconds: float) -> None:
        """One more frame was given to the renderer."""
        self._uploaded += 1
        self._upload_seconds += seconds

    def add_dropped(self, frames: int) -> None:
        """So many frames were never on screen."""
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
