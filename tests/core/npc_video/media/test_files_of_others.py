"""Clips as recorders, muxers and other tools write them, and what is right for each.

The files are in `tests/data/media`, where it is said how each was made.
"""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from npc_video.errors import UnsupportedClipError
from npc_video.media.decode import ClipDecoder
from npc_video.media.growing import GrowingFile

from tests.core.npc_video.media.files import FILES, MEDIA_TYPES

RED, GREEN, BLUE, YELLOW = (81, 90, 240), (145, 54, 34), (41, 240, 110), (210, 16, 146)
QUAD = {(0, 0): RED, (0, 1): GREEN, (1, 0): BLUE, (1, 1): YELLOW}


def opened(name, **options):
    return ClipDecoder((FILES / name).read_bytes(), MEDIA_TYPES[Path(name).suffix], **options)


def comes_in(name):
    """A decoder of the file while it comes in, which has the rest when it waits for it."""
    data = (FILES / name).read_bytes()
    file, parts = GrowingFile(MEDIA_TYPES[Path(name).suffix]), [data[:700], data[700:]]
    file._changed.wait = lambda: file.append(parts.pop(0)) if parts else file.finish(data)
    return ClipDecoder(file.reader(), file.media_type)


@pytest.mark.parametrize(
    ("name", "length", "times"),
    [
        ("live5_nodur.webm", 5.0, [n / 24 for n in range(120)]),
        ("gst_live.webm", 2.0, [n / 24 for n in range(48)]),
        ("late5.webm", 2.0, [n / 24 for n in range(48)]),
        ("npm_webm_muxer_silent.webm", 2.0, [n / 24 for n in range(48)]),
        ("slide.mp4", 3.56, [0.0, 0.52, 1.52, 3.52]),
        ("slide.webm", 3.56, [0.0, 0.52, 1.52, 3.52]),
        ("vfr_s.mp4", 2.0, [0.0, 0.5, 0.75, 1.5, 1.75]),
        ("muxer_zero.mp4", 1.0, [n / 24 for n in range(24)]),
        ("frag_b.mp4", 2.0, [n / 24 for n in range(48)]),
        ("long_sound.mp4", 3.0, [n / 8 for n in range(8)]),
        ("one4s.webm", 4.0, [0.0]),
        ("one.mp4", 1 / 24, [0.0]),
    ],
)
def test_a_clip_is_as_long_as_its_file(name, length, times):
    decoder = opened(name)
    assert decoder.info.length == pytest.approx(length, abs=0.001)
    for _ in range(3):
        frames = list(decoder.frames())
        assert [frame.seconds for frame in frames] == pytest.approx(times, abs=0.0011)
        assert decoder.length == decoder.info.length
    decoder.close()


@pytest.mark.parametrize("name", ["live5_nodur.webm", "frag_b.mp4", "gst_live.webm"])
def test_what_comes_in_has_the_length_of_the_whole(name):
    decoder, whole = comes_in(name), opened(name)
    assert decoder.info.length is None
    for _ in range(2):
        frames = [frame.seconds for frame in decoder.frames()]
        assert frames == [frame.seconds for frame in whole.frames()]
        assert decoder.length == pytest.approx(whole.length)
    decoder.close()
    whole.close()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("rot90.mp4", (128, 192)),
        ("mirror90.mp4", (128, 192)),
        ("sar21.mp4", (256, 128)),
        ("sar12.webm", (128, 128)),
        ("cover_stream0.mp4", (128, 128)),
        ("twovideo.mp4", (128, 128)),
    ],
)
def test_a_clip_has_the_size_on_screen(name, size):
    decoder = opened(name)
    assert (decoder.info.width, decoder.info.height) == size
    decoder.close()


@pytest.mark.parametrize(
    "name", ["rot90.mp4", "sar21.mp4", "sar12.webm", "cover_stream0.mp4", "twovideo.mp4"]
)
def test_the_video_that_is_meant_is_decoded(name):
    decoder = opened(name)
    for frame in decoder.frames():
        for (row, column), colour in QUAD.items():
            found = [
                np.frombuffer(plane.data, np.uint8).reshape(plane.rows, plane.stride)[
                    plane.rows // 4 + row * plane.rows // 2,
                    plane.width // 4 + column * plane.width // 2,
                ]
                for plane in frame.planes
            ]
            assert found == pytest.approx(colour, abs=6)
    decoder.close()


def corners(decoder):
    """What is in the corners on screen, by rows, as the turn says."""
    (xx, xy), (yx, yy) = decoder.info.rotation.rows
    return "".join(
        {(-1, -1): "R", (1, -1): "G", (-1, 1): "B", (1, 1): "Y"}[xx * x + xy * y, yx * x + yy * y]
        for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1))
    )


@pytest.mark.parametrize(("name", "wanted"), [("rot90.mp4", "GYRB"), ("mirror90.mp4", "YGBR")])
def test_pictures_are_turned_as_ffmpeg_turns_them(name, wanted):
    decoder = opened(name)
    assert corners(decoder) == wanted
    decoder.close()


class TestSizes:
    def test_planes_lie_elsewhere_where_a_stack_would_be_too_high(self):
        decoder = opened("tall444.mp4", max_side=8192)
        assert decoder.info.layout.size == (192, 8192)
        decoder.close()

    def test_what_fits_in_no_texture_is_refused_with_the_reason(self):
        with pytest.raises(UnsupportedClipError, match=r"64×8192.*at most 4096 pixels a side"):
            opened("tall444.mp4", max_side=4096)

    @pytest.mark.parametrize(("codec", "pixels"), [("libx264rgb", "rgb24"), ("libx264", "yuv444p")])
    def test_one_pixel(self, codec, pixels):
        file = io.BytesIO()
        with av.open(file, "w", format="mp4") as output:
            stream = output.add_stream(codec, rate=8)
            stream.width = stream.height = 1
            stream.pix_fmt = pixels
            for index in range(8):
                frame = av.VideoFrame.from_ndarray(np.full((1, 1, 3), 200, np.uint8), "rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 8)
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        decoder = ClipDecoder(file.getvalue(), "video/mp4")
        assert (decoder.info.width, decoder.info.height) == (1, 1)
        assert len(list(decoder.frames())) == 8
        decoder.close()
