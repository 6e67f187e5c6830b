"""Decodes a clip to frames, in the planes of the decoder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

import av
import numpy as np
from numpy.typing import NDArray

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from ..records import UNTAGGED_COLOURS
from .alpha import AlphaDecoder, has_alpha
from .codecs import SOUND_CODECS, VIDEO_CODECS
from .colour import Colour
from .container import MediaLimits, WorkMeter, open_container, reason
from .display import Rotation, chosen_stream, rotation_of, shown_size
from .formats import Shape
from .growing import GrowingReader
from .layout import MAX_SIDE, PictureLayout, Plane
from .motion import MotionReader
from .packets import PacketSource
from .timing import Times

__all__ = ["ClipDecoder", "ClipInfo", "Frame", "MediaLimits"]


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """Properties of a clip.

    Attributes:
        width, height: pixels on screen, after rotation and with square pixels.
        fps: average frames per second.
        length: seconds of a loop, from the file; None while the file is still arriving, because its
            end is not known.
        layout: the planes of each frame, and their places in a picture.
        rotation: how to rotate decoded pictures.
        has_sound: whether it has sound, in any codec.
    """

    width: int
    height: int
    fps: float
    length: float | None
    codec: str
    colour: Colour
    layout: PictureLayout
    rotation: Rotation
    has_sound: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded picture.

    Attributes:
        seconds: its time from the beginning of the clip.
        planes: luma, two of chroma and, if the layout has it, alpha. They are in the decoder's own
            memory, which does not change while the frame is kept.
        vectors: the motion since the previous frame, from `MotionReader.read`; None if unknown or
            not requested.
    """

    seconds: float
    planes: tuple[Plane, ...]
    vectors: NDArray[np.uint8] | None = None


