"""Computes when the picture and the sound of a clip start, and how long it lasts.

The times of packets are used, because a file's own statements are often missing or mean something
else. Recorders write no duration. Muxers write one for all tracks together, or none for the last
frame. Durations of frames that are stored in another order follow that order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

__all__ = ["Stamp", "Times", "beginnings", "length_of_clip"]

# A shorter lead of the sound is the encoder's own delay, and is not missed.
_LEAST_LEAD = 0.02
# A longer lead means wrong time stamps; the picture does not wait for it.
_MAX_LEAD = 10.0
# The first packet of a stream that starts with the file may start this much later.
_A_PACKET = 0.03
# Sound after the end of the picture that only fills the encoder's last block, in seconds.
_PADDING = 0.1
# A shorter last frame has no duration in the file, except in clips of higher rates.
_LEAST_STAY = 1.0 / 120.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """The times of a packet, in seconds on the file's own clock.

    Attributes:
        shown: when its frame is shown or heard; None if the file does not say.
        decoded: when it is to be decoded.
        stays: its duration in the file, in the order in which frames are stored.
    """

    shown: float | None
    decoded: float | None
    stays: float


@dataclass(frozen=True, slots=True)
class Times:
    """The common clock of picture, sound and loop.

    Attributes:
        lead: seconds from the beginning of the clip to the time of its first frame, which is shown
            from the beginning anyway.
        sound_begins: the beginning of the clip on the file's clock, for its sound.
        length: seconds of a loop; None if the end of the file is not known yet.
    """

    lead: float
    sound_begins: float
    length: float | None


def beginnings(picture: Stamp, sound_starts: float | None) -> tuple[float, float]:
    """`Times.lead` and `Times.sound_begins`.

    No sound is lost, except an encoder's own delay before the picture. If the picture is late only
    because its frames are stored in another order, and the file does not compensate for it (as in
    fragmented MP4), both were meant to start together.

    Args:
        picture: when the first frame is shown, and when the first one in the file is decoded.
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
    """Seconds of a loop of a clip.

    The last frame lasts as long as the file says, or as long as frames usually do if it does not.
    Sound that lasts longer than an encoder's last block is played to its end.

    Args:
        pictures: the displayed packets of the video, in the order of the file; at least one.
        sound_lasts: seconds from the beginning to the end of the sound, 0.0 without.
        lead: as in `Times`.
        fps: frames per second, on average.
        tick: resolution of times in the file, in seconds.
        said: the video's own duration from its first frame, if the file has it.
        is_said_of_last: whether only that gives the duration of the last frame.
    """
    times = sorted(stamp.shown for stamp in pictures if stamp.shown is not None)
    if not times:
        return max(lead + len(pictures) / fps, sound_lasts)
    spread = times[-1] - times[0]
    lasts = spread + _stay_of_last(pictures, times, fps)
    for exact in (round(lasts * fps) / fps, said):
        # Corrects the rounding of the last time and of a duration.
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
    # If frames are stored in another order, only the last stored one has its own duration.
    last = max(pictures, key=lambda stamp: stamp.shown or 0.0)
    stored = [stamp.shown for stamp in pictures if stamp.shown is not None]
    stays = last.stays if stored == times else pictures[-1].stays
    return stays if stays >= min(_LEAST_STAY, 0.5 * min(steps, default=usual)) else usual
