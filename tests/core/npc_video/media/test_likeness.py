import io

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from npc_video.media.decode import ClipDecoder
from npc_video.media.likeness import SIDE, Sketcher, Sketches, apart

from .files import FILES, MEDIA_TYPES

# Every so many seconds a frame.
TICK = 0.125


def sketches_of(name):
    file = FILES / name
    decoder = ClipDecoder(file.read_bytes(), MEDIA_TYPES[file.suffix])
    sketch = Sketcher(decoder.info)
    try:
        return [sketch(frame.planes) for frame in decoder.frames()]
    finally:
        decoder.close()


def as_ffmpeg_has_it(name):
    """The first frame as grey of `SIDE` cells, full range, not turned."""
    with av.open(io.BytesIO((FILES / name).read_bytes())) as file:
        frame = next(file.decode(video=0))
        grey = frame.reformat(SIDE, SIDE, format="gray", interpolation="AREA", dst_color_range=2)
        return grey.to_ndarray().astype(float)


def flat(level):
    return np.full((SIDE, SIDE), level, np.uint8)


@pytest.mark.parametrize("name", ["slide.mp4", "slide.webm", "untagged768.mp4"])
def test_a_sketch_is_the_picture_in_small(name):
    first = sketches_of(name)[0]
    assert first.shape == (SIDE, SIDE)
    assert np.abs(first - as_ffmpeg_has_it(name)).mean() < 4.0


def test_ten_bits_look_as_eight():
    eight, ten = sketches_of("bars_p3.mp4")[0], sketches_of("bars_2020.mp4")[0]
    assert apart([ten], eight)[0] < 12.0


def test_a_turned_clip_is_seen_as_it_is_shown():
    """Yellow is lighter than green, that than red, and blue is the darkest."""
    for name, corners in (("rot90.mp4", "GYRB"), ("mirror90.mp4", "YGBR"), ("sar21.mp4", "RGBY")):
        sketch = sketches_of(name)[0]
        seen = [sketch[row, column] for row in (3, -4) for column in (3, -4)]
        by_light = "".join(corners[index] for index in np.argsort(seen))
        assert by_light == "BRGY", name


def test_what_is_transparent_is_black():
    disc = sketches_of("disc_vp9.webm")[0]
    assert disc[0].max() < 4
    assert disc[SIDE // 2, SIDE // 2] > 240


def test_like_is_nothing_apart_and_black_is_all_apart_from_white():
    found = apart([flat(7), flat(8), flat(255)], flat(7))
    assert found == pytest.approx([0.0, 1.0, 248.0])


@given(st.lists(st.integers(0, 255), min_size=1, max_size=8), st.integers(0, 255))
def test_being_apart_is_the_same_from_both_sides(levels, other):
    found = apart([flat(level) for level in levels], flat(other))
    assert found == pytest.approx([abs(level - other) for level in levels], abs=1e-3)
    assert found == pytest.approx([apart([flat(other)], flat(level))[0] for level in levels])


def known(count, *, are_all=True):
    sketches = Sketches()
    for index in range(count):
        sketches.add(index * TICK, flat(index))
    sketches.are_all = are_all
    return sketches


def test_nothing_is_known_of_a_clip_that_is_not_decoded():
    assert Sketches().at(0.0) is None
    assert Sketches().coming(0.0, 1.0) == []
    assert not Sketches().knows(0.0)


# Times that a computer adds without rounding.
TIMES = st.integers(0, 512).map(lambda parts: parts / 64)


@given(st.integers(1, 30), TIMES, st.integers(0, 64).map(lambda parts: parts / 64), st.booleans())
def test_what_is_coming_is_what_the_clip_shows_then(count, position, seconds, loops):
    length = count * TICK
    position %= length
    coming = known(count).coming(position, seconds, length=length if loops else 0.0)
    waits = [wait for wait, _ in coming]
    assert waits[0] == 0.0
    assert waits == sorted(waits)
    assert waits[-1] <= seconds
    for wait, sketch in coming:
        due = position + wait
        shown = due % length if loops else min(due, length - TICK)
        assert sketch[0, 0] == int(shown / TICK)
    # Every frame that is due is among them.
    last = position + seconds if loops else min(position + seconds, length - TICK)
    assert len(coming) >= int(last / TICK) - int(position / TICK)


def test_a_clip_of_which_the_end_is_not_known_does_not_begin_again():
    coming = known(4, are_all=False).coming(2 * TICK, 10.0, length=4 * TICK)
    assert [sketch[0, 0] for _, sketch in coming] == [2, 3]
