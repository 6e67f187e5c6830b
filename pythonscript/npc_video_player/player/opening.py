"""Reads an NPC's opening clip, if that is a file of the game."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npc_video import CLIP_SECONDS, GeneratedClip
from npc_video.errors import InvalidDataError, MediaError

from ..resources.game_files import read_file
from ..sharing import shared

if TYPE_CHECKING:
    from npc_video import VideoParams

__all__ = ["OpeningFile"]

_START = 12  # bytes that identify the kind of video


class OpeningFile:
    """Reads the file at `path` on a thread; its clip shows `params`."""

    def __init__(self, path: str, params: VideoParams):
        self._read = shared.decoders().submit(_clip_in, path, params)

    @property
    def clip(self) -> GeneratedClip | None:
        """Returns the clip, or None until it is read.

        Raises:
            InvalidDataError: there is no such file, or no clip in it.
        """
        return self._read.result() if self._read.done() else None


def _clip_in(path: str, params: VideoParams) -> GeneratedClip:
    from npc_video.backends.received import media_type_of  # imports asyncio, 30 ms
    from npc_video.media.decode import ClipDecoder  # imports NumPy and FFmpeg, 0.2 s

    try:
        data = read_file(path)
        media_type = media_type_of(data[:_START])
        if not media_type:
            raise InvalidDataError(f"opening_clip: {path} is neither MP4 nor WebM.")
        with ClipDecoder(data, media_type) as decoder:
            info = decoder.info
    except FileNotFoundError as error:
        raise InvalidDataError(f"opening_clip: there is no file {path!r}.") from error
    except MediaError as error:
        raise InvalidDataError(f"opening_clip: {path}: {error}") from error
    length = CLIP_SECONDS if info.length is None else info.length
    return GeneratedClip(
        data, media_type, info.width, info.height, info.fps, length, "file", params, 0.0
    )
