"""The pictures of NPCs that generators start from, read once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ..errors import GenerationInvalidError
from .base import NpcImage

__all__ = ["Pictures", "read_file"]

_MAX_BYTES = 32 * 1024 * 1024
_KEPT = 16


def read_file(name: str) -> bytes:
    """The content of a file, or its first bytes if it is far too large for a picture."""
    with Path(name).open("rb") as file:
        return file.read(_MAX_BYTES + 1)


class Pictures:
    """Keeps the pictures that were used last.

    Args:
        read: gives the content of what `npc_base_image` names; called in a thread. A game that
            has them in an archive passes its own.
    """

    def __init__(self, read: Callable[[str], bytes] = read_file):
        self._read = read
        self._kept: dict[str, NpcImage] = {}

    async def get(self, name: str) -> NpcImage:
        """The picture of this name.

        Raises:
            GenerationInvalidError: it cannot be read, or is none.
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
