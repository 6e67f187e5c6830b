"""Strings of the engine as Python strings."""

from __future__ import annotations

from _pythonscript import ffi, lib


def text_at(at: int) -> str:
    """The text of the Variant at `at`: a String, a StringName or a NodePath."""
    return ffi.string(lib.ps_text(at)).decode("utf-8", "replace")


def typed_text(value: int, type_: int) -> str:
    """The text of a bare String, StringName or NodePath."""
    at = lib.ps_enter(1)
    try:
        lib.ps_set_typed(at, type_, value)
        return text_at(at)
    finally:
        lib.ps_leave(at, 1)
