"""A clip to frames, as the planes that the decoder writes.

Clips come from servers and are not trusted: FFmpeg gets bytes with a container that is named to it,
only codecs of a list are opened, and `MediaLimits` are checked before and while decoding.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from .colour import Colour

__all__ = ["ClipDecoder", "ClipInfo", "Frame", "MediaLimits", "Plane"]

_CONTAINERS = {"video/webm": "matroska", "video/x-matroska": "matroska", "video/mp4": "mp4"}
# As FFmpeg calls its decoders.
_CODECS = ("vp8", "vp9", "av1", "libdav1d", "h264", "hevc", "mpeg4")
_PIXEL_FORMATS = frozenset({"yuv420p", "yuvj420p"})

# Numbers of FFmpeg's AVColorSpace and AVColorRange.
_BT601, _UNTAGGED, _FULL_RANGE = (4, 5, 6), 2, 2
# Untagged video is BT.709 from this height on, as players guess.
_HD_ROWS = 720
# How much earlier than it says a clip may end: a file's own duration is often a little long.
_MISSING_SECONDS, _MISSING_FRAMES = 0.25, 2


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a clip may be.

    Attributes:
        most_bytes: of the file.
        most_pixels: of a frame, width times height.
        most_frames: in the file.
        most_seconds: of its duration.
    """

    most_bytes: int = 64 * 1024 * 1024
    most_pixels: int = 2048 * 2048
    most_frames: int = 3600
    most_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What a clip says of itself.

    Attributes:
        width, height: pixels.
        fps: average frames per second.
        duration: seconds, or None where the file does not say.
    """

    width: int
    height: int
    fps: float
    duration: float | None
    codec: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of a frame: `rows` rows of `stride` bytes, of which `width` are picture."""

    data: memoryview
    width: int
    stride: int
    rows: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded picture.

    Attributes:
        seconds: when it is due, from the beginning of the clip.
        planes: luma, then the two of chroma, in the decoder's own memory.
    """

    seconds: float
    planes: tuple[Plane, ...]


class ClipDecoder:
    """Reads one clip, as often as wanted; for one thread at a time.

    Args:
        data: the file.
        media_type: "video/webm", "video/x-matroska" or "video/mp4".

    Raises:
        UnsupportedClipError: the type, codec or pixel format is not on the list.
        ClipLimitError: it is larger than `limits` allow.
        DamagedClipError: it cannot be read.
    """

    def __init__(self, data: bytes, media_type: str, limits: MediaLimits | None = None):
        self._limits = limits or MediaLimits()
        if len(data) > self._limits.most_bytes:
            raise ClipLimitError(
                f"The clip has {len(data)} bytes; at most {self._limits.most_bytes} are allowed."
            )
        kind = media_type.partition(";")[0].strip().lower()
        if kind not in _CONTAINERS:
            raise UnsupportedClipError(
                f"The clip is of the type {media_type!r}: use one of {', '.join(_CONTAINERS)}."
            )
        self._container = _open(data, _CONTAINERS[kind])
        try:
            self._stream, self.info = _inspect(self._container, self._limits)
        except BaseException:
            self._container.close()
            raise
        self._is_at_start = True

    def frames(self) -> Iterator[Frame]:
        """All frames from the beginning, as they are due.

        Their planes are valid as long as the frame is kept.

        Raises:
            DamagedClipError: the file breaks off or cannot be decoded.
            ClipLimitError: it has more frames than allowed, or others than it said.
        """
        count, last = 0, -1.0
        start: float | None = None
        try:
            if not self._is_at_start:
                self._container.seek(0)
            self._is_at_start = False
            for picture in self._container.decode(self._stream):
                count += 1
                seconds = picture.time
                if start is None:
                    start = seconds or 0.0
                # A file with damaged time stamps plays on at its average rate.
                if seconds is None or seconds - start <= last:
                    seconds = start + last + 1.0 / self.info.fps
                last = seconds - start
                self._check(picture, count, last)
                yield Frame(last, _planes(picture))
        except FFmpegError as error:
            raise DamagedClipError(f"The clip is damaged: {_reason(error)}.") from error
        self._check_end(count, last)

    def close(self) -> None:
        self._container.close()

    def _check(self, picture: Any, count: int, seconds: float) -> None:
        if count > self._limits.most_frames:
            raise ClipLimitError(
                f"The clip has more than the {self._limits.most_frames} frames allowed."
            )
        if seconds > self._limits.most_seconds:
            raise ClipLimitError(
                f"The clip is longer than the {self._limits.most_seconds:g} s allowed."
            )
        if (picture.width, picture.height) != (self.info.width, self.info.height):
            raise UnsupportedClipError("The clip changes its size on the way.")
        if picture.format.name not in _PIXEL_FORMATS:
            raise UnsupportedClipError(
                f"The pixel format {picture.format.name} is not supported: use yuv420p."
            )

    def _check_end(self, count: int, last: float) -> None:
        """A truncated file ends like a whole one, only too early."""
        if count == 0:
            raise DamagedClipError("The clip is damaged: it holds no frame.")
        if self.info.duration is None:
            return
        end = last + 1.0 / self.info.fps
        if end < self.info.duration - max(_MISSING_SECONDS, _MISSING_FRAMES / self.info.fps):
            raise DamagedClipError(
                f"The clip is damaged: it ends after {end:.2f} of {self.info.duration:.2f} s."
            )


def _open(data: bytes, container: str) -> Any:
    try:
        return av.open(
            io.BytesIO(data),
            "r",
            format=container,
            # FFmpeg decodes a few frames to see what is in the file.
            options={"codec_whitelist": ",".join(_CODECS)},
            metadata_errors="replace",
            io_open=_refuse,
        )
    except (FFmpegError, ValueError) as error:
        raise DamagedClipError(f"The clip cannot be opened: {_reason(error)}.") from error


def _refuse(url: str, flags: int, options: dict[str, str]) -> Any:
    raise PermissionError(f"A clip must not refer to another file: {url!r}.")


def _inspect(container: Any, limits: MediaLimits) -> tuple[Any, ClipInfo]:
    if not container.streams.video:
        raise UnsupportedClipError("The clip has no video in it.")
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None or context.name not in _CODECS:
        name = "unknown" if context is None else context.name
        raise UnsupportedClipError(f"The codec {name} is not supported: use VP9, AV1 or H.264.")
    if context.width * context.height > limits.most_pixels:
        raise ClipLimitError(
            f"The clip is {context.width}×{context.height}; at most {limits.most_pixels} pixels"
            " are allowed."
        )
    if context.width < 2 or context.height < 2:
        raise DamagedClipError("The clip is damaged: it has no size.")
    duration = _duration(container, stream)
    if duration is not None and duration > limits.most_seconds:
        raise ClipLimitError(
            f"The clip is {duration:.0f} s long; at most {limits.most_seconds:g} s are allowed."
        )
    # One thread decodes one clip: the pool runs several clips at once instead.
    stream.thread_type, context.thread_count = "NONE", 1
    # A frame may claim another size than the file; this refuses it before memory is taken for it.
    context.options = {"max_pixels": str(limits.most_pixels)}
    rate = stream.average_rate or Fraction(25)
    info = ClipInfo(
        context.width, context.height, float(rate), duration, context.name, _colour(context)
    )
    return stream, info


def _duration(container: Any, stream: Any) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    # WebM tells the duration of the whole file only, which may be that of its sound.
    if container.duration is None or len(container.streams) > 1:
        return None
    return float(container.duration / av.time_base)


def _colour(context: Any) -> Colour:
    tagged = context.colorspace
    is_601 = context.height < _HD_ROWS if tagged == _UNTAGGED else tagged in _BT601
    full = context.color_range == _FULL_RANGE or context.pix_fmt == "yuvj420p"
    return Colour("bt601" if is_601 else "bt709", full)


def _planes(picture: Any) -> tuple[Plane, ...]:
    return tuple(
        Plane(memoryview(plane), plane.width, plane.line_size, plane.height)
        for plane in picture.planes
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
