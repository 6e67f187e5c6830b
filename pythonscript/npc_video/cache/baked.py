"""Clips shipped with the game: a folder of ordinary video files and an index, never written to.

The engine keeps such files in packages, so they are read by a function that is handed in.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import CacheError, InvalidDataError
from ..records import CacheKey, GeneratedClip
from .catalogue import Catalogue, Entry
from .clip_file import describe, restore
from .files import write_atomic
from .rank import pixel_rate

__all__ = ["INDEX", "BakedTier", "Reader", "folder_reader", "write_baked"]

INDEX = "index.json"

Reader = Callable[[str], bytes]
"""Reads a file of the folder by its name; raises OSError if it cannot."""

_SUFFIXES = {"video/webm": ".webm", "video/mp4": ".mp4"}
_NAME = re.compile(r"([0-9a-f]{64})\.(webm|mp4)")  # the hash of the file is its name


def folder_reader(folder: Path) -> Reader:
    """Reads from a folder of the file system."""
    return lambda name: (folder / name).read_bytes()


class BakedTier:
    """The clips that `read` finds.

    Making one reads nothing: `open` does. Both it and `read` block.
    """

    def __init__(self, read: Reader):
        self.catalogue = Catalogue()
        self._read = read

    def open(self) -> None:
        """Reads the index.

        Raises:
            CacheError: there is none.
            InvalidDataError: it is wrong; the error names entry and field.
        """
        try:
            index = json.loads(self._read(INDEX))
        except OSError as error:
            raise CacheError(
                f"The baked clips have no readable {INDEX}: bake them again, or ship the game"
                " without."
            ) from error
        except (ValueError, RecursionError) as error:
            raise InvalidDataError(f"{INDEX}: is no JSON; bake the clips again.") from error
        self.catalogue.update(_entries(index), self.catalogue.names())

    def read(self, key: CacheKey) -> GeneratedClip | None:
        """The clip of this key, checked; a damaged one is forgotten, so that it is made again."""
        entry = self.catalogue.get(key)
        if entry is None:
            return None
        try:
            data = self._read(entry.name)
        except OSError:
            data = b""
        if len(data) != entry.size or not entry.name.startswith(hashlib.sha256(data).hexdigest()):
            self.catalogue.count(damaged=1)
            self.catalogue.update({}, [entry.name])
            return None
        return replace(entry.clip, data=data)


def write_baked(folder: Path, clips: Iterable[tuple[CacheKey, GeneratedClip]]) -> None:
    """Makes a folder that `BakedTier` reads, of these clips and no others.

    Of several clips of one key the last of the best is found. Files that do not belong to it are
    left alone.

    Raises:
        InvalidDataError: a clip is neither WebM nor MP4.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for key, clip in clips:
        if clip.media_type not in _SUFFIXES:
            raise InvalidDataError(f"media_type: {clip.media_type!r} cannot be baked.")
        name = hashlib.sha256(clip.data).hexdigest() + _SUFFIXES[clip.media_type]
        write_atomic(folder / name, clip.data)
        entries.append({"file": name, "bytes": len(clip.data), "clip": describe(key, clip)})
    text = json.dumps({"version": 1, "clips": entries}, indent=1, allow_nan=False)
    write_atomic(folder / INDEX, text.encode("ascii"))


def _entries(index: Any) -> dict[CacheKey, Entry]:
    if not isinstance(index, dict) or index.get("version") != 1:
        raise InvalidDataError(f"{INDEX}: version: is not 1; bake the clips again.")
    if not isinstance(index.get("clips"), list):
        raise InvalidDataError(f"{INDEX}: clips: must be a list.")
    best: dict[CacheKey, Entry] = {}
    for number, item in enumerate(index["clips"]):
        try:
            key, entry = _entry(item)
        except InvalidDataError as error:
            raise InvalidDataError(f"{INDEX}: clips[{number}]: {error}") from error
        if key not in best or pixel_rate(best[key].clip) <= pixel_rate(entry.clip):
            best[key] = entry
    return best


def _entry(item: Any) -> tuple[CacheKey, Entry]:
    if not isinstance(item, dict):
        raise InvalidDataError(f"must be an object, not {item!r}.")
    name, size = item.get("file"), item.get("bytes")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise InvalidDataError(f"file: {name!r} is no hash with .webm or .mp4.")
    if not isinstance(size, int) or isinstance(size, bool):
        raise InvalidDataError(f"bytes: must be a whole number, not {size!r}.")
    key, clip = restore(item.get("clip"))
    return key, Entry(name, size, clip)
