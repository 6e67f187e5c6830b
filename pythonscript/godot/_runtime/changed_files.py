"""Tells in the editor that imported Python files have changed.

The engine accepts classes only while it starts, and objects of the old ones would remain, so the
editor goes on with what it has read. It looks at the files whenever it looks at its own: when its
window gets the focus again, for example.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Stamp = tuple[int, int]  # time of the last change in nanoseconds, and size in bytes


class ImportedFiles:
    """Knows files as they were when first seen, and names each changed one once."""

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp] = {}
        self._named: set[str] = set()

    def changed(self, stamps: Mapping[str, Stamp]) -> list[str]:
        """The files that have changed and were not named yet.

        Args:
            stamps: of the files that exist and are imported by now.
        """
        found = [
            path
            for path, stamp in stamps.items()
            if self._stamps.setdefault(path, stamp) != stamp and path not in self._named
        ]
        self._named.update(found)
        return found


def message(paths: Sequence[str]) -> str:
    """The sentence for the developer about changed files."""
    others = len(paths) - 1
    more = f" and {others} other Python file{'s' * (others > 1)}" if others else ""
    verb, them = ("have", "them") if others else ("has", "it")
    return (
        f"{Path(paths[0]).name}{more} {verb} changed: restart the editor"
        f" (Project > Reload Current Project) to use {them}."
    )


def imported() -> dict[str, Stamp]:
    """The Python files of all imported modules but those of the standard library."""
    found = {}
    library = str(Path(traceback.__file__).parent) + os.sep  # `os` itself may be frozen
    for module in list(sys.modules.values()):
        path: Any = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(path, str) and path.endswith(".py") and not path.startswith(library):
            try:
                status = Path(path).stat()
            except OSError:
                continue  # in an archive, or gone
            found[path] = status.st_mtime_ns, status.st_size
    return found
