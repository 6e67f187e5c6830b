"""Baked clips go into the package when the game is exported.

The engine exports resources, and videos are none to it: without this every preset would have to
name them in its filter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from godot import EditorExportPlugin, ProjectSettings, exposed
from npc_video.cache.baked import INDEX, BakedTier, folder_reader
from npc_video.errors import CacheError, InvalidDataError

__all__ = ["NpcBakedExport"]

_IGNORED = ".gdignore"  # the engine looks into no folder with such a file


@exposed(hidden=True)
class NpcBakedExport(EditorExportPlugin):
    """Adds the files of every baked folder of the project."""

    def _get_name(self) -> str:
        return "NpcBakedExport"

    def _export_begin(self, features: list[str], is_debug: bool, path: str, flags: int) -> None:
        project = Path(ProjectSettings.globalize_path("res://"))
        self._added = set()
        for file in _baked_files(project):
            inside = f"res://{file.relative_to(project).as_posix()}"
            self.add_file(inside, file.read_bytes(), False)
            self._added.add(inside)

    def _export_file(self, path: str, kind: str, features: list[str]) -> None:
        if path in self._added:
            self.skip()  # a filter of the preset names it too


def _baked_files(project: Path) -> Iterator[Path]:
    """All files of the folders that have the index of baked clips, in a fixed order."""
    for name, subfolders, files in os.walk(project):
        subfolders[:] = sorted(sub for sub in subfolders if sub[0] != ".")
        if _IGNORED in files:
            subfolders.clear()
        elif INDEX in files:
            folder = Path(name)
            baked = BakedTier(folder_reader(folder))
            try:
                baked.open()
            except (CacheError, InvalidDataError):
                continue  # another program's index
            there = {INDEX, *baked.catalogue.names()}.intersection(files)
            yield from (folder / file for file in sorted(there))
