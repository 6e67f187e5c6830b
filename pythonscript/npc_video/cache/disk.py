"""Clips in a folder of the player's, so that the next session of the game starts with them.

Every file holds its own description before the clip and is named by the hash of it all, so a name
that came from a server is never a path, damage is noticed, and the index can be made again from the
files. Whoever changes the folder holds its lock: what is unfinished then is left over from a
process that died, and is cleared away by the next one that opens the folder.

All I/O blocks: it belongs on the worker thread. What `DiskTier.catalogue` tells needs none.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ..errors import InvalidDataError
from ..records import CacheKey, GeneratedClip
from .catalogue import Catalogue, Entry
from .clip_file import FILE_NAME, file_name, pack, parse_header, unpack
from .files import TEMPORARY, cache_errors, locked, set_aside, write_atomic
from .index import ClipIndex, IndexDamagedError, Row
from .rank import pixel_rate

__all__ = ["DEFAULT_MAX_BYTES", "DiskTier"]

DEFAULT_MAX_BYTES = 1 << 30
_Result = TypeVar("_Result")


class DiskTier:
    """At most `max_bytes` of clips in `folder`; those unused for longest are dropped.

    Making one touches nothing: `open` does. Several processes, and several tiers of one process,
    can use a folder at once. One entry per key that gets better, as in memory.

    Args:
        folder: made if it is not there. Nothing else may be kept in it.
    """

    def __init__(self, folder: Path, max_bytes: int = DEFAULT_MAX_BYTES):
        self.catalogue = Catalogue()
        self._folder = folder
        self._clips = folder / "clips"
        self._max_bytes = max_bytes
        self._io = threading.Lock()  # one thread at a time changes or opens
        self._index: ClipIndex | None = None
        self._used: dict[str, None] = {}  # names read since the index was last told, in order

    def open(self) -> None:
        """Learns what is there, and clears away what a process that died left.

        Raises:
            CacheError: the folder cannot be used.
        """
        self._run(self._publish)

    def read(self, key: CacheKey) -> GeneratedClip | None:
        """The clip of this key, checked; a damaged file is set aside.

        Raises:
            CacheError: the folder cannot be used.
        """
        for _ in range(2):
            entry = self.catalogue.get(key)
            if entry is None:
                return None
            content = self._content(entry)
            if content is not None:
                return self._checked(key, entry, content)
            # Another process has dropped it, or put a better one in its place.
            self._forget(entry)
        return None

    def write(self, key: CacheKey, clip: GeneratedClip) -> bool:
        """Keeps a clip; False if one as good is there, or if it is larger than the budget.

        Raises:
            CacheError: the disk is full, or the folder cannot be used. All that was kept before is
                still there.
        """
        header, content = pack(key, clip)
        if len(content) > self._max_bytes:
            return False
        return self._run(lambda index: self._write(index, key, clip, header, content))

    def clear(self) -> None:
        """Drops all clips.

        Raises:
            CacheError: the folder cannot be used.
        """
        self._run(self._clear)

    def close(self) -> None:
        """Notes what was used, and lets go of the folder; other calls open it again.

        Raises:
            CacheError: the folder cannot be used.
        """
        try:
            if self._used:
                self._run(self._note_use)
        finally:
            with self._io:
                self._close_index()

    def _content(self, entry: Entry) -> bytes | None:
        """The file, or None if it is gone. One byte more than it should have tells of damage."""
        with cache_errors(self._folder):
            try:
                with (self._clips / entry.name).open("rb") as file:
                    return file.read(entry.size + 1)
            except FileNotFoundError:
                return None

    def _checked(self, key: CacheKey, entry: Entry, content: bytes) -> GeneratedClip | None:
        try:
            found, clip = unpack(entry.name, content)
            if found != key:
                raise InvalidDataError("key: is not that of the index.")
        except InvalidDataError:
            self._set_aside(entry)
            return None
        self._used.pop(entry.name, None)
        self._used[entry.name] = None
        return clip

    def _forget(self, entry: Entry) -> None:
        def forget(index: ClipIndex) -> None:
            if not (self._clips / entry.name).exists():
                index.remove(entry.name)
            self._publish(index)

        self._run(forget)

    def _set_aside(self, entry: Entry) -> None:
        def forget(index: ClipIndex) -> None:
            index.remove(entry.name)
            self._keep_damaged(entry.name)
            self._publish(index)

        self._run(forget)

    def _run(self, operation: Callable[[ClipIndex], _Result]) -> _Result:
        """Does `operation` as the only one in this folder, on a sound index."""
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
            # Whatever went wrong, the next one begins by comparing index and files.
            self._close_index()
            raise

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    def _remake_index(self) -> None:
        """The journal goes as well: SQLite would apply it to the new index."""
        self._close_index()
        for name in ("index.sqlite3", "index.sqlite3-journal"):
            if (self._folder / name).exists():
                set_aside(self._folder / name, self._folder / "damaged")
        self.catalogue.count(damaged=1)

    # ---- While the folder is locked ----

    def _write(
        self, index: ClipIndex, key: CacheKey, clip: GeneratedClip, header: str, content: bytes
    ) -> bool:
        self._publish(index)  # another process may have made it too
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
        # Not before the new one is safe. If this process dies here, the next one clears them away.
        self._unlink(victims if held is None else [*victims, held.name])
        self.catalogue.count(evictions=len(victims))
        self._publish(index)
        return True

    def _clear(self, index: ClipIndex) -> None:
        # Files first, lest they come back if this process dies in between.
        self._unlink(self._files())
        with index.transaction():
            for name in index.names():
                index.remove(name)
        self._publish(index)

    def _keep_damaged(self, name: str) -> None:
        self.catalogue.count(damaged=1)
        if (self._clips / name).exists():
            set_aside(self._clips / name, self._folder / "damaged")

    def _note_use(self, index: ClipIndex) -> None:
        used, self._used = self._used, {}
        index.use(used)

    def _make_room(self, index: ClipIndex, size: int) -> list[str]:
        """Takes clips from the index until `size` more bytes fit, and names them."""
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
            # Windows refuses while another process reads it: the next start clears it away.
            with contextlib.suppress(PermissionError):
                (self._clips / name).unlink(missing_ok=True)

    def _files(self) -> set[str]:
        with os.scandir(self._clips) as found:
            return {file.name for file in found if file.is_file(follow_symlinks=False)}

    def _reconcile(self, index: ClipIndex) -> None:
        """Makes the index say what the files do, which can tell after any accident."""
        files = self._files()
        rows = index.names()
        with index.transaction():
            best: dict[CacheKey, tuple[float, str]] = {}
            for name in sorted(rows | files):
                found = self._entry_of(index, name, name in rows, name in files)
                if found is None:
                    continue
                key, entry = found
                rank = (pixel_rate(entry.clip), name)
                loser = min(best.get(key, rank), rank)
                best[key] = max(best.get(key, rank), rank)
                if loser != best[key]:
                    index.remove(loser[1])
            victims = self._make_room(index, 0)
        self.catalogue.count(evictions=len(victims))
        self._unlink(files - index.names())

    def _entry_of(
        self, index: ClipIndex, name: str, is_row: bool, is_file: bool
    ) -> tuple[CacheKey, Entry] | None:
        """What `name` holds, according to its row, else to the file, which then gets a row."""
        if is_row:
            if is_file and (found := _parse(index.row(name))) is not None:
                return found
            index.remove(name)
        if not is_file or name.endswith(TEMPORARY):
            return None
        try:
            content = (
                b"" if FILE_NAME.fullmatch(name) is None else (self._clips / name).read_bytes()
            )
            key, clip = unpack(name, content)
        except InvalidDataError:
            self._keep_damaged(name)
            return None
        index.add(Row(name, len(content), pack(key, clip)[0]), is_new=False)
        return key, Entry(name, len(content), replace(clip, data=b""))

    def _publish(self, index: ClipIndex) -> None:
        """Tells the catalogue what has changed, by this process or by another."""
        known, names = self.catalogue.names(), index.names()
        added = (_parse(index.row(name)) for name in sorted(names - known))
        self.catalogue.update(dict(filter(None, added)), known - names)


def _parse(row: Row) -> tuple[CacheKey, Entry] | None:
    """What a row says; None if it is nonsense."""
    try:
        key, clip = parse_header(row.description)
    except InvalidDataError:
        return None
    if FILE_NAME.fullmatch(row.name) is None:
        return None
    return key, Entry(row.name, row.size, clip)
