"""Opens files from servers, which are not trusted.

FFmpeg gets the bytes and the type of the container. It opens only codecs of a list, never another
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

# FFmpeg must not seek to the end of a file, or guess its rate from the first frames.
_FRONT_TO_BACK = {"fflags": "ignidx", "fpsprobesize": "0"}

_CONTAINERS = {"video/webm": "matroska", "video/x-matroska": "matroska", "video/mp4": "mp4"}


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Limits for a clip.

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
    """Ends work that takes more of this thread's time than `MediaLimits` allow.

    Waiting is not counted, so a busy machine does not matter.
    """

    def __init__(self, limits: MediaLimits):
        self._most = limits.max_decode_seconds
        self._left = self._most
        self.resume()

    def resume(self) -> None:
        """Starts the clock; call it on the thread that continues the work."""
        self._begun = time.thread_time()

    def pause(self) -> None:
        self._left -= time.thread_time() - self._begun

    def check(self) -> None:
        """Raises ClipLimitError if the work exceeds the limit."""
        if time.thread_time() - self._begun > self._left:
            raise ClipLimitError(f"The clip takes longer to decode than {self._most:g} s allowed.")


def open_container(data: bytes | GrowingReader, media_type: str, limits: MediaLimits) -> Any:
    """The file as a container of PyAV.

    Args:
        data: the file; one that is growing is read only up to the first picture.
        media_type: "video/webm", "video/x-matroska" or "video/mp4", with or without parameters.

    Raises:
        UnsupportedClipError: it has another type.
        ClipLimitError: the file exceeds `limits`.
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
            # FFmpeg decodes a few frames to examine the file.
            options={
                "codec_whitelist": ",".join(VIDEO_CODECS + SOUND_CODECS),
                # Larger frames seem to have no size. The factor tells a clip that is slightly too
                # large from a damaged one.
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
    """FFmpeg's message, for the end of a sentence."""
    return str(getattr(error, "strerror", None) or error)


def _refuse(url: str, flags: int, options: dict[str, str]) -> Any:
    raise PermissionError(f"A clip must not refer to another file: {url!r}.")
