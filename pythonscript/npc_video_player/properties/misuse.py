"""Errors that a game's programmer sees at the line that is wrong."""

from __future__ import annotations

import contextlib
import sys

import godot
from godot import export, push_error
from npc_video import NpcVideoError

__all__ = ["MisuseError", "line_of_python", "report_misuse"]

_BRIDGE = godot.__file__.rpartition("__init__")[0]
_PLAYER = __file__.rpartition("properties")[0]
# Between a caller and the code that refuses the call, whoever calls.
_BETWEEN = (export.__set__.__code__.co_filename, contextlib.__file__)


class MisuseError(NpcVideoError):
    """A call that is wrong in the game's program: an argument, or the time of the call."""


def report_misuse(sentence: str) -> None:
    """Prints an error, with the line of the Python program that called.

    For a script of the engine its debugger shows the line.
    """
    line = line_of_python()
    push_error(f"{sentence} ({line})" if line else sentence)


def line_of_python() -> str:
    """Returns file and line of the Python code that called the player; "" if a script did."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_between(frame.f_code.co_filename):
        frame = frame.f_back
    file = frame.f_code.co_filename
    return "" if file.startswith((_BRIDGE, _PLAYER)) else f"{file}, line {frame.f_lineno}"


def _is_between(file: str) -> bool:
    return file in _BETWEEN or file.startswith(_PLAYER)
