"""Finds the start of a clip's sound, on the file's own clock."""

from __future__ import annotations

from itertools import islice
from typing import Any

__all__ = ["heard_from"]

# Codecs whose first packet is not audible: each packet overlaps the previous one, so encoders start
# one early. Opus and Vorbis say how much is inaudible, and FFmpeg excludes that from `start_time`;
# for an MP4 it excludes what the edit list cuts.
_WITH_RUN_UP = ("aac", "mp3", "mp3float")


def heard_from(stream: Any) -> float | None:
    """The time stamp of the first audible sound, in seconds; None if it is unknown.

    Args:
        stream: of PyAV, as the file was opened.
    """
    if stream.start_time is None:
        return None
    tick, context = stream.time_base, stream.codec_context
    begins = float(stream.start_time * tick)
    # An MP4 has an index; for Matroska it holds what was read so far, which may be nothing.
    stamps = [entry.timestamp for entry in islice(stream.index_entries, 3)]
    if context is None or (stamps and stamps[0] < stream.start_time):
        return begins
    packet = context.frame_size / context.sample_rate if context.sample_rate else 0.0
    if len(stamps) == 3:
        # In an MP4 without an edit list, tracks start at 0: FFmpeg stretches the first packet of a
        # track that starts later. So the second packet shows better when the sound starts.
        packet = float((stamps[2] - stamps[1]) * tick)
        begins = max(begins, float(stamps[1] * tick) - packet)
    return begins + packet if context.name in _WITH_RUN_UP else begins
