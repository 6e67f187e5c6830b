"""Finds Godot's export templates: their folders and their file names."""

import re
from collections.abc import Mapping
from pathlib import Path

from .engine import Engine
from .platforms import Platform

__all__ = ["data_folder", "release_template", "template_folder"]

_VERSION = re.compile(r"\d+(?:\.\d+)+\.(?:stable|rc|beta|alpha|dev)\d*(?:\.mono)?")
_SELF_CONTAINED = ("._sc_", "_sc_")  # beside the program: Godot keeps its files there too
_BUNDLE = ("Contents", "MacOS")


def data_folder(system: str, home: Path, environ: Mapping[str, str]) -> Path:
    """Returns the folder of Godot's own data, and of `user://` of games.

    Args:
        system: "linux", "windows" or "macos".
        home: the user's folder.
        environ: the variables of the process.
    """
    match system:
        case "windows":
            return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "Godot"
        case "macos":
            return home / "Library" / "Application Support" / "Godot"
        case _:
            named = Path(environ.get("XDG_DATA_HOME", ""))
            return (named if named.is_absolute() else home / ".local" / "share") / "godot"


def template_folder(engine: Engine, data: Path) -> Path:
    """Returns the folder in which an engine looks for the templates of its version.

    Args:
        engine: the engine with that version.
        data: the result of `data_folder`; a self-contained engine has another.
    """
    folder = engine.path.resolve().parent
    outside = folder.parents[2] if folder.parts[-2:] == _BUNDLE else folder
    for place in (folder, outside):
        if any((place / name).is_file() for name in _SELF_CONTAINED):
            data = place / "editor_data"
    told = _VERSION.match(engine.version)
    return data / "export_templates" / (told[0] if told else engine.version)


def release_template(platform: Platform) -> str:
    """Returns the file name of a platform's release template."""
    match platform.system:
        case "windows":
            return f"windows_release_{platform.machine}.exe"
        case "macos":
            return "macos.zip"
        case _:
            return f"{platform.system}_release.{platform.machine}"
