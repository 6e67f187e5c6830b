import random
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from npc_video.errors import ClipLimitError, DamagedClipError, MediaError, UnsupportedClipError
from npc_video.media.colour import Colour
from npc_video.media.decode import ClipDecoder, MediaLimits


@pytest.fixture
def decoder(webm):
    decoder = ClipDecoder(webm, "video/webm")
    yield decoder
    decoder.close()


def decode(data, media_type="video/webm", limits=None):
    decoder = ClipDecoder(data, media_type, limits)
    try:
        return list(decoder.frames())
    finally:
        decoder.close()


def luma(frame):
    plane = frame.planes[0]
    return np.frombuffer(plane.data, np.uint8).reshape(plane.rows, plane.stride)[:, : plane.width]


class TestInfo:
    def test_of_an_own_clip(self, decoder):
        info = decoder.info
        assert (info.width, info.height, info.fps, info.duration) == (128, 128, 8.0, 3.0)
        assert info.colour == Colour("bt709", full_range=False)

    @pytest.mark.parametrize(
        ("tags", "colour"),
        [
            ({}, Colour("bt601", False)),  # untagged and small
            ({"size": 720}, Colour("bt709", False)),  # untagged and large
            ({"colorspace": 1}, Colour("bt709", False)),
            ({"colorspace": 5}, Colour("bt601", False)),
            ({"colorspace": 6, "size": 720}, Colour("bt601", False)),
            ({"colorspace": 1, "color_range": 2}, Colour("bt709", True)),
        ],
    )
    def test_colour(self, make_clip, tags, colour):
        decoder = ClipDecoder(make_clip(count=2, **tags), "video/mp4")
        assert decoder.info.colour == colour
        decoder.close()


class TestFrames:
    def test_times(self, decoder):
        times = [frame.seconds for frame in decoder.frames()]
        assert times == pytest.approx([index / 8 for index in range(24)], abs=0.001)

    def test_planes(self, decoder):
        for frame in decoder.frames():
            sizes = [(plane.width, plane.rows) for plane in frame.planes]
            assert sizes == [(128, 128), (64, 64), (64, 64)]
            for plane in frame.planes:
                assert plane.stride >= plane.width
                assert len(plane.data) == plane.stride * plane.rows

    def test_move(self, decoder):
        pictures = [luma(frame).astype(int) for frame in decoder.frames()]
        assert all(np.abs(early - late).mean() > 1 for early, late in pairwise(pictures))

    def test_stay_valid_after_the_next_ones(self, decoder):
        frames = list(decoder.frames())
        first = luma(frames[0]).copy()
        list(decoder.frames())
        assert (luma(frames[0]) == first).all()

    def test_loop_without_reopening(self, decoder):
        first = [luma(frame).copy() for frame in decoder.frames()]
        for _ in range(3):
            again = list(decoder.frames())
            assert [frame.seconds for frame in again][:2] == pytest.approx([0, 0.125])
            assert all((luma(b) == a).all() for a, b in zip(first, again, strict=True))

    def test_begin_again_from_the_middle(self, decoder):
        first = next(iter(decoder.frames()))
        half = decoder.frames()
        for _ in range(10):
            next(half)
        assert (luma(next(decoder.frames())) == luma(first)).all()

    def test_begin_at_zero_whatever_the_file_says(self, make_clip):
        frames = decode(make_clip(first=40), "video/mp4")
        assert frames[0].seconds == 0.0
        assert frames[-1].seconds == pytest.approx(23 / 8)

    @pytest.mark.parametrize(
        ("codec", "container", "media_type"),
        [
            ("libx264", "mp4", "video/mp4"),
            ("mpeg4", "mp4", "video/mp4; codecs=mp4v"),
            ("libvpx", "webm", "video/webm"),
            ("libvpx-vp9", "webm", "VIDEO/WEBM"),
            ("libvpx-vp9", "mp4", "video/mp4"),
            ("libsvtav1", "mp4", "video/mp4"),
            ("libx264", "matroska", "video/x-matroska"),
        ],
    )
    def test_of_every_container_and_codec(self, make_clip, codec, container, media_type):
        assert len(decode(make_clip(codec, container), media_type)) == 24


class TestRefusal:
    def test_unknown_container(self, webm):
        with pytest.raises(UnsupportedClipError, match="image/gif"):
            ClipDecoder(webm, "image/gif")

    @pytest.mark.parametrize("media_type", ["video/mp4", "video/webm"])
    def test_text_is_no_clip(self, media_type):
        playlist = b"#EXTM3U\n#EXTINF:3,\nfile:///etc/hostname\n" * 50
        with pytest.raises(DamagedClipError):
            decode(playlist, media_type)

    def test_container_that_was_not_named(self, webm):
        with pytest.raises(DamagedClipError):
            decode(webm, "video/mp4")

    def test_codec(self, make_clip):
        with pytest.raises(UnsupportedClipError, match="mjpeg"):
            decode(make_clip("mjpeg", "matroska", "yuvj420p"), "video/x-matroska")

    def test_empty(self):
        with pytest.raises(DamagedClipError):
            decode(b"")

    @pytest.mark.parametrize(
        "limits",
        [
            MediaLimits(most_bytes=1000),
            MediaLimits(most_pixels=128 * 127),
            MediaLimits(most_frames=23),
            MediaLimits(most_seconds=2.5),
        ],
    )
    def test_limits(self, webm, limits):
        with pytest.raises(ClipLimitError, match="allowed"):
            decode(webm, limits=limits)

    def test_limits_are_inclusive(self, webm):
        limits = MediaLimits(len(webm), 128 * 128, 24, 3.0)
        assert len(decode(webm, limits=limits)) == 24


class TestDamage:
    @pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.8])
    @pytest.mark.parametrize("kind", ["webm", "mp4"])
    def test_truncation_is_noticed(self, webm, make_clip, part, kind):
        data = webm if kind == "webm" else make_clip()
        with pytest.raises(DamagedClipError):
            decode(data[: int(len(data) * part)], f"video/{kind}")

    @pytest.mark.parametrize("seed", range(60))
    @pytest.mark.parametrize("kind", ["webm", "mp4"])
    def test_changed_bytes_give_frames_or_a_typed_error(self, webm, make_clip, seed, kind):
        chance = random.Random(seed)
        data = bytearray(webm if kind == "webm" else make_clip())
        # The first bytes are the headers, where a change does most.
        reach = 600 if seed % 2 else len(data)
        for _ in range(chance.choice((1, 4, 30))):
            data[chance.randrange(min(reach, len(data)))] = chance.randrange(256)
        with suppress(MediaError):
            frames = decode(bytes(data), f"video/{kind}")
            assert frames
            assert all(early.seconds < late.seconds for early, late in pairwise(frames))
