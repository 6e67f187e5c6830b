"""Imports a game's own Python modules: `import enemies.boss` finds `res://enemies/boss.py`.

The engine's `FileAccess` reads them, so imports also work from the package of an exported game.
There the modules are compiled, unless the developer keeps the sources.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from .._object.registry import class_named
from .._object.singletons import singleton


class ResourceFinder:
    """Finds and loads modules below `res://`."""

    def __init__(self) -> None:
        self.files: Any = class_named("FileAccess")
        self.folders: Any = class_named("DirAccess")
        self.settings = singleton("ProjectSettings")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        base = f"res://{fullname.replace('.', '/')}"
        for stem, is_package in ((base, False), (f"{base}/__init__", True)):
            for file, kind in ((f"{stem}.py", _SourceLoader), (f"{stem}.pyc", _CompiledLoader)):
                if self.files.file_exists(file):
                    # Tracebacks show a real path if there is one.
                    shown = str(self.settings.globalize_path(file)) or file
                    return importlib.util.spec_from_file_location(
                        fullname,
                        shown,
                        loader=kind(fullname, shown, self.files, file),
                        submodule_search_locations=[base] if is_package else None,
                    )
        if not self.folders.dir_exists_absolute(base):
            return None
        spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [base]  # a folder without __init__.py, such as addons
        return spec


class _SourceLoader(importlib.machinery.SourceFileLoader):
    """Reads a module by its `res://` path and compiles it; bytecode is not cached."""

    def __init__(self, fullname: str, shown: str, files: Any, file: str):
        super().__init__(fullname, shown)
        self.files = files
        self.file = file

    def path_stats(self, path: Any) -> Any:
        raise OSError("not a file of the system")

    def get_data(self, path: Any) -> bytes:
        content: bytes = self.files.get_file_as_bytes(self.file)
        return content


class _CompiledLoader(importlib.machinery.SourcelessFileLoader):
    """Reads by its `res://` path a module that was compiled when the game was exported."""

    def __init__(self, fullname: str, shown: str, files: Any, file: str):
        super().__init__(fullname, shown)
        self.files = files
        self.file = file

    def get_data(self, path: Any) -> bytes:
        content: bytes = self.files.get_file_as_bytes(self.file)
        return content


def install() -> None:
    sys.meta_path.append(ResourceFinder())
