"""Python modules of the game itself: `import enemies.boss` finds `res://enemies/boss.py`.

Read through the engine's `FileAccess`, so that it works from an exported game's package too.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from . import _classes, _globals


class ResourceFinder(importlib.abc.MetaPathFinder):
    """Finds and loads modules below `res://`."""

    def __init__(self) -> None:
        self.files: Any = _classes.class_named("FileAccess")
        self.settings = _globals.singleton("ProjectSettings")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        base = f"res://{fullname.replace('.', '/')}"
        for file, is_package in ((f"{base}.py", False), (f"{base}/__init__.py", True)):
            if self.files.file_exists(file):
                return importlib.util.spec_from_file_location(
                    fullname,
                    self.get_filename(file),
                    loader=_Loader(self, file),
                    submodule_search_locations=[base] if is_package else None,
                )
        return None

    def get_filename(self, file: str) -> str:
        """Where tracebacks say the module is: a real path, as long as there is one."""
        return str(self.settings.globalize_path(file)) or file

    def get_data(self, path: Any) -> bytes:
        content: bytes = self.files.get_file_as_bytes(path)
        return content


class _Loader(importlib.abc.SourceLoader):
    def __init__(self, finder: ResourceFinder, file: str):
        self.finder = finder
        self.file = file

    def get_filename(self, fullname: str) -> str:
        return self.finder.get_filename(self.file)

    def get_data(self, path: Any) -> bytes:
        return self.finder.get_data(self.file)


def install() -> None:
    sys.meta_path.append(ResourceFinder())
