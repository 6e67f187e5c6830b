"""Opens files that come from servers and are not trusted.

FFmpeg gets bytes with a container that is named to it, opens only codecs of a list, never another
file, and no more than `MediaLimits` allow.
"""

import io
import time
from dataclasses import dataclass
from typing import Any

import av
from av.error import FFmpegError

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from .claims import check_claims
from .codecs import SOUND_CODECS, VIDEO_CODECS
from .growing import GrowingReader

__all__ = ["MediaLimits", "WorkMeter", "open_container", "reason"]

# What is at the end of a file is not looked for, and its rate not guessed from the first frames.
_FRONT_TO_BACK = {"fflags": "ignidx", "fpsprobesize": "0"}

_CONTAINERS = {"video/webm": "matroska", "video/x-matroska": "matroska", "video/mp4": "mp4"}


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a clip may be.

    Attributes:
        max_bytes: of the file.
        max_pixels: of a frame, width times height.
        max_frames: in the file.
        max_seconds: of its duration.
        max_decode_seconds: of one thread's work for one pass through the file.
    """

    max_bytes: int = 64 * 1024 * 1024
    max_pixels: int = 2048 * 2048
    max_frames: int = 3600
    max_seconds: float = 60.0
    max_decode_seconds: float = 30.0


class WorkMeter:
    """Ends work that takes this thread longer than `MediaLimits` allow.

    Waiting does not count, and so neither does a busy machine.
    """

    def __init__(self, limits: MediaLimits):
        self._most = limits.max_decode_seconds
        self._left = self._most
        self.resume()

    def resume(self) -> None:
        """To be called on the thread that goes on with the work."""
        self._begun = time.thread_time()

    def pause(self) -> None:
        self._left -= time.thread_time() - self._begun

    def check(self) -> None:
        """Raises ClipLimitError when too much work was done."""
        if time.thread_time() - self._begun > self._left:
            raise ClipLimitError(f"The clip takes longer to decode than {self._most:g} s allowed.")


def open_container(data: bytes | GrowingReader, media_type: str, limits: MediaLimits) -> Any:
    """The file as a container of PyAV.

    Args:
        data: the file; one that grows is read no farther than to the first picture.
        media_type: "video/webm", "video/x-matroska" or "video/mp4", with or without parameters.

    Raises:
        UnsupportedClipError: the type is another.
        ClipLimitError: the file is larger than `limits` allow.
        DamagedClipError: it cannot be read.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in _CONTAINERS:
        raise UnsupportedClipError(
            f"The clip is of the type {media_type!r}: use one of {', '.join(_CONTAINERS)}."
        )
    file: io.BytesIO | GrowingReader
    if isinstance(data, GrowingReader):
        file, more = data, _FRONT_TO_BACK
    else:
        _check_whole(data, _CONTAINERS[kind], limits)
        file, more = io.BytesIO(data), {}
    try:
        return av.open(
            file,
            "r",
            format=_CONTAINERS[kind],
            # FFmpeg decodes a few frames to see what is in the file.
            options={
                "codec_whitelist": ",".join(VIDEO_CODECS + SOUND_CODECS),
                # Larger ones look as if they had no size. Four times, so that a clip that is just
                # too large is told apart from a damaged one.
                "max_pixels": str(4 * limits.max_pixels),
                **more,
            },
            metadata_errors="replace",
            io_open=_refuse,
        )
    except (FFmpegError, ValueError) as error:
        raise DamagedClipError(f"The clip cannot be opened: {reason(error)}.") from error


def _check_whole(data: bytes, container: str, limits: MediaLimits) -> None:
    if len(data) > limits.max_bytes:
        raise ClipLimitError(
            f"The clip has {len(data)} bytes; at most {limits.max_bytes} are allowed."
        )
    if container == "mp4":
        check_claims(data)


def reason(error: Exception) -> str:
    """What FFmpeg says, for the end of a sentence."""
    return str(getattr(error, "strerror", None) or error)


def _refuse(url: str, flags: int, options: dict[str, str]) -> Any:
    raise PermissionError(f"A clip must not refer to another file: {url!r}.")
