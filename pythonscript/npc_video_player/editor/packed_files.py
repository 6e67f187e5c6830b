"""Lists the files that go into the package of a game and that the engine would leave out.

The engine packs resources. Videos and Python are not resources, and shaders that only Python names
are in no scene.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from npc_video.cache.baked import INDEX, BakedTier, folder_reader
from npc_video.errors import CacheError, InvalidDataError

__all__ = ["baked_clips", "opening_clips", "python_modules", "shaders"]

_IGNORED = ".gdignore"  # the engine ignores a folder with such a file
# The property of scenes and resources that names an NPC's opening clip.
_OPENING = re.compile(r'^opening_clip = "res://([^"\n]+)"$', re.MULTILINE)
_ADDONS = "addons"
_ADDON = "addons/npc_video_player"


def baked_clips(project: Path, excluded: Sequence[str]) -> Iterator[Path]:
    """Yields all files of the folders with an index of baked clips, in a fixed order.

    Args:
        project: the folder of project.godot.
        excluded: patterns of files that the developer excludes from the game.
    """
    for folder, files in _folders(project):
        if INDEX in files and not _is_excluded(project, folder / INDEX, excluded):
            baked = BakedTier(folder_reader(folder))
            try:
                baked.open()
            except (CacheError, InvalidDataError):
                continue  # another program's index
            there = {INDEX, *baked.catalogue.names()}.intersection(files)
            yield from (folder / file for file in sorted(there))


def opening_clips(project: Path, excluded: Sequence[str]) -> Iterator[Path]:
    """Yields the opening clips that scenes and resources in text format name.

    Args:
        project: the folder of project.godot.
        excluded: patterns of files that the developer excludes from the game.
    """
    named: set[str] = set()
    for folder, files in _folders(project):
        for file in files:
            if file.endswith((".tscn", ".tres")):
                named.update(_OPENING.findall((folder / file).read_text("utf-8", "replace")))
    for path in sorted(project / name for name in named):
        if path.is_file() and not _is_excluded(project, path, excluded):
            yield path


def python_modules(project: Path, named: Iterable[str], excluded: Sequence[str]) -> Iterator[Path]:
    """Yields all Python files of the game; of other addons only modules that the project names.

    Args:
        project: the folder of project.godot.
        named: the modules that the game imports at its start, such as "addons.weather.rain".
        excluded: patterns of files that the developer excludes from the game.
    """
    addons = {"/".join(name.split(".")[:2]) for name in named if name.startswith(f"{_ADDONS}.")}
    for folder, files in _folders(project):
        inside = folder.relative_to(project).as_posix()
        if inside.startswith(_ADDONS) and "/".join(inside.split("/")[:2]) not in addons:
            continue
        for file in sorted(files):
            if file.endswith(".py") and not _is_excluded(project, folder / file, excluded):
                yield folder / file


def shaders(project: Path) -> Iterator[Path]:
    """Yields the addon's own shaders."""
    folder = project / _ADDON / "shaders"
    yield from sorted([*folder.glob("*.gdshader"), *folder.glob("*.gdshaderinc")])


def _folders(project: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yields the folders of a project that the engine reads, with the names of their files."""
    for name, subfolders, files in os.walk(project):
        subfolders[:] = sorted(each for each in subfolders if each[0] != ".")
        if _IGNORED in files:
            subfolders.clear()
        else:
            yield Path(name), files


def _is_excluded(project: Path, file: Path, patterns: Sequence[str]) -> bool:
    """Applies Godot's rule: a pattern is for the whole path, or for the name alone."""
    path = file.relative_to(project).as_posix()
    texts = (path, f"res://{path}", file.name)
    return any(fnmatchcase(text, pattern) for text in texts for pattern in patterns)