class ClipDecoder:
    """Decodes one clip, any number of times; for one thread at a time.

    A `with` block closes it at its end.

    Args:
        data: the file, or one that is still arriving; this and `frames` then wait for its bytes.
        media_type: "video/webm", "video/x-matroska" or "video/mp4".
        vectors: adds motion vectors to frames, if the codec has them.
        max_side: the most columns and rows of the picture with all planes.
        untagged_colours: the matrix of a clip that names none, one of `UNTAGGED_COLOURS`.

    Raises:
        UnsupportedClipError: the type or codec is not on the list, its planes do not fit, or its
            colours cannot be shown correctly.
        ClipLimitError: it exceeds `limits`.
        DamagedClipError: it cannot be read.
    """

    def __init__(
        self,
        data: bytes | GrowingReader,
        media_type: str,
        limits: MediaLimits | None = None,
        *,
        vectors: bool = False,
        max_side: int = MAX_SIDE,
        untagged_colours: str = UNTAGGED_COLOURS[0],
    ):
        self._limits = limits or MediaLimits()
        self._growing = data if isinstance(data, GrowingReader) else None
        self._container = open_container(data, media_type, self._limits)
        try:
            self._stream = _video(self._container, self._limits)
            sound = chosen_stream(self._container.streams.audio, SOUND_CODECS)
            self._packets = PacketSource(
                data,
                self._container,
                self._stream,
                video=self._stream,
                sound=sound,
                limits=self._limits,
            )
            context = self._stream.codec_context
            if vectors:
                context.flags2 |= av.codec.context.Flags2.export_mvs
            self._with_vectors = vectors
            self._shape = Shape(context, has_alpha(self._stream), max_side, untagged_colours)
            layout = self._shape.layout
            self._alpha = AlphaDecoder(context, self._limits) if layout.has_alpha else None
            self._last = 0.0
            self._meter = WorkMeter(self._limits)
            self._motion: MotionReader | None = None
            self._pass = self._pictures()
            # The first frame has data that the file lacks, such as rotation and colours.
            first = self._next_picture()
            self._shape.look_at(first)
            self._meter.pause()
            self.info = self._info(first, sound)
            _check_length(self.info.length, self._limits)
        except BaseException:
            self._container.close()
            raise
        self._opaque = bytes([255]) * (layout.width * layout.height if self._alpha else 0)
        self._first: Any = first  # until the first pass begins

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def length(self) -> float | None:
        """Seconds of a loop; for a file that is still arriving, known after its last frame."""
        times = self._packets.times
        if times is None or times.length is None:
            return None
        # A damaged file may have more frames than its packets announce.
        return times.length if times.length > self._last else self._last + 1.0 / self._packets.rate

    def frames(self) -> Iterator[Frame]:
        """All frames from the beginning, in order of display.

        Times start at the beginning of the clip, at which the first frame is shown, and increase
        strictly. Frames that an edit list cuts off are skipped. A frame without a usable time stamp
        follows the previous one at the average rate.

        Raises:
            DamagedClipError: the file ends early or cannot be decoded.
            ClipLimitError: it has too many frames, or takes too long to decode.
            UnsupportedClipError: its frames change in size.
        """
        pictures = self._begin()
        count, last, start = 0, 0.0, 0.0
        try:
            for picture in pictures:
                count += 1
                seconds = picture.time
                if count == 1:
                    start = (seconds or 0.0) - self._times.lead
                elif seconds is None or seconds - start <= last:
                    last += 1.0 / self._packets.rate
                else:
                    last = seconds - start
                self._check(picture, count, last)
                moved = self._motion.read(picture) if self._motion else None
                frame = Frame(last, self._planes(picture), moved)
                self._meter.pause()
                yield frame
                self._meter.resume()
        except av.FFmpegError as error:
            raise DamagedClipError(f"The clip is damaged: {reason(error)}.") from error
        self._last = last
        if self._growing is not None:
            self._growing.check()
        self._packets.check_end()

    def close(self) -> None:
        """Closes the file; frames that were read stay."""
        self._container.close()

    @property
    def _times(self) -> Times:
        assert self._packets.times is not None  # known once there is a frame
        return self._packets.times

    def _begin(self) -> Iterator[Any]:
        """The decoded pictures; the first pass continues after the one from `__init__`."""
        if self._first is not None:
            first, self._first = self._first, None
            self._meter.resume()
            return chain((first,), self._pass)
        self._stream.codec_context.flush_buffers()
        if self._alpha:
            self._alpha.restart()
        self._meter = WorkMeter(self._limits)
        return self._pictures()

    def _next_picture(self) -> Any:
        try:
            picture = next(self._pass, None)
        except av.FFmpegError as error:
            raise DamagedClipError(f"The clip is damaged: {reason(error)}.") from error
        if picture is None:
            raise DamagedClipError("The clip is damaged: it holds no frame.")
        return picture

    def _pictures(self) -> Iterator[Any]:
        context = self._stream.codec_context
        self._motion = MotionReader(context) if self._with_vectors else None
        for packet in self._packets:
            if self._motion:
                self._motion.send(packet)
            if self._alpha:
                self._alpha.decode(packet)
            pictures = context.decode(packet)
            self._meter.check()
            yield from pictures

    def _info(self, first: Any, sound: Any | None) -> ClipInfo:
        context, stream = self._stream.codec_context, self._stream
        matrix = first.side_data.get("DISPLAYMATRIX")
        rotation = rotation_of(None if matrix is None else bytes(matrix))
        width, height = shown_size(
            context.width, context.height, stream.sample_aspect_ratio, rotation
        )
        return ClipInfo(
            width,
            height,
            self._packets.rate,
            self.length,
            context.name,
            self._shape.colour,
            self._shape.layout,
            rotation,
            sound is not None,
        )

    def _check(self, picture: Any, count: int, seconds: float) -> None:
        if count > self._limits.max_frames:
            raise ClipLimitError(
                f"The clip has more than the {self._limits.max_frames} frames allowed."
            )
        _check_length(seconds, self._limits)
        layout = self._shape.layout
        if (picture.width, picture.height) != (layout.width, layout.height):
            raise UnsupportedClipError("The clip's frames change in size.")

    def _planes(self, picture: Any) -> tuple[Plane, ...]:
        planes = tuple(map(_plane, self._shape.bring(picture).planes[:3]))
        if self._alpha is None:
            return planes
        if self._alpha.plane is not None:
            return (*planes, _plane(self._alpha.plane))
        width, height = self._shape.layout.width, self._shape.layout.height
        return (*planes, Plane(memoryview(self._opaque), width, width, height))


def _video(container: Any, limits: MediaLimits) -> Any:
    """The video stream of a file, with its decoder configured."""
    stream = chosen_stream(container.streams.video, VIDEO_CODECS)
    if stream is None:
        raise UnsupportedClipError("The clip has no video.")
    context = stream.codec_context
    if context is None or context.name not in VIDEO_CODECS:
        name = "unknown" if context is None else context.name
        raise UnsupportedClipError(f"The codec {name} is not supported: use VP9, AV1 or H.264.")
    if context.width * context.height > limits.max_pixels:
        raise ClipLimitError(
            f"The clip is {context.width}×{context.height}; at most {limits.max_pixels} pixels"
            " are allowed."
        )
    if context.width < 1 or context.height < 1 or context.pix_fmt is None:
        raise DamagedClipError("The clip is damaged: it has no size or no pixel format.")
    # One thread per clip: the pool decodes several clips at once instead.
    context.thread_type, context.thread_count = "NONE", 1
    # A frame may claim another size than the file; this refuses it before memory is allocated.
    context.options = {"max_pixels": str(limits.max_pixels)}
    return stream


def _check_length(seconds: float | None, limits: MediaLimits) -> None:
    if seconds is not None and seconds > limits.max_seconds:
        raise ClipLimitError(f"The clip is longer than the {limits.max_seconds:g} s allowed.")


def _plane(plane: Any) -> Plane:
    return Plane(memoryview(plane), plane.width, plane.line_size, plane.height)
