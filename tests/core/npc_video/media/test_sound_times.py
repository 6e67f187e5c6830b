"""Sound is heard when its time stamps say so."""

import random
from fractions import Fraction

import av
import numpy as np
import pytest
from npc_video.errors import ClipLimitError
from npc_video.media.container import MediaLimits
from npc_video.media.decode import ClipDecoder
from npc_video.media.sound import decode_sound
from npc_video.media.sound_track import sound_of, timed

from tests.core.npc_video.media.files import FILES
from tests.core.npc_video.media.voiced import CLICK, MEDIA_TYPES, SECONDS, make, rewritten
from tests.harness.inside.memory import peak_kib

BLOCK = 480  # samples, a hundredth of a second
KINDS = [
    ("aac", "mp4"),
    ("aac", "matroska"),
    ("libopus", "webm"),
    ("libopus", "mp4"),
    ("flac", "matroska"),
    ("alac", "mp4"),
    ("ac3", "mp4"),
    ("pcm_s16le", "matroska"),
]


def blocks(data, container):
    """The loudness of each hundredth of a second."""
    samples = np.frombuffer(decode_sound(data, MEDIA_TYPES[container]).samples, "<i2")
    samples = samples[: samples.size // (2 * BLOCK) * 2 * BLOCK]
    return np.abs(samples.reshape(-1, 2 * BLOCK).astype(int)).max(axis=1)


def click(data, container):
    """Seconds from the beginning of the clip."""
    samples = np.frombuffer(decode_sound(data, MEDIA_TYPES[container]).samples, "<i2")
    return np.abs(samples[::2].astype(int)).argmax() / 48_000


def without(*gaps):
    def change(seconds):
        return None if any(begin < seconds < end for begin, end in gaps) else seconds

    return change


def test_what_was_lost_is_silent():
    samples = decode_sound((FILES / "gap.webm").read_bytes(), "video/webm").samples
    is_loud = np.abs(np.frombuffer(samples, "<i2").astype(int)) > 2000
    heard = np.flatnonzero(is_loud) / 48_000
    assert heard[0] == pytest.approx(1.5, abs=0.01)
    assert heard[-1] == pytest.approx(1.75, abs=0.01)


@pytest.mark.parametrize("gaps", [[(0.05, 0.6)], [(0.3, 0.5), (0.6, 0.9), (1.2, 1.3)]])
@pytest.mark.parametrize(("codec", "container"), KINDS)
def test_gaps_move_nothing(codec, container, gaps):
    whole = make(codec, container)
    cut = rewritten(whole, container, without(*gaps))
    before, after = blocks(whole, container), blocks(cut, container)
    assert click(cut, container) == pytest.approx(CLICK, abs=0.005)
    for index, (loud, now) in enumerate(zip(before, after, strict=False)):
        seconds = index * 0.01
        # A packet has up to 96 ms, and what codecs hold of the one before is heard a little.
        if any(begin + 0.11 < seconds < end - 0.01 for begin, end in gaps):
            assert now < 100, seconds
        elif not any(begin - 0.03 < seconds < end + 0.2 for begin, end in gaps):
            assert now == pytest.approx(loud, rel=0.2, abs=50), seconds


@pytest.mark.parametrize(("codec", "container"), KINDS)
def test_jitter_changes_nothing(codec, container):
    whole = make(codec, container)
    chance = random.Random(1)
    last = [-1.0]

    def change(seconds):
        # Rounded as WebM does it, and a little late.
        last[0] = max(last[0] + 0.001, round(seconds + chance.uniform(0.0, 0.004), 3))
        return last[0]

    jittered = rewritten(whole, container, change)
    before, after = (
        np.frombuffer(decode_sound(data, MEDIA_TYPES[container]).samples, "<i2")
        for data in (whole, jittered)
    )
    # Where it begins is rounded too.
    shift = np.abs(after[::2].astype(int)).argmax() - np.abs(before[::2].astype(int)).argmax()
    assert abs(shift) < 0.006 * 48_000
    begin, end = 4800, 2 * 90_000
    moved = after[begin + 2 * shift : end + 2 * shift]
    assert np.array_equal(moved, before[begin:end])


@pytest.mark.parametrize(("codec", "container"), [("aac", "mp4"), ("flac", "matroska")])
def test_drift_is_followed(codec, container):
    """A recorder whose clock is slow: the click is where its stamp is."""
    slow = rewritten(make(codec, container), container, lambda seconds: seconds * 1.2)
    assert click(slow, container) == pytest.approx(CLICK * 1.2, abs=0.1)


def frames(*parts):
    """One frame for each pair of seconds and samples; None for one without a time stamp."""
    for seconds, samples in parts:
        frame = av.AudioFrame.from_ndarray(np.array([samples], np.int16), "s16", "mono")
        frame.rate, frame.time_base = 48_000, Fraction(1, 48_000)
        frame.pts = None if seconds is None else round(seconds * 48_000)
        yield frame


def laid_out(*parts):
    sound = sound_of(timed(frames(*parts), 0.0), 1.0, MediaLimits())
    return np.frombuffer(sound.samples, "<i2")


def test_what_overlaps_is_cut():
    found = laid_out((0.0, [1] * 9600), (0.1, [2] * 9600), (0.32, [3] * 4800), (0.5, [4] * 4800))
    wanted = [1] * 9600 + [2] * 4800 + [3] * 4800 + [0] * 4800 + [4] * 4800
    # Two hundredths of a second are no gap.
    assert np.array_equal(found, wanted)


def test_what_has_no_stamp_follows():
    found = laid_out((0.5, [1] * 4800), (None, [2] * 4800), (None, [3] * 4800))
    assert np.array_equal(found, [0] * 24_000 + [1] * 4800 + [2] * 4800 + [3] * 4800)


def test_stamps_that_begin_anew_are_not_gone_by():
    found = laid_out((5.0, [1] * 48_000), (0.0, [2] * 48_000), (1.0, [3] * 48_000))
    assert np.array_equal(found[5 * 48_000 :], [1] * 48_000 + [2] * 48_000 + [3] * 48_000)


def test_what_comes_before_the_clip_is_cut():
    found = laid_out((-0.05, [1] * 4800), (0.05, [2] * 4800))
    assert np.array_equal(found, [1] * 2400 + [2] * 4800)


@pytest.mark.parametrize(("container", "hours"), [("matroska", 1), ("matroska", 1000), ("mp4", 1)])
def test_absurd_stamps_take_no_memory(container, hours):
    codec = "pcm_s16le" if container == "matroska" else "aac"
    data = rewritten(
        make(codec, container), container, lambda seconds: seconds + 3600 * hours * (seconds > 1.0)
    )
    before = peak_kib()
    with pytest.raises(ClipLimitError, match="longer"):
        decode_sound(data, MEDIA_TYPES[container])
    assert peak_kib() - before < 20 * 1024
    # The picture plays all the same.
    decoder = ClipDecoder(data, MEDIA_TYPES[container])
    assert decoder.length == pytest.approx(SECONDS, abs=0.01)
    decoder.close()
