import io
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from npc_video.errors import GenerationError
from npc_video.media.encode import MEDIA_TYPE, encode_clip

GREY = np.full((96, 64), 128, np.uint8)


def test_says_what_it_made(webm):
    assert MEDIA_TYPE == "video/webm"
    with av.open(io.BytesIO(webm), format="webm") as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.width, context.height, context.pix_fmt) == (128, 128, "yuv420p")
        assert stream.codec.canonical_name == "vp9"
        assert stream.average_rate == 8
        assert container.duration == 3_000_000


def test_frames_are_evenly_spaced_and_tagged(webm):
    with av.open(io.BytesIO(webm), format="webm") as container:
        frames = list(container.decode(video=0))
    assert [round(frame.time * 8, 1) for frame in frames] == list(range(24))
    for frame in frames:
        # BT.709, limited range, in FFmpeg's numbers.
        assert (frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1)
        assert frame.color_range == 1


def test_only_the_first_frame_is_a_key_frame(webm):
    with av.open(io.BytesIO(webm), format="webm") as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    assert [packet.is_keyframe for packet in packets] == [True] + [False] * 23


def test_survives_the_way_through_the_codec(webm, make_pictures):
    originals = list(make_pictures("happy"))
    with av.open(io.BytesIO(webm), format="webm") as container:
        decoded = [frame.to_ndarray() for frame in container.decode(video=0)]
    for before, after in zip(originals, decoded, strict=True):
        error = np.square(before.astype(float) - after).mean()
        assert 10 * np.log10(255**2 / error) > 35


def test_takes_frames_one_at_a_time():
    alive = []

    def frames():
        for _ in range(6):
            picture = GREY.copy()
            alive.append(picture)
            yield picture

    assert encode_clip(frames(), 64, 64, 8)
    assert len(alive) == 6


@pytest.mark.parametrize("fps", [1, 12, 24, 30, 60])
def test_keeps_the_rate(fps):
    clip = encode_clip([GREY] * 4, 64, 64, fps)
    with av.open(io.BytesIO(clip), format="webm") as container:
        times = [frame.time for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == Fraction(fps)
    # WebM counts in milliseconds.
    assert all(abs(late - early - 1 / fps) <= 0.001 for early, late in pairwise(times))


def test_says_why_it_cannot():
    with pytest.raises(GenerationError, match="could not be encoded"):
        encode_clip([], 0, 0, 12)


def test_lets_the_painter_stop_it():
    def frames():
        yield GREY
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode_clip(frames(), 64, 64, 8)
