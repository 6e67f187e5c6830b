"""Sends Python's output to the engine's Output panel and log."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any

from .._class.globals import utility


class EngineStream(io.TextIOBase):
    """A text stream that passes whole lines to one of the engine's print functions."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, function: str, number: int):
        self._print = utility(function)
        self._number = number
        self._rest = threading.local()

    def fileno(self) -> int:
        """The process's own stream, for child processes and code that bypasses Python."""
        return self._number

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, rest = (getattr(self._rest, "text", "") + text).split("\n")
        self._rest.text = rest
        if lines:
            self._print(
                "\n".join(lines).replace("\0", "\ufffd")
            )  # no text of the engine holds NULs
        return len(text)

    def flush(self) -> None:
        """Does nothing: complete lines are printed at once, and half a line waits for its end."""


def redirect() -> None:
    sys.stdout = EngineStream("print", 1)
    sys.stderr = EngineStream("printerr", 2)


def restore() -> None:
    """Restores Python's streams, because at its end the engine prints no more."""
    streams: Any = sys
    streams.stdout, streams.stderr = sys.__stdout__, sys.__stderr__
