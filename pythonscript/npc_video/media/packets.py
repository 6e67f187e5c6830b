"""Reads the packets of a clip from its file once; later passes do not need the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
from av.error import FFmpegError

from ..errors import ClipLimitError, DamagedClipError
from .container import MediaLimits, WorkMeter
from .growing import GrowingReader
from .sound_start import heard_from
from .timing import Stamp, Times, beginnings, length_of_clip
from .wholeness import is_whole

__all__ = ["PacketSource"]

# Packets per frame: two for pictures of two fields, and some that are not displayed.
_MAX_PER_FRAME = 3
# Twice as many as with the shortest blocks of sound encoders.
_MAX_SOUND_PER_SECOND = 2000
_USUAL_RATE = 25.0
# How much earlier than announced a clip may end: a file's duration is often slightly too long.
_MISSING_SECONDS, _MISSING_FRAMES = 0.25, 2


class PacketSource:
    """The packets of `wanted`, in the order of the file, any number of times, and the clip's times.

    A whole file is read at once. In a file that is still arriving, each packet is available when
    its bytes are, and is kept for the next pass.

    Args:
        data: the file that `container` reads.
        wanted: `video` or `sound`.
        video: the stream to show.
        sound: the stream to play, or None.

    Attributes:
        times: known from the first packet of the video on, its `length` from the last one on.
        rate: frames per second, on average.

    Raises:
        ClipLimitError: there are more packets than a clip of this length has.
    """

    def __init__(
        self,
        data: bytes | GrowingReader,
        container: Any,
        wanted: Any,
        *,
        video: Any,
        sound: Any | None,
        limits: MediaLimits,
    ):
        self.times: Times | None = None
        self.rate = float(video.average_rate or _USUAL_RATE)
        self._container, self._video, self._sound = container, video, sound
        self._wanted, self._limits = wanted, limits
        self._kind = container.format.name.partition(",")[0]
        self._comes_in = isinstance(data, GrowingReader)
        self._is_whole = None if isinstance(data, GrowingReader) else is_whole(data, self._kind)
        self._streams = [stream for stream in (video, sound) if stream is not None]
        self._ticks = {at.index: float(at.time_base or 0.0) for at in self._streams}
        self._kept: list[Any] = []
        self._pictures: list[Stamp] = []
        self._sounds: list[Stamp] = []
        self._error: FFmpegError | None = None
        self._meter = WorkMeter(limits)
        self._coming = self._read()
        if not self._comes_in:
            self._kept.extend(self._coming)

    def __iter__(self) -> Iterator[Any]:
        """Raises FFmpegError if the file cannot be read further."""
        yield from self._kept
        self._meter.resume()
        for packet in self._coming:
            self._kept.append(packet)
            self._meter.pause()
            yield packet
            self._meter.resume()
        if self._error is not None:
            raise self._error

    def check_end(self) -> None:
        """Raises DamagedClipError if the file announces more than it has.

        A truncated file ends like a whole one, only too early.
        """
        said, ends = self._said(), None if self.times is None else self.times.length
        if self._is_whole or said is None or ends is None:
            return
        if ends < said - max(_MISSING_SECONDS, _MISSING_FRAMES / self.rate):
            raise DamagedClipError(
                f"The clip is damaged: it ends after {ends:.2f} of {said:.2f} s."
            )

    def _read(self) -> Iterator[Any]:
        try:
            for packet in self._container.demux(self._streams):
                if packet.size:
                    self._note(packet)
                # The last packet of a stream is empty; the decoder then outputs what it holds back.
                if packet.stream.index == self._wanted.index:
                    yield packet
                self._meter.check()
        except FFmpegError as error:
            self._error = error
        if self._pictures:
            begun = self.times or self._begun()
            self.times = replace(begun, length=self._length(begun))

    def _note(self, packet: Any) -> None:
        is_picture = packet.stream.index == self._video.index
        if not packet.is_discard:
            (self._pictures if is_picture else self._sounds).append(self._stamp(packet))
            if is_picture and self._comes_in and self.times is None:
                self.times = self._begun()
        limits = self._limits
        if len(self._pictures) > _MAX_PER_FRAME * limits.max_frames:
            raise ClipLimitError(f"The clip has more than the {limits.max_frames} frames allowed.")
        if len(self._sounds) > _MAX_SOUND_PER_SECOND * limits.max_seconds:
            raise ClipLimitError(
                f"The clip's sound is longer than the {limits.max_seconds:g} s allowed."
            )

    def _stamp(self, packet: Any) -> Stamp:
        tick, shown, decoded = self._ticks[packet.stream.index], packet.pts, packet.dts
        return Stamp(
            None if shown is None else shown * tick,
            None if decoded is None else decoded * tick,
            (packet.duration or 0) * tick,
        )

    def _begun(self) -> Times:
        first = self._pictures[0]
        shown = min((at.shown for at in self._pictures if at.shown is not None), default=None)
        starts = None if self._sound is None else heard_from(self._sound)
        return Times(*beginnings(replace(first, shown=shown), starts), length=None)

    def _length(self, begun: Times) -> float:
        ends = [at.shown + at.stays for at in self._sounds if at.shown is not None]
        lasts = max(ends, default=begun.sound_begins) - begun.sound_begins
        return length_of_clip(
            self._pictures,
            # Sound that is too long, or claims to be, is not played.
            lasts if lasts <= self._limits.max_seconds else 0.0,
            lead=begun.lead,
            fps=self.rate,
            tick=float(self._video.time_base or 0.0),
            said=self._said(),
            # Its frames have no durations, so the last one lasts until the end of the file.
            is_said_of_last=self._kind == "matroska" and self._is_whole is True,
        )

    def _said(self) -> float | None:
        """Seconds from the first frame to the end, according to the file."""
        video = self._video
        if video.time_base is None:
            return None
        if video.duration is not None:
            return float(video.duration * video.time_base)
        # Matroska has the duration of the file, which may be that of its sound; its writers add the
        # duration of each stream.
        end = _seconds(video.metadata.get("DURATION", ""))
        if end is None and self._container.duration is not None and self._sound is None:
            end = self._container.duration / av.time_base
        return None if end is None else end - float((video.start_time or 0) * video.time_base)


def _seconds(clock: str) -> float | None:
    """Seconds of a text such as "00:00:03.000000000"; None if it has another form."""
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)", clock)
    if found is None:
        return None
    hours, minutes, seconds = map(float, found.groups())
    return 3600 * hours + 60 * minutes + seconds
