"""The sound of a clip, decoded as a whole: all of it takes less memory than a second of frames.

Playing it in time with the frames is left to the player.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
from av.error import FFmpegError

from ..errors import ClipLimitError, DamagedClipError, UnsupportedClipError
from .opening import SOUND_CODECS, MediaLimits, WorkMeter, open_container, reason

__all__ = ["Sound", "decode_sound"]

_RATES = (44_100, 48_000)
_BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class Sound:
    """The samples of a clip.

    Attributes:
        samples: signed numbers of 16 bit, little-endian, one for each channel in turn.
        rate: 44100 or 48000 per second and channel.
        channels: 1 or 2.
        start: seconds from the first picture of the clip to the first sample; negative where the
            sound begins earlier.
    """

    samples: bytes
    rate: int
    channels: int
    start: float


def decode_sound(data: bytes, media_type: str, limits: MediaLimits | None = None) -> Sound | None:
    """The sound of the file, or None if it has none.

    Args:
        media_type: as `ClipDecoder` has it.

    Raises:
        UnsupportedClipError: the type of the file or the codec of its sound is not on the list.
        ClipLimitError: it is larger or longer than `limits` allow, or takes too long to decode.
        DamagedClipError: it cannot be read.
    """
    limits = limits or MediaLimits()
    with open_container(data, media_type, limits) as container:
        if not container.streams.audio:
            return None
        stream = container.streams.audio[0]
        context = stream.codec_context
        if context is None or context.name not in SOUND_CODECS:
            name = "unknown" if context is None else context.name
            raise UnsupportedClipError(f"The sound's codec {name} is not supported: use Opus.")
        context.thread_type, context.thread_count = "NONE", 1
        try:
            return _decode(container, stream, limits)
        except (FFmpegError, ValueError) as error:
            raise DamagedClipError(f"The clip's sound is damaged: {reason(error)}.") from error


def _decode(container: Any, stream: Any, limits: MediaLimits) -> Sound | None:
    context = stream.codec_context
    rate = context.sample_rate if context.sample_rate in _RATES else _RATES[-1]
    channels = min(context.channels, 2)
    if channels < 1:
        raise DamagedClipError("The clip's sound is damaged: it has no channels.")
    resampler = av.AudioResampler("s16", "mono" if channels == 1 else "stereo", rate)
    samples = bytearray()
    most = int(limits.most_seconds * rate) * channels * _BYTES_PER_SAMPLE
    start: float | None = None
    for frame in _frames(container, stream, limits):
        if start is None and frame is not None:
            start = frame.time or 0.0
        for part in resampler.resample(frame):
            samples += memoryview(part.planes[0])[: part.samples * channels * _BYTES_PER_SAMPLE]
        if len(samples) > most:
            raise ClipLimitError(
                f"The clip's sound is longer than the {limits.most_seconds:g} s allowed."
            )
    if start is None:
        return None
    return Sound(bytes(samples), rate, channels, start - _first_picture(container))


def _frames(container: Any, stream: Any, limits: MediaLimits) -> Iterator[Any]:
    """What the decoder makes of the file, and None at the end, for the resampler's last samples."""
    meter = WorkMeter(limits)
    for packet in container.demux(stream):
        yield from stream.codec_context.decode(packet)
        meter.check()
    yield None


def _first_picture(container: Any) -> float:
    if not container.streams.video:
        return 0.0
    video = container.streams.video[0]
    return float((video.start_time or 0) * video.time_base)
