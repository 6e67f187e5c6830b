"""Decodes the sound of a clip at once: it needs less memory than a second of frames.

Playing it in time with the frames is left to the player.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import av

from ..errors import DamagedClipError, UnsupportedClipError
from .codecs import SOUND_CODECS, VIDEO_CODECS
from .container import MediaLimits, WorkMeter, open_container, reason
from .display import chosen_stream
from .packets import PacketSource
from .sound_track import Sound, sound_of, timed

__all__ = ["Sound", "decode_sound"]


def decode_sound(data: bytes, media_type: str, limits: MediaLimits | None = None) -> Sound | None:
    """The sound of the file, with each part at its time; None if there is none.

    Gaps, and parts that cannot be decoded, are silent. More than two channels are mixed down, as
    FFmpeg does it (ITU-R BS.775, without clipping).

    Args:
        media_type: as for `ClipDecoder`.

    Raises:
        UnsupportedClipError: the type of the file or the codec of its sound is not on the list.
        ClipLimitError: it exceeds `limits`, or takes too long to decode.
        DamagedClipError: it cannot be read.
    """
    limits = limits or MediaLimits()
    with open_container(data, media_type, limits) as container:
        video = chosen_stream(container.streams.video, VIDEO_CODECS)
        stream = chosen_stream(container.streams.audio, SOUND_CODECS)
        if video is None or stream is None:
            return None
        context = stream.codec_context
        if context is None or context.name not in SOUND_CODECS:
            name = "unknown" if context is None else context.name
            raise UnsupportedClipError(
                f"The sound's codec {name} is not supported: use Opus or AAC."
            )
        context.thread_type, context.thread_count = "NONE", 1
        try:
            packets = PacketSource(
                data, container, stream, video=video, sound=stream, limits=limits
            )
            times = packets.times
            if times is None or not times.length:
                return None  # a file without a picture is not a clip
            frames = _frames(packets, context, limits)
            return sound_of(timed(frames, times.sound_begins), times.length, limits)
        except (av.FFmpegError, ValueError) as error:
            raise DamagedClipError(f"The clip's sound is damaged: {reason(error)}.") from error


def _frames(packets: Iterable[Any], context: Any, limits: MediaLimits) -> Iterator[Any]:
    """The frames decoded from the packets; undecodable packets are skipped."""
    meter = WorkMeter(limits)
    damage: av.FFmpegError | None = None
    has_some = False
    for packet in packets:
        try:
            frames = context.decode(packet)
        except av.FFmpegError as error:
            damage, frames = error, []
        meter.check()
        has_some = has_some or bool(frames)
        yield from frames
    if damage is not None and not has_some:
        raise damage
