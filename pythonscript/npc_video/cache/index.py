"""The SQLite index of the disk tier: the content and the last use of each file.

It saves reading every file when the game starts. Losing it costs little, because the files hold the
same descriptions. The journal is a rollback journal, not a write-ahead log. The folder is locked,
so the index has one user at a time and a log would gain nothing. A log does not work on network
drives either, and with two processes some SQLite versions can damage it ("WAL-reset bug", 3.7.0 to
3.51.2). The index is not synced, so a write takes a third of the time. Killing a process loses
nothing, and damage after a power cut is noticed and repaired from the files, which are synced.
"""

import errno
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ClipIndex", "IndexDamagedError", "Row"]

_SCHEMA_VERSION = 1
_SCHEMA = f"""
    CREATE TABLE clips (
        name TEXT PRIMARY KEY NOT NULL,
        size INTEGER NOT NULL,
        used INTEGER NOT NULL,
        description TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    PRAGMA user_version = {_SCHEMA_VERSION};
"""
_ILL_TYPED = """
    SELECT count(*) FROM clips
    WHERE (typeof(name), typeof(size), typeof(used), typeof(description), typeof(checksum))
        != ('text', 'integer', 'integer', 'text', 'integer')
"""
# Error codes that come from the disk or from another program. Any other code means that the file is
# damaged: the statements are right, and the holder of the folder's lock may write.
_NOT_DAMAGE = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_AUTH: errno.EACCES,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
}


class IndexDamagedError(OSError):
    """The index is damaged, or has another version."""


@dataclass(frozen=True, slots=True)
class Row:
    """The row of a file.

    Attributes:
        size: bytes.
        description: JSON, as in the file itself.
    """

    name: str
    size: int
    description: str


class ClipIndex:
    """A connection to the index at `path`, which is created if missing.

    It is for one thread at a time, while the folder is locked. All methods raise IndexDamagedError,
    and OSError if the disk is full or fails.
    """

    def __init__(self, path: Path):
        self._path = path
        with _translated():
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=0.0
            )
        try:
            with _translated():
                self._prepare()
            self._file = path.stat().st_ino
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def is_replaced(self) -> bool:
        """Whether another process has moved the file away, so that writes here would be lost."""
        try:
            return self._path.stat().st_ino != self._file
        except FileNotFoundError:
            return True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Applies all changes in the block, or none."""
        with _translated():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _translated():
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                with _translated():
                    self._connection.execute("ROLLBACK")
            raise

    def names(self) -> set[str]:
        with _translated():
            return {name for (name,) in self._connection.execute("SELECT name FROM clips")}

    def row(self, name: str) -> Row | None:
        """The row of this name; None if there is none or it is damaged."""
        with _translated():
            query = "SELECT name, size, description, checksum FROM clips WHERE name = ?"
            found = self._connection.execute(query, (name,)).fetchone()
        if found is None:
            return None
        row = Row(*found[:3])
        return row if _checksum(row) == found[3] else None

    def size(self) -> int:
        """The bytes of all files together."""
        with _translated():
            query = "SELECT coalesce(sum(size), 0) FROM clips"
            return int(self._connection.execute(query).fetchone()[0])

    def least_recently_used(self) -> list[tuple[str, int]]:
        """Names and sizes, least recently used first."""
        with _translated():
            query = "SELECT name, size FROM clips ORDER BY used, name"
            return self._connection.execute(query).fetchall()

    def add(self, row: Row, *, is_new: bool = True) -> None:
        """Adds a file: as used just now, or, if not new, as the least recently used."""
        self._change(
            "INSERT OR REPLACE INTO clips SELECT ?, ?,"
            " CASE WHEN ? THEN coalesce(max(used), 0) + 1 ELSE 0 END, ?, ? FROM clips",
            (row.name, row.size, is_new, row.description, _checksum(row)),
        )

    def remove(self, name: str) -> None:
        self._change("DELETE FROM clips WHERE name = ?", (name,))

    def replace(self, name: str, better: str) -> None:
        """Drops a file for a better one of the same clip, which takes over its last use."""
        self._change(
            "UPDATE clips SET used = max(used, coalesce("
            "(SELECT used FROM clips WHERE name = ?), 0)) WHERE name = ?",
            (name, better),
        )
        self.remove(name)

    def use(self, names: Iterable[str]) -> None:
        """Records the use of these files, in order."""
        for name in names:
            self._change(
                "UPDATE clips SET used = (SELECT max(used) + 1 FROM clips) WHERE name = ?", (name,)
            )

    def _prepare(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA journal_mode = DELETE")
        execute("PRAGMA synchronous = OFF")
        if not execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            self._connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        version = execute("PRAGMA user_version").fetchone()[0]
        if version != _SCHEMA_VERSION:
            raise IndexDamagedError(f"The index has version {version}.")
        report = execute("PRAGMA integrity_check(1)").fetchone()[0]
        if report != "ok":
            raise IndexDamagedError(str(report))
        if execute(_ILL_TYPED).fetchone()[0]:
            raise IndexDamagedError("There are values of a wrong type.")

    def _change(self, statement: str, values: tuple[object, ...]) -> None:
        with _translated():
            self._connection.execute(statement, values)


def _checksum(row: Row) -> int:
    """A checksum of a row: SQLite notices damage to its structure, not to values."""
    return zlib.crc32(f"{row.name} {row.size} {row.description}".encode("utf-8", "replace"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:  # an error whose message quotes damaged bytes
        raise IndexDamagedError(str(error)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _NOT_DAMAGE:
            raise OSError(_NOT_DAMAGE[code], str(error)) from error
        raise IndexDamagedError(str(error)) from error
