"""Examines the folders for clips and packages: they are writable and have room."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..shipping.platforms import this_platform
from ..shipping.templates import data_folder
from .finding import Finding

__all__ = ["PART", "clip_folders", "examine", "user_folder"]

PART = "cache"
_LITTLE = 1_000_000_000  # bytes; an export needs about half of that temporarily
_GAMES = "app_userdata"
_SETTING = re.compile(r'^config/(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\w+))\s*$', re.MULTILINE)
_NAMED = re.compile(r'^cache_folder = "user://([^"]*)"$', re.MULTILINE)
_NOT_IN_NAMES = re.compile(r'[:*?"<>|\\/]')


def examine(project: Path | None, further: Mapping[str, Path]) -> Finding:
    """Examines this user's folders, and those that a project's scenes name for clips.

    Args:
        project: the folder of a project.godot.
        further: more folders to examine, by their purpose.
    """
    data = data_folder(this_platform().system, Path.home(), os.environ)
    folders = {"games": data / _GAMES, "temporary": Path(tempfile.gettempdir()), **further}
    if project is not None:
        folders["project"] = project / ".godot"
        folders |= {f"clips {path.name}": path for path in clip_folders(project, data)}
    facts, problems, advice = {}, [], []
    for label, folder in folders.items():
        there = next((each for each in (folder, *folder.parents) if each.is_dir()), None)
        if there is None:
            problems.append(f"{folder} is on a drive that is not there: choose another.")
            continue
        free = shutil.disk_usage(there).free
        facts[label] = f"{folder}, {free / 1e9:.1f} GB free"
        if (refused := _refused(there)) is not None:
            problems.append(f"{there} cannot be written to ({refused}): get write access.")
        elif free < _LITTLE:
            advice.append(f"There is little room in {folder}: free some space.")
    return Finding(PART, facts, tuple(problems), tuple(advice))


def _refused(folder: Path) -> str | None:
    """Tries to write a file; returns the reason why it cannot, or None."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"npc")
    except OSError as error:
        return error.strerror or str(error)
    return None


def clip_folders(project: Path, data: Path) -> list[Path]:
    """Returns the folders in which a project's scenes and resources keep clips.

    Args:
        project: the folder of its project.godot.
        data: Godot's data folder, as `data_folder` returns it.
    """
    user = user_folder((project / "project.godot").read_text("utf-8", "replace"), data)
    return sorted({user / named for file in _scenes(project) for named in _names_in(file)})


def _scenes(project: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(project):
        subfolders[:] = [name for name in subfolders if name[0] != "." and name != "addons"]
        yield from (Path(folder, name) for name in files if name.endswith((".tscn", ".tres")))


def _names_in(scene: Path) -> list[str]:
    return _NAMED.findall(scene.read_text("utf-8", "replace"))


def user_folder(settings: str, data: Path) -> Path:
    """Returns the folder of `user://` for a game, by the rules of Godot.

    Args:
        settings: the text of its project.godot.
        data: Godot's data folder, as `data_folder` returns it.
    """
    told = {key: text or word for key, text, word in _SETTING.findall(settings)}
    name = _NOT_IN_NAMES.sub("-", told.get("name", "")).strip() or "[unnamed project]"
    if told.get("use_custom_user_dir") != "true":
        return data / _GAMES / name
    return data.parent / (told.get("custom_user_dir_name") or name)
