"""When the sound of a clip begins to be heard, on the file's own clock."""

from __future__ import annotations

from itertools import islice
from typing import Any

__all__ = ["heard_from"]

# Their first packet is not heard: it lacks the one before, which overlaps it, so encoders begin one
# early. Opus and Vorbis say how much of theirs is not heard, and FFmpeg leaves that out of
# `start_time`; of an MP4 it leaves out what the edit list cuts.
_WITH_RUN_UP = ("aac", "mp3", "mp3float")


def heard_from(stream: Any) -> float | None:
    """The time stamp, in seconds, of the first sound that is heard; None where it is not known.

    Args:
        stream: PyAV's, as the file was opened.
    """
    if stream.start_time is None:
        return None
    tick, context = stream.time_base, stream.codec_context
    begins = float(stream.start_time * tick)
    # Of an MP4 the index is there; of Matroska what was read so far, which may be nothing.
    stamps = [entry.timestamp for entry in islice(stream.index_entries, 3)]
    if context is None or (stamps and stamps[0] < stream.start_time):
        return begins
    packet = context.frame_size / context.sample_rate if context.sample_rate else 0.0
    if len(stamps) == 3:
        # Where an MP4 has no edit list, its tracks begin at 0: FFmpeg stretches the first packet of
        # one that begins later. So the second tells more truly when the sound begins.
        packet = float((stamps[2] - stamps[1]) * tick)
        begins = max(begins, float(stamps[1] * tick) - packet)
    return begins + packet if context.name in _WITH_RUN_UP else begins
