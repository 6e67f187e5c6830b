"""Clips in a folder on the player's machine, so that the next session starts with them.

Every file begins with its own description and is named by the hash of its content. So a name from a
server is never a path, damage is noticed, and the index can be rebuilt from the files. A process
that changes the folder holds its lock. Unfinished files then come from a process that died, and the
next one that opens the folder removes them.

All I/O blocks and belongs on the worker thread. `DiskTier.catalogue` needs no I/O.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..errors import InvalidDataError
from ..records import CacheKey, GeneratedClip
from .clip_catalogue import ClipCatalogue, Entry
from .clip_file import FILE_NAME, file_name, pack, parse_header, unpack
from .files import TEMPORARY, cache_errors, locked, set_aside, write_atomic
from .index import ClipIndex, IndexDamagedError, Row
from .rank import pixel_rate

__all__ = ["DEFAULT_MAX_BYTES", "DiskTier"]

DEFAULT_MAX_BYTES = 1 << 30
_Result = TypeVar("_Result")


class DiskTier:
    """At most `max_bytes` of clips in `folder`; the least recently used are dropped.

    The constructor touches nothing; `open` does. Several processes, and several tiers of one
    process, may share a folder. A key has one entry, and a better clip replaces a worse one.

    Args:
        folder: created if missing. It must contain nothing else.
    """

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_MAX_BYTES):
        self.catalogue = ClipCatalogue()
        self._folder = folder
        self._clips = folder / "clips"
        self._max_bytes = max_bytes
        self._io = threading.Lock()  # one thread at a time changes or opens the folder
        self._index: ClipIndex | None = None
        self._used: dict[str, None] = {}  # names read since use was last recorded, in order

    def open(self) -> None:
        """Reads the index, and removes what a process that died left behind.

        Raises:
            CacheError: the folder cannot be used.
        """
        self._run(self._publish)

    def read(self, key: CacheKey) -> GeneratedClip | None:
        """The clip of this key, after a check; a damaged file is set aside.

        Raises:
            CacheError: the folder cannot be used.
        """
        for _ in range(2):
            entry = self.catalogue.get(key)
            if entry is None:
                return None
            with contextlib.suppress(InvalidDataError):
                found, clip = unpack(entry.name, self._content(entry))
                if found == key:
                    self._used.pop(entry.name, None)
                    self._used[entry.name] = None
                    return clip
            self._run(partial(self._reconsider, entry))
        return None

    def write(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Stores a clip; False if one as good is stored, or if it is larger than the budget.

        Raises:
            CacheError: the disk is full or the folder cannot be used. Clips stored before are still
                there.
            InvalidDataError: a number of the clip is not finite.
        """
        header, content = pack(key, clip)
        if len(content) > self._max_bytes:
            return False
        return self._run(partial(self._write, key, clip, header, content))

    def discard(self, key: CacheKey) -> None:
        """Drops the clip of this key.

        Raises:
            CacheError: the folder cannot be used.
        """
        self._run(partial(self._discard, key))

    def clear(self) -> None:
        """Drops all clips.

        Raises:
            CacheError: the folder cannot be used.
        """
        self._run(self._clear)

    def close(self) -> None:
        """Records which clips were used, and closes the index; other calls open it again.

        Raises:
            CacheError: the folder cannot be used.
        """
        try:
            if self._used:
                self._run(self._save_use)
        finally:
            with self._io:
                self._close_index()

    def _content(self, entry: Entry) -> bytes:
        """The file; empty if it is missing. Reads one byte more than expected to notice damage."""
        with cache_errors(self._folder):
            try:
                with (self._clips / entry.name).open("rb") as file:
                    return file.read(entry.size + 1)
            except FileNotFoundError:
                return b""

    def _run(self, operation: Callable[[ClipIndex], _Result]) -> _Result:
        """Runs `operation` with the folder locked and a sound index."""
        with self._io, cache_errors(self._folder):
            self._clips.mkdir(parents=True, exist_ok=True)
            with locked(self._folder / "lock"):
                try:
                    return self._try(operation)
                except IndexDamagedError:
                    self._remake_index()
                    return self._try(operation)

    def _try(self, operation: Callable[[ClipIndex], _Result]) -> _Result:
        try:
            if self._index is not None and self._index.is_replaced():
                self._close_index()
            if self._index is None:
                self._index = ClipIndex(self._folder / "index.sqlite3")
                self._reconcile(self._index)
            return operation(self._index)
        except BaseException:
            # Whatever went wrong, the next operation first compares index and files.
            self._close_index()
            raise

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _remake_index(self) -> None:
        """Sets the index aside with its journal, which SQLite would apply to a new index."""
        self._close_index()
        for name in ("index.sqlite3", "index.sqlite3-journal"):
            if (self._folder / name).exists():
                set_aside(self._folder / name, self._folder / "damaged")
        self.catalogue.count(damaged=1)

    # ---- With the folder locked ----

    def _write(
        self, key: CacheKey, clip: GeneratedClip, header: str, content: bytes, index: ClipIndex
    ) -> bool:
        self._publish(index)  # another process may have stored the clip too
        held = self.catalogue.get(key)
        if held is not None and pixel_rate(held.clip) >= pixel_rate(clip):
            return False
        row = Row(file_name(content), len(content), header)
        with index.transaction():
            self._note_use(index)
            if held is not None:
                index.remove(held.name)
            victims = self._make_room(index, len(content))
            write_atomic(self._clips / row.name, content)
            index.add(row)
        # Only after the new one is safe. If this process dies here, the next one removes them.
        self._unlink(victims if held is None else [*victims, held.name])
        self.catalogue.count(evictions=len(victims))
        self._publish(index)
        return True

    def _discard(self, key: CacheKey, index: ClipIndex) -> None:
        entry = self.catalogue.get(key)
        if entry is not None:
            self._unlink([entry.name])
            with index.transaction():
                index.remove(entry.name)
            self.catalogue.count(damaged=1)
            self._publish(index)

    def _clear(self, index: ClipIndex) -> None:
        # Files first: clips would come back if this process died in between.
        self._unlink(self._files())
        with index.transaction():
            for name in index.names():
                index.remove(name)
        self._publish(index)

    def _reconsider(self, entry: Entry, index: ClipIndex) -> None:
        """Updates an entry whose file is not what it says.

        Another process may have dropped or replaced the clip, or the file or the index may be
        damaged.
        """
        index.remove(entry.name)
        self.catalogue.update({}, [entry.name])
        self._reconcile(index)
        self._publish(index)

    def _save_use(self, index: ClipIndex) -> None:
        with index.transaction():
            self._note_use(index)

    def _note_use(self, index: ClipIndex) -> None:
        used, self._used = self._used, {}
        index.use(used)

    def _make_room(self, index: ClipIndex, size: int) -> list[str]:
        """Removes clips from the index until `size` more bytes fit; returns their names."""
        victims: list[str] = []
        excess = index.size() + size - self._max_bytes
        for name, freed in index.least_recently_used():
            if excess <= 0:
                break
            index.remove(name)
            victims.append(name)
            excess -= freed
        return victims

    def _unlink(self, names: Iterable[str]) -> None:
        for name in names:
            # Windows refuses while another process reads it; the next start removes it.
            with contextlib.suppress(PermissionError):
                (self._clips / name).unlink(missing_ok=True)

    def _files(self) -> dict[str, int]:
        """Sizes by name."""
        with os.scandir(self._clips) as found:
            files = [file for file in found if file.is_file(follow_symlinks=False)]
            return {file.name: file.stat(follow_symlinks=False).st_size for file in files}

    def _reconcile(self, index: ClipIndex) -> None:
        """Makes the index match the files, which are right after any accident."""
        files = self._files()
        best: dict[CacheKey, tuple[float, str]] = {}
        with index.transaction():
            for name in sorted(index.names() | files.keys()):
                found = self._entry_of(index, name, files.get(name))
                if found is None:
                    continue
                key, rank = found[0], (pixel_rate(found[1].clip), name)
                worse, best[key] = sorted((best.get(key, rank), rank))
                if worse != best[key]:
                    # A better clip without a row is from a process that died while it replaced this
                    # one. As the least recently used it would be the first to be dropped.
                    index.replace(worse[1], best[key][1])
            victims = self._make_room(index, 0)
        self.catalogue.count(evictions=len(victims))
        self._unlink(files.keys() - index.names())

    def _entry_of(
        self, index: ClipIndex, name: str, size: int | None
    ) -> tuple[CacheKey, Entry] | None:
        """The entry of a file, from its row or from the file itself; None if it has none."""
        row = index.row(name)
        found = None if row is None else _parse(row)
        if found is not None and found[1].size == size:
            return found
        index.remove(name)
        if size is None or name.endswith(TEMPORARY):
            return None
        try:
            content = (
                b"" if FILE_NAME.fullmatch(name) is None else (self._clips / name).read_bytes()
            )
            key, clip = unpack(name, content)
        except InvalidDataError:
            self.catalogue.count(damaged=1)
            set_aside(self._clips / name, self._folder / "damaged")
            return None
        index.add(Row(name, size, pack(key, clip)[0]), is_new=False)
        return key, Entry(name, size, replace(clip, data=b""))

    def _publish(self, index: ClipIndex) -> None:
        """Updates the catalogue with the changes of this process and of others."""
        known, names = self.catalogue.names(), index.names()
        rows = filter(None, map(index.row, sorted(names - known)))
        self.catalogue.update(dict(filter(None, map(_parse, rows))), known - names)


def _parse(row: Row) -> tuple[CacheKey, Entry] | None:
    """The entry that a row describes; None if the row is invalid."""
    try:
        key, clip = parse_header(row.description)
    except InvalidDataError:
        return None
    if FILE_NAME.fullmatch(row.name) is None:
        return None
    return key, Entry(row.name, row.size, clip)
