"""When the picture and the sound of a clip begin, and how long it lasts.

That is read off the times of the packets, for what files say of themselves is often missing, or
meant for something else: recorders write no duration, muxers one for all tracks together or none
for the last frame, and the durations of frames that are stored in another order follow that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

__all__ = ["Stamp", "Times", "beginnings", "length_of_clip"]

# What begins so little earlier than the picture is the encoder's own delay, and is not missed.
_LEAST_LEAD = 0.02
# What never begins so much earlier has wrong time stamps, and no picture waits for it.
_MAX_LEAD = 10.0
# Packets of a stream that begins with the file may begin a packet later.
_A_PACKET = 0.03
# What of the sound comes after the picture's end, and fills up the encoder's last block (seconds).
_PADDING = 0.1
# A frame that stays for less than this was given no duration, but for clips of higher rates.
_LEAST_STAY = 1.0 / 120.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """The times of one packet, in seconds on the file's own clock.

    Attributes:
        shown: when its frame is shown or heard; None where the file does not say.
        decoded: when it is to be decoded.
        stays: how long the file has it, in the order in which frames are stored.
    """

    shown: float | None
    decoded: float | None
    stays: float


@dataclass(frozen=True, slots=True)
class Times:
    """The one clock of a clip, for picture, sound and loop.

    Attributes:
        lead: seconds from the beginning of the clip to when its first frame is due; that is shown
            from the beginning on all the same.
        sound_begins: the beginning of the clip on the file's clock, for its sound.
        length: seconds from the beginning to when a loop begins again; None where the end of the
            file is not known yet.
    """

    lead: float
    sound_begins: float
    length: float | None


def beginnings(picture: Stamp, sound_starts: float | None) -> tuple[float, float]:
    """`Times.lead` and `Times.sound_begins`.

    Nothing of the sound is lost, but for what an encoder's own delay puts before the picture. Where
    the picture is late only because its frames are stored in another order, and nothing in the file
    makes up for it (as in fragmented MP4), both were meant to begin at once.

    Args:
        picture: when the first frame is shown, and when the first in the file is decoded.
        sound_starts: when the first sound is heard on the file's clock; None without sound.
    """
    shown = picture.shown or 0.0
    if sound_starts is None or not _LEAST_LEAD < shown - sound_starts < _MAX_LEAD:
        return 0.0, shown
    decoded = picture.decoded
    if decoded is not None and decoded < shown and abs(decoded - sound_starts) <= _A_PACKET:
        return 0.0, sound_starts
    return shown - sound_starts, sound_starts


def length_of_clip(
    pictures: Sequence[Stamp],
    sound_lasts: float,
    *,
    lead: float = 0.0,
    fps: float,
    tick: float,
    said: float | None = None,
    is_said_of_last: bool = False,
) -> float:
    """Seconds from the beginning of a clip to when a loop begins again.

    The last frame stays as long as the file has it, or as long as frames usually do where the file
    does not say. Sound that goes on for longer than an encoder's last block is heard to its end.

    Args:
        pictures: the packets of the video that are shown, as they are stored; one or more.
        sound_lasts: seconds from the beginning to the end of the sound, 0.0 without.
        lead: as `Times` has it.
        fps: frames per second, on average.
        tick: seconds, to which times in the file are rounded.
        said: the video's own duration, from its first frame on, where the file has it.
        is_said_of_last: whether only that tells how long the last frame stays.
    """
    times = sorted(stamp.shown for stamp in pictures if stamp.shown is not None)
    if not times:
        return max(lead + len(pictures) / fps, sound_lasts)
    spread = times[-1] - times[0]
    lasts = spread + _stay_of_last(pictures, times, fps)
    for exact in (round(lasts * fps) / fps, said):
        # Rounding of the last time and of a duration.
        if exact is not None and exact > spread and abs(exact - lasts) <= 2.0 * tick:
            lasts = exact
            break
    if is_said_of_last and said is not None and said > lasts:
        lasts = said
    ends = lead + lasts
    return sound_lasts if sound_lasts > ends + _PADDING else ends


def _stay_of_last(pictures: Sequence[Stamp], times: list[float], fps: float) -> float:
    steps = [later - early for early, later in pairwise(times) if later > early]
    usual = median(steps) if steps else 1.0 / fps
    # Of frames that are stored in another order, only the last stored has a duration of its own.
    last = max(pictures, key=lambda stamp: stamp.shown or 0.0)
    stored = [stamp.shown for stamp in pictures if stamp.shown is not None]
    stays = last.stays if stored == times else pictures[-1].stays
    return stays if stays >= min(_LEAST_STAY, 0.5 * min(steps, default=usual)) else usual
