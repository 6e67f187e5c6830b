"""Reads the pictures of NPCs, and caches them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ..errors import GenerationInvalidError
from .base import NpcImage

__all__ = ["Pictures", "read_file"]

_MAX_BYTES = 32 * 1024 * 1024
_KEPT = 16


def read_file(name: str) -> bytes:
    """The content of a file; only its first bytes if it is far too large for a picture."""
    with Path(name).open("rb") as file:
        return file.read(_MAX_BYTES + 1)


class Pictures:
    """Caches the latest pictures.

    Args:
        read: returns the content for a value of `npc_base_image`; called on a thread. A game whose
            pictures are in an archive passes its own.
    """

    def __init__(self, read: Callable[[str], bytes] = read_file):
        self._read = read
        self._kept: dict[str, NpcImage] = {}

    async def get(self, name: str) -> NpcImage:
        """The picture of this name.

        Raises:
            GenerationInvalidError: it cannot be read, or is not a picture.
        """
        image = self._kept.pop(name, None)
        if image is None:
            image = await asyncio.to_thread(self._load, name)
        self._kept[name] = image
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return image

    def _load(self, name: str) -> NpcImage:
        try:
            data = self._read(name)
        except OSError as error:
            raise GenerationInvalidError(
                f"The NPC's picture {name!r} cannot be read: {error.strerror or error}."
            ) from error
        if len(data) > _MAX_BYTES:
            raise GenerationInvalidError(
                f"The NPC's picture {name!r} has more than {_MAX_BYTES} bytes: make it smaller."
            )
        return NpcImage.of(data)
