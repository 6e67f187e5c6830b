"""Clips shipped with the game: a folder of video files and an index.

The editor writes the folder; the game only reads it. The engine keeps such files in packages, so a
function passed by the caller reads them.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import CacheError, InvalidDataError
from ..held_files import remove
from ..records import CacheKey, GeneratedClip
from .clip_catalogue import ClipCatalogue, Entry
from .clip_file import describe, restore
from .files import write_atomic

__all__ = ["INDEX", "BakedFolder", "BakedTier", "Reader", "folder_reader"]

INDEX = "index.json"

Reader = Callable[[str], bytes]
"""Reads a file of the folder by its name; raises OSError if it cannot be read."""

_SUFFIXES = {"video/webm": ".webm", "video/mp4": ".mp4"}
_NAME = re.compile(r"([0-9a-f]{64})\.(webm|mp4)")  # a file is named by its hash


def folder_reader(folder: Path) -> Reader:
    """A reader for a folder of the file system."""
    return lambda name: (folder / name).read_bytes()


class BakedTier:
    """The clips in a folder that `read` reads.

    The constructor reads nothing. `open` and `read` block.

    Args:
        name: the folder's name in error messages.
    """

    def __init__(self, read: Reader, name: str = "the folder"):
        self.catalogue = ClipCatalogue()
        self._read, self._name = read, name

    def open(self) -> None:
        """Reads the index.

        Raises:
            CacheError: there is no index because no clip is baked yet, or it cannot be read.
            InvalidDataError: it is invalid; the text names the folder, entry and field.
        """
        self.catalogue.update(_read_index(self._read, self._name), self.catalogue.names())

    def read(self, key: CacheKey) -> GeneratedClip | None:
        """The clip of this key, after a check; a damaged one is forgotten and generated again."""
        entry = self.catalogue.get(key)
        if entry is None:
            return None
        try:
            data = self._read(entry.name)
        except OSError:
            data = b""
        if len(data) != entry.size or not entry.name.startswith(hashlib.sha256(data).hexdigest()):
            self.discard(key)
            return None
        return replace(entry.clip, data=data)

    def discard(self, key: CacheKey) -> None:
        """Forgets a clip, so that it is generated again; its file stays."""
        entry = self.catalogue.get(key)
        if entry is not None:
            self.catalogue.count(damaged=1)
            self.catalogue.update({}, [entry.name])


class BakedFolder:
    """A folder of baked clips, to which clips are added one by one.

    The folder is complete after each clip. Other files in it are left alone. All methods block.

    Raises:
        CacheError: the index of the folder cannot be read.
        InvalidDataError: it is invalid; the text names the folder, entry and field.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        there = (folder / INDEX).exists()
        self._entries = _read_index(folder_reader(folder), str(folder)) if there else {}

    def __contains__(self, key: CacheKey) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, key: CacheKey, clip: GeneratedClip) -> None:
        """Adds a clip, or replaces the one of this key.

        Raises:
            InvalidDataError: it is neither WebM nor MP4.
            OSError: the folder cannot be written to.
        """
        if clip.media_type not in _SUFFIXES:
            raise InvalidDataError(f"media_type: {clip.media_type!r} cannot be baked.")
        name = hashlib.sha256(clip.data).hexdigest() + _SUFFIXES[clip.media_type]
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomic(self._folder / name, clip.data)
        before = self._entries.get(key)
        self._entries[key] = Entry(name, len(clip.data), replace(clip, data=b""))
        self._write_index()
        if before is not None and all(before.name != e.name for e in self._entries.values()):
            remove(self._folder / before.name)  # if that fails, the file stays without an entry

    def _write_index(self) -> None:
        entries = [
            {"file": entry.name, "bytes": entry.size, "clip": describe(key, entry.clip)}
            for key, entry in self._entries.items()
        ]
        text = json.dumps({"version": 1, "clips": entries}, indent=1, allow_nan=False)
        write_atomic(self._folder / INDEX, text.encode("ascii"))


def _read_index(read: Reader, folder: str) -> dict[CacheKey, Entry]:
    path = f"{folder}/{INDEX}"
    try:
        index = json.loads(read(INDEX))
    except FileNotFoundError as error:
        raise CacheError(
            f"baked_folder: no clip is in {folder} yet: bake the NPC's clips into it, or leave"
            " baked_folder empty until then."
        ) from error
    except OSError as error:
        raise CacheError(
            f"baked_folder: {path} cannot be read ({error.strerror or error}): bake the clips"
            " again, or ship the game without."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidDataError(
            f"{path}: is not JSON: delete it and bake the clips again."
        ) from error
    if not isinstance(index, dict) or index.get("version") != 1:
        raise InvalidDataError(f"{path}: version: is not 1: delete it and bake the clips again.")
    if not isinstance(index.get("clips"), list):
        raise InvalidDataError(f"{path}: clips: must be a list.")
    entries: dict[CacheKey, Entry] = {}
    for number, item in enumerate(index["clips"]):
        try:
            key, entry = _entry(item)
        except InvalidDataError as error:
            raise InvalidDataError(f"{path}: clips[{number}]: {error}") from error
        entries[key] = entry
    return entries


def _entry(item: Any) -> tuple[CacheKey, Entry]:
    if not isinstance(item, dict):
        raise InvalidDataError(f"must be an object, not {item!r}.")
    name, size = item.get("file"), item.get("bytes")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise InvalidDataError(f"file: {name!r} is not a hash with .webm or .mp4.")
    if not isinstance(size, int) or isinstance(size, bool):
        raise InvalidDataError(f"bytes: must be a whole number, not {size!r}.")
    key, clip = restore(item.get("clip"))
    return key, Entry(name, size, clip)
