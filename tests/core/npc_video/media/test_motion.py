import io
import struct
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest
from npc_video.media.decode import ClipDecoder
from npc_video.media.motion import CELL

FPS = 8
SIZE = (256, 192)


@pytest.fixture(scope="module")
def wall():
    """Large enough to look at different parts of; smooth, but unlike itself everywhere."""
    coarse = np.random.default_rng(1).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    return (
        av.VideoFrame.from_ndarray(coarse, format="rgb24")
        .reformat(width=1200, height=800)
        .to_ndarray()
    )


@pytest.fixture(scope="module")
def pan(wall):
    """A clip of a camera that passes along the wall; the content moves by `step` a tick."""

    def make(step, ticks=range(16), size=SIZE, codec="libx264", cut=None, **options):
        file = io.BytesIO()
        if codec == "libx264":
            options = {"refs": "1", **options}
        with av.open(file, "w", format="mp4") as output:
            stream = output.add_stream(codec, rate=FPS, options=options)
            (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
            stream.codec_context.bit_rate = 4_000_000
            for tick in ticks:
                x, y = 600 - step[0] * tick, 400 - step[1] * tick
                part = wall[y : y + size[1], x : x + size[0]]
                if cut is not None and tick >= cut:
                    part = np.roll(part, 100, axis=2)[::-1, ::-1]
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(part), format="rgb24")
                frame = frame.reformat(format="yuv420p")
                frame.pts, frame.time_base = tick, Fraction(1, FPS)
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        return file.getvalue()

    return make


def decode(data, vectors=True):
    decoder = ClipDecoder(data, "video/mp4", vectors=vectors)
    try:
        return list(decoder.frames())
    finally:
        decoder.close()


def pixels(grid):
    return (grid[..., :2].astype(int) - 128) / 4


def check(frames, step):
    """Nearly all cells of every frame tell how far the picture moved since the frame before."""
    told = 0
    for early, late in pairwise(frames):
        if late.vectors is None:
            continue
        told += 1
        ticks = round((late.seconds - early.seconds) * FPS)
        wrong = np.abs(pixels(late.vectors) - np.array(step) * ticks).max(axis=-1) > 0.5
        assert wrong.mean() < 0.15, (late.seconds, wrong.mean())
        assert (late.vectors[..., 2] > 0).mean() > 0.8
        assert (late.vectors[..., 3] == 255).all()
    return told


@pytest.mark.parametrize(
    "options",
    [
        {"bf": "0"},
        {"bf": "3"},
        {"bf": "2", "b-pyramid": "none", "b-adapt": "0"},
        {"bf": "2", "b-pyramid": "normal", "b-adapt": "0"},
        {"bf": "3", "b-pyramid": "normal", "b-adapt": "0"},
    ],
)
@pytest.mark.parametrize("step", [(6, -3), (-5, 4)])
def test_tells_the_way_of_a_pan(pan, step, options):
    frames = decode(pan(step, **options))
    assert check(frames, step) >= 14
    assert frames[0].vectors is None


@pytest.mark.parametrize("step", [(3, 3), (-5, 4)])
def test_finds_out_which_frame_a_vector_leads_to(pan, step):
    assert check(decode(pan(step, bf="0", refs="3")), step) >= 14


def test_counts_in_time_where_frames_are_missing(pan):
    ticks = [0, 1, 2, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17]
    assert check(decode(pan((4, -2), ticks, bf="2")), (4, -2)) >= 12


def test_mpeg4(pan):
    assert check(decode(pan((6, -3), codec="mpeg4")), (6, -3)) >= 13


def test_mpeg4_has_none_in_b_frames(pan):
    frames = decode(pan((6, -3), codec="mpeg4", bf="2"))
    assert 3 <= check(frames, (6, -3)) <= 6


def test_every_pass_tells_the_same(pan):
    data = pan((6, -3), bf="3")
    decoder = ClipDecoder(data, "video/mp4", vectors=True)
    first, second = ([frame.vectors for frame in decoder.frames()] for _ in range(2))
    assert sum(grid is not None for grid in first) >= 14
    for early, late in zip(first, second, strict=True):
        assert np.array_equal(early, late)
    decoder.close()
    assert all(frame.vectors is None for frame in decode(data, vectors=False))


def test_nothing_is_known_after_a_cut(pan):
    frames = decode(pan((4, 0), cut=6, bf="0", sc_threshold="0"))
    assert [index for index, frame in enumerate(frames) if frame.vectors is None] == [0, 6]


def test_the_grid_covers_odd_sizes(pan):
    frames = decode(pan((3, 3), size=(250, 186), bf="0"))
    assert frames[3].vectors.shape == (-(-186 // CELL), -(-250 // CELL), 4)
    assert check(frames, (3, 3)) >= 14


def test_a_still_picture_does_not_move(pan):
    for frame in decode(pan((0, 0), bf="2"))[1:]:
        assert (frame.vectors[..., :2] == 128).all()


def test_too_far_to_tell_is_as_far_as_can_be_told(pan):
    grids = [frame.vectors for frame in decode(pan((36, 0), range(8), bf="0", me_range="64"))]
    known = [grid for grid in grids if grid is not None]
    assert known
    assert all(np.median(grid[..., 0]) == 255 for grid in known)


def test_none_unless_asked_for(pan):
    assert all(frame.vectors is None for frame in decode(pan((6, -3)), vectors=False))


def test_a_time_stamp_that_comes_twice_is_no_motion(pan):
    data = pan((6, -3), bf="0")
    at = data.index(b"stts") + 8
    count, delta = struct.unpack_from(">II", data, at + 4)
    changed = bytearray(data)
    struct.pack_into(">II", changed, at + 4, count, 0)
    assert delta
    assert all(frame.vectors is None for frame in decode(bytes(changed)))


def test_codecs_without_vectors(webm):
    decoder = ClipDecoder(webm, "video/webm", vectors=True)
    assert all(frame.vectors is None for frame in decoder.frames())
    decoder.close()
