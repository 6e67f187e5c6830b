"""Programs that stand for Godot, and the bare machine on which they are looked for."""

import stat
import sys
from pathlib import Path

import pytest


def godot_answering(folder: Path, answer: str, name: str = "godot") -> Path:
    """Makes a program that prints `answer`, whatever it is asked."""
    if sys.platform == "win32":
        return _program(folder / f"{name}.bat", f"@echo off\necho.{answer}\n")
    return _program(folder / name, f"#!/bin/sh\necho '{answer}'\n")


def godot_hanging(folder: Path) -> Path:
    """Makes a program for POSIX that never ends, and whose child keeps its output open."""
    return _program(folder / "godot", "#!/bin/sh\nsleep 600\n:\n")


def _program(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def make_bare(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Has no Godot named, none on PATH, and all folders of the user below `folder`."""
    monkeypatch.delenv("GODOT", raising=False)
    monkeypatch.setenv("PATH", str(folder / "bin"))
    (folder / "bin").mkdir()
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder / "home"))
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    (folder / "home").mkdir()
