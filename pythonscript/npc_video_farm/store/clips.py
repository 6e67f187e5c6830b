"""The files of clips, and of the pictures they are made from, in S3 or in a folder.

A file is named by the hash of its content, written once and never changed. So two workers that make
the same clip do not disturb each other, and damage is noticed.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import obstore
from npc_video.backends.origin import origin_of, short_origin
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from ..errors import ClipGoneError, ClipStoreError, ClipStoreFullError
from .valkey import Store

__all__ = ["ClipStore", "digest_of", "make_room"]

_FOLDER = "clips/sha256"
_NAME = re.compile(r"[0-9a-f]{64}")
# Numbers of "no space left", "file too large" and "quota exceeded" on Linux and macOS.
_FULL = re.compile(r"os error (28|27|122|69)\b|No space left|QuotaExceeded|StorageFull")
# Workers try again for a minute, and so do games, which should hear soon that a bucket is away.
_MOST_RETRIES, _RETRY_TIME = 3, timedelta(seconds=10)


def digest_of(data: bytes) -> str:
    """The name of a file with this content: its SHA-256, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


class ClipStore:
    """The files of clips, from `open`."""

    def __init__(self, files: LocalStore | S3Store):
        self._files = files

    @classmethod
    def open(cls, address: str) -> Self:
        """Opens a folder, which is created, or a bucket, which must exist.

        Args:
            address: a path, or "s3://BUCKET[/PREFIX]", whose credentials, region and endpoint come
                from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and
                AWS_ENDPOINT.

        Raises:
            ClipStoreError: the address is not valid, or the folder cannot be made.
        """
        with _errors():
            if address.startswith("s3://"):
                parts = urlsplit(address)
                return cls(
                    S3Store(
                        parts.netloc,
                        prefix=parts.path.strip("/") or None,
                        retry_config={"max_retries": _MOST_RETRIES, "retry_timeout": _RETRY_TIME},
                    )
                )
            return cls(LocalStore(Path(address), mkdir=True))

    async def put(self, data: bytes) -> str:
        """Stores a file unless it is there, and returns its digest.

        Tell `Store.draft` before, or nobody removes the file if no clip or job comes to need it.

        Raises:
            ClipStoreFullError: there is no room.
            ClipStoreError: it cannot be written.
        """
        digest = digest_of(data)
        with _errors(), suppress(AlreadyExistsError):
            await obstore.put_async(self._files, _path(digest), data, mode="create")
        return digest

    async def get(self, digest: str) -> bytes:
        """The file, after a check; a damaged one is removed.

        Raises:
            ClipGoneError: it is not there, or it was damaged.
            ClipStoreError: it cannot be read.
        """
        with _errors():
            found = await obstore.get_async(self._files, _path(digest))
            data = bytes(await found.bytes_async())
        if digest_of(data) != digest:
            await self.remove([digest])
            raise ClipGoneError("A clip's file was damaged, and was removed.")
        return data

    async def address(self, digest: str, seconds: float) -> str | None:
        """An address that gives the file to anybody for so long; None for a folder.

        Raises:
            ClipStoreError: the credentials do not serve for it.
        """
        if isinstance(self._files, LocalStore):
            return None
        with _errors():
            return await obstore.sign_async(
                self._files, "GET", _path(digest), timedelta(seconds=seconds)
            )

    async def origin(self) -> str:
        """The start of all addresses, such as "https://s3.example.org"; "" for a folder.

        Raises:
            ClipStoreError: as `address` does.
        """
        address = await self.address("0" * 64, 1.0)
        return "" if address is None else short_origin(origin_of(address))

    async def remove(self, digests: Iterable[str]) -> None:
        """Removes files; those that are not there are no error.

        Raises:
            ClipStoreError: one cannot be removed.
        """
        for digest in digests:
            with suppress(ClipGoneError), _errors():
                await obstore.delete_async(self._files, _path(digest))


def _path(digest: str) -> str:
    if not _NAME.fullmatch(digest):
        raise ClipGoneError("A clip's file has no valid name.")
    return f"{_FOLDER}/{digest}"


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise ClipGoneError("A clip's file is not there any more.") from error
    except (BaseError, OSError, ValueError) as error:
        said = str(error)
        first = said.partition("\n")[0]
        if _FULL.search(said):
            raise ClipStoreFullError(f"There is no room for clips: make some. ({first})") from error
        raise ClipStoreError(
            f"Clips cannot be stored or read: see to their folder or bucket. ({first})"
        ) from error


async def make_room(store: Store, clips: ClipStore, epoch: int, budget: int) -> int:
    """Evicts clips until `budget` bytes are left, and removes files that no clip is in.

    Only files that this farm has written are removed, so that farms may share a folder.

    Returns:
        The number of files.

    Raises:
        FarmError: the store cannot be reached, or a file not be removed.
    """
    while await store.evict(epoch, budget):
        pass
    removed = 0
    while digests := await store.strays(epoch):
        await clips.remove(digests)
        await store.removed(digests)
        removed += len(digests)
    return removed
