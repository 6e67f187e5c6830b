"""A clip to frames, as the planes that the decoder writes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.codec.context import Flags2
from av.error import FFmpegError
from numpy.typing import NDArray

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from .alpha import AlphaDecoder, has_alpha
from .colour import Colour
from .formats import Shape
from .growing import GrowingReader
from .layout import PictureLayout
from .motion import MotionReader
from .opening import (
    SOUND_CODECS,
    VIDEO_CODECS,
    MediaLimits,
    WorkMeter,
    open_container,
    reason,
)

__all__ = ["ClipDecoder", "ClipInfo", "Frame", "MediaLimits", "Plane"]

# How much earlier than it says a clip may end: a file's own duration is often a little long.
_MISSING_SECONDS, _MISSING_FRAMES = 0.25, 2


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What a clip says of itself.

    Attributes:
        width, height: pixels.
        fps: average frames per second.
        duration: seconds, or None where the file does not say.
        layout: the planes of each frame, and their places in a picture.
        has_sound: whether `decode_sound` has something to decode.
    """

    width: int
    height: int
    fps: float
    duration: float | None
    codec: str
    colour: Colour
    layout: PictureLayout
    has_sound: bool


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
        planes: luma, the two of chroma and, where the layout has it, alpha; in the decoder's own
            memory, which stays as it is while the frame is kept.
        vectors: how the picture moved since the frame before, as `MotionReader.read` has it, or
            None where that is not known or was not asked for.
    """

    seconds: float
    planes: tuple[Plane, ...]
    vectors: NDArray[np.uint8] | None = None


class ClipDecoder:
    """Reads one clip, as often as wanted; for one thread at a time.

    Args:
        data: the file, or one that still comes in: this and `frames` then wait for its bytes.
        media_type: "video/webm", "video/x-matroska" or "video/mp4".

    Raises:
        UnsupportedClipError: the type or codec is not on the list.
        ClipLimitError: it is larger than `limits` allow.
        DamagedClipError: it cannot be read.
    """

    def __init__(
        self, data: bytes | GrowingReader, media_type: str, limits: MediaLimits | None = None
    ):
        self._limits = limits or MediaLimits()
        self._growing = data if isinstance(data, GrowingReader) else None
        self._container = open_container(data, media_type, self._limits)
        try:
            self._stream = _video(self._container, self._limits)
            context = self._stream.codec_context
            self._shape = Shape(context, has_alpha(self._stream))
            self._alpha = (
                AlphaDecoder(context, self._limits) if self._shape.layout.has_alpha else None
            )
            self.info = _info(self._container, self._stream, self._shape)
            _check_duration(self.info.duration, self._limits)
        except BaseException:
            self._container.close()
            raise
        self._opaque = bytes([255]) * (self.info.width * self.info.height if self._alpha else 0)
        self._length: float | None = None
        self._is_at_start = True

    @property
    def length(self) -> float | None:
        """Seconds from the first frame to when a loop shows it again.

        Known once `frames` has come to the end: the time of the last frame and how long the file
        has it stay. Where the file's own duration differs by less than a frame it is taken instead,
        for time stamps may be rounded (to milliseconds in WebM); so n frames last n / fps.
        """
        return self._length

    def frames(self, vectors: bool = False) -> Iterator[Frame]:
        """All frames from the beginning, as they are due.

        Times count from the first frame that is shown, whatever time the file gives it, and rise
        strictly. Frames come in the order they are shown, those that an edit list cuts off are
        left out. Without a usable time stamp, a frame follows the one before at the average rate.

        Raises:
            DamagedClipError: the file breaks off or cannot be decoded.
            ClipLimitError: it has more frames than allowed, or takes too long to decode.
            UnsupportedClipError: its frames change their size.
        """
        meter = WorkMeter(self._limits)
        count, last = 0, -1.0
        start: float | None = None
        stays: int | None = None
        try:
            self._rewind(vectors)
            motion = MotionReader(self._stream.codec_context) if vectors else None
            for picture in self._pictures(motion, meter):
                count += 1
                seconds = picture.time
                if start is None:
                    start = seconds or 0.0
                if seconds is None or seconds - start <= last:
                    seconds = start + last + 1.0 / self.info.fps
                last = seconds - start
                self._check(picture, count, last)
                moved = motion.read(picture) if motion else None
                frame = Frame(last, self._planes(picture), moved)
                stays = picture.duration
                meter.pause()
                yield frame
                meter.resume()
        except FFmpegError as error:
            raise DamagedClipError(f"The clip is damaged: {reason(error)}.") from error
        if count == 0:
            raise DamagedClipError("The clip is damaged: it holds no frame.")
        self._finish(last, stays)

    def close(self) -> None:
        self._container.close()

    def _rewind(self, vectors: bool) -> None:
        context = self._stream.codec_context
        export = Flags2.export_mvs
        context.flags2 = context.flags2 | export if vectors else context.flags2 & ~export
        if not self._is_at_start:
            self._container.seek(0)
            if self._alpha:
                self._alpha.restart()
        self._is_at_start = False

    def _pictures(self, motion: MotionReader | None, meter: WorkMeter) -> Iterator[Any]:
        context = self._stream.codec_context
        for packet in self._container.demux(self._stream):
            if motion:
                motion.send(packet)
            if self._alpha:
                self._alpha.decode(packet)
            pictures = context.decode(packet)
            meter.check()
            yield from pictures

    def _check(self, picture: Any, count: int, seconds: float) -> None:
        if count > self._limits.most_frames:
            raise ClipLimitError(
                f"The clip has more than the {self._limits.most_frames} frames allowed."
            )
        _check_duration(seconds, self._limits)
        if (picture.width, picture.height) != (self.info.width, self.info.height):
            raise UnsupportedClipError("The clip changes its size on the way.")

    def _planes(self, picture: Any) -> tuple[Plane, ...]:
        planes = tuple(map(_plane, self._shape.bring(picture).planes[:3]))
        if self._alpha is None:
            return planes
        if self._alpha.plane is not None:
            return (*planes, _plane(self._alpha.plane))
        width, height = self.info.width, self.info.height
        return (*planes, Plane(memoryview(self._opaque), width, width, height))

    def _finish(self, last: float, stays: int | None) -> None:
        """A truncated file ends like a whole one, only too early."""
        if self._growing is not None:
            self._growing.check()
        frame = 1.0 / self.info.fps
        end = last + (float(stays * self._stream.time_base) if stays else frame)
        said = self.info.duration
        if said is not None and end < said - max(_MISSING_SECONDS, _MISSING_FRAMES * frame):
            raise DamagedClipError(f"The clip is damaged: it ends after {end:.2f} of {said:.2f} s.")
        self._length = said if said is not None and abs(said - end) < frame else end


def _video(container: Any, limits: MediaLimits) -> Any:
    """The video of a file, ready to decode."""
    if not container.streams.video:
        raise UnsupportedClipError("The clip has no video in it.")
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None or context.name not in VIDEO_CODECS:
        name = "unknown" if context is None else context.name
        raise UnsupportedClipError(f"The codec {name} is not supported: use VP9, AV1 or H.264.")
    if context.width * context.height > limits.most_pixels:
        raise ClipLimitError(
            f"The clip is {context.width}×{context.height}; at most {limits.most_pixels} pixels"
            " are allowed."
        )
    if context.width < 2 or context.height < 2 or context.pix_fmt is None:
        raise DamagedClipError("The clip is damaged: it has no size or no pixel format.")
    # One thread decodes one clip: the pool runs several clips at once instead.
    context.thread_type, context.thread_count = "NONE", 1
    # A frame may claim another size than the file; this refuses it before memory is taken for it.
    context.options = {"max_pixels": str(limits.most_pixels)}
    return stream


def _info(container: Any, stream: Any, shape: Shape) -> ClipInfo:
    context = stream.codec_context
    return ClipInfo(
        context.width,
        context.height,
        float(stream.average_rate or Fraction(25)),
        _duration(container, stream),
        context.name,
        shape.colour,
        shape.layout,
        any(_is_sound(sound) for sound in container.streams.audio),
    )


def _is_sound(stream: Any) -> bool:
    return stream.codec_context is not None and stream.codec_context.name in SOUND_CODECS


def _check_duration(seconds: float | None, limits: MediaLimits) -> None:
    if seconds is not None and seconds > limits.most_seconds:
        raise ClipLimitError(f"The clip is longer than the {limits.most_seconds:g} s allowed.")


def _duration(container: Any, stream: Any) -> float | None:
    if stream.time_base is None:
        return None
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    # Matroska tells when the file ends, which may be with its sound; its writers add when each
    # stream ends.
    end = _seconds(stream.metadata.get("DURATION", ""))
    if end is None and container.duration is not None and len(container.streams) == 1:
        end = container.duration / av.time_base
    return None if end is None else end - float((stream.start_time or 0) * stream.time_base)


def _seconds(clock: str) -> float | None:
    """Of a text such as "00:00:03.000000000"."""
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)", clock)
    if found is None:
        return None
    hours, minutes, seconds = map(float, found.groups())
    return 3600 * hours + 60 * minutes + seconds


def _plane(plane: Any) -> Plane:
    return Plane(memoryview(plane), plane.width, plane.line_size, plane.height)
