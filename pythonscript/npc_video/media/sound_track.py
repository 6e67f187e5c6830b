"""Joins the decoded parts of a sound by their time stamps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av

from ..errors import ClipLimitError
from .container import MediaLimits

__all__ = ["Sound", "sound_of", "timed"]

_RATES = (44_100, 48_000)
_BYTES_PER_SAMPLE = 2
# Rounded or inconsistent time stamps are less wrong than this.
_JITTER_SECONDS = 0.03
# A time stamp that goes back further restarts the clock, and is ignored.
_MAX_BACK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sound:
    """The samples of a clip, from its beginning, at which its picture begins too.

    Attributes:
        samples: signed 16-bit numbers, little-endian, interleaved by channel.
        rate: 44100 or 48000 per second and channel.
        channels: 1 or 2.
        length: seconds of a loop of the clip; the samples may end earlier or later.
    """

    samples: bytes
    rate: int
    channels: int
    length: float


def timed(frames: Iterator[Any], begins: float) -> Iterator[tuple[Any, float]]:
    """Frames, each with its time in seconds from the beginning of the clip.

    Args:
        begins: the time stamp of the beginning.
    """
    ends: float | None = None
    for frame in _joined(frames, begins):
        at = ends if frame.time is None else frame.time - begins
        at = at or 0.0
        if ends is not None and (
            abs(at - ends) <= _JITTER_SECONDS or at < ends - _MAX_BACK_SECONDS
        ):
            at = ends
        yield frame, at
        ends = at + _seconds(frame)


def _joined(frames: Iterator[Any], begins: float) -> Iterator[Any]:
    """The frames; a first one that is alone before the clip is moved to the clip's beginning.

    In an MP4 without an edit list, FFmpeg starts every track at 0. If a track should start later,
    its first packet gets a longer duration.
    """
    first, second = next(frames, None), next(frames, None)
    if first is not None and second is not None and None not in (first.time, second.time):
        ends, belongs = first.time + _seconds(first), second.time - _seconds(first)
        is_alone = first.time < begins and second.time > ends + _JITTER_SECONDS
        if is_alone and abs(belongs - begins) <= _JITTER_SECONDS:
            first.pts = round(belongs / first.time_base)
    yield from (frame for frame in (first, second) if frame is not None)
    yield from frames


def sound_of(
    timed: Iterator[tuple[Any, float]], length: float, limits: MediaLimits
) -> Sound | None:
    """Joins all frames: gaps become silence; overlaps, and parts before the beginning, are cut.

    Args:
        length: of the clip, in seconds.
    """
    track: _Track | None = None
    for frame, at in timed:
        if track is None:
            rate = frame.sample_rate if frame.sample_rate in _RATES else _RATES[-1]
            track = _Track(rate, min(frame.layout.nb_channels, 2), limits.max_seconds)
        track.add(frame, at)
    return None if track is None else track.finish(length)


class _Track:
    """Sound that grows with each frame."""

    def __init__(self, rate: int, channels: int, max_seconds: float):
        self._rate, self._channels, self._max_seconds = rate, channels, max_seconds
        self._samples = bytearray()
        self._resampler: Any = None
        self._kind: Any = None
        self._ends = 0.0
        self._place = 0  # of the resampler's next output, in samples

    def add(self, frame: Any, at: float) -> None:
        """Adds a frame `at` seconds after the beginning.

        Raises:
            ClipLimitError: it is outside of any clip.
        """
        if abs(at) > self._max_seconds:
            raise ClipLimitError(
                f"The clip's sound is longer than the {self._max_seconds:g} s allowed."
            )
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if at != self._ends or kind != self._kind:
            self._put(None)
            self._begin(round(at * self._rate))
            self._kind = kind
        frame.pts = None  # the resampler must ignore the time
        self._put(frame)
        self._ends = at + _seconds(frame)

    def finish(self, length: float) -> Sound:
        self._put(None)
        return Sound(bytes(self._samples), self._rate, self._channels, length)

    def _begin(self, place: int) -> None:
        layout = "mono" if self._channels == 1 else "stereo"
        self._resampler = av.AudioResampler("s16", layout, self._rate)
        self._place = place

    def _put(self, frame: Any | None) -> None:
        """Adds the resampler's output for a frame, or for the end of consecutive frames."""
        if self._resampler is None:
            return
        size = self._channels * _BYTES_PER_SAMPLE
        for part in self._resampler.resample(frame):
            if part is None:
                continue
            there = len(self._samples) // size
            if self._place > there:
                self._samples += bytes((self._place - there) * size)
                there = self._place
            # Overlaps and parts before the beginning are cut.
            cut = min(there - self._place, part.samples)
            self._samples += memoryview(part.planes[0])[cut * size : part.samples * size]
            self._place += part.samples


def _seconds(frame: Any) -> float:
    return float(frame.samples / frame.sample_rate)
