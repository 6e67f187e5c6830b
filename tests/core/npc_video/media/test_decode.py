import random
import struct
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from npc_video.errors import ClipLimitError, DamagedClipError, MediaError, UnsupportedClipError
from npc_video.media.colour import Colour
from npc_video.media.decode import ClipDecoder, MediaLimits


@pytest.fixture
def decoder(webm):
    with ClipDecoder(webm, "video/webm") as decoder:
        yield decoder


def decode(data, media_type="video/webm", limits=None):
    with ClipDecoder(data, media_type, limits) as decoder:
        return list(decoder.frames())


def luma(frame, index=0):
    plane = frame.planes[index]
    return np.frombuffer(plane.data, np.uint8).reshape(plane.rows, plane.stride)[:, : plane.width]


def edited(data, cut, count):
    """`data` with an edit list that shows `count` frames after the first `cut`."""
    changed = bytearray(data)
    at = data.index(b"elst") + 12
    _, begin = struct.unpack_from(">Ii", data, at)
    ticks_per_frame = 2048  # of the track, as the writer has it for 8 frames per second
    struct.pack_into(">Ii", changed, at, count * 1000 // 8, begin + cut * ticks_per_frame)
    return bytes(changed)


def see_through(make_clip, codec, size):
    options = {"auto-alt-ref": "0"} if codec == "libvpx" else {}
    return make_clip(codec, "webm", "yuva420p", size=size, alpha=10, options=options)


@pytest.mark.parametrize("error", [None, DamagedClipError("in the block")])
def test_a_block_closes_it_at_its_end(webm, error):
    class Watched(ClipDecoder):
        is_closed = False

        def close(self):
            super().close()
            self.is_closed = True

    with suppress(DamagedClipError), Watched(webm, "video/webm") as decoder:
        first = next(decoder.frames())
        assert not decoder.is_closed
        if error:
            raise error
    assert decoder.is_closed
    assert luma(first).size


class TestInfo:
    def test_of_an_own_clip(self, decoder):
        info = decoder.info
        assert (info.width, info.height, info.fps, info.length) == (128, 128, 8.0, 3.0)
        assert info.colour == Colour("bt709", full_range=False)

    @pytest.mark.parametrize(
        ("tags", "colour"),
        [
            ({}, Colour("bt601", False)),
            ({"size": 720}, Colour("bt601", False)),
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


class TestTiming:
    """What is shown when: files whose time stamps are not simply one after the other."""

    @pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9"])
    @pytest.mark.parametrize("container", ["mp4", "matroska"])
    def test_variable_frame_rates(self, make_clip, codec, container):
        ticks = [0, 1, 2, 8, 9, 20, 21, 22]
        kind = {"mp4": "video/mp4", "matroska": "video/x-matroska"}[container]
        frames = decode(make_clip(codec, container, ticks=ticks), kind)
        assert [frame.seconds for frame in frames] == pytest.approx([t / 8 for t in ticks])

    @pytest.mark.parametrize("options", [{"bf": "3"}, {"bf": "3", "g": "3"}, {"bf": "0", "g": "1"}])
    def test_reordered_frames_come_as_they_are_shown(self, make_clip, options):
        frames = decode(make_clip(options=options), "video/mp4")
        assert [frame.seconds for frame in frames] == pytest.approx([n / 8 for n in range(24)])
        assert [int(luma(frame)[0, 0]) for frame in frames] == pytest.approx(
            [16 + 8 * n * 219 / 255 for n in range(24)], abs=2
        )

    @pytest.mark.parametrize("cut", [3, 5, 12])
    def test_an_edit_list_cuts_off_frames(self, make_clip, cut):
        whole = make_clip(options={"bf": "2", "g": "8"})
        decoder = ClipDecoder(edited(whole, cut, 8), "video/mp4")
        for _ in range(2):
            frames = list(decoder.frames())
            assert [frame.seconds for frame in frames] == pytest.approx([n / 8 for n in range(8)])
            assert luma(frames[0])[0, 0] == pytest.approx(16 + 8 * cut * 219 / 255, abs=2)
            assert decoder.length == pytest.approx(1.0)
        decoder.close()

    @pytest.mark.parametrize(
        ("codec", "container"),
        [("libx264", "mp4"), ("libx264", "matroska"), ("libvpx-vp9", "webm"), ("mpeg4", "mp4")],
    )
    @pytest.mark.parametrize("first", [0, 40])
    def test_loops_are_as_long_as_their_frames(self, make_clip, codec, container, first):
        kind = {"matroska": "video/x-matroska"}.get(container, f"video/{container}")
        decoder = ClipDecoder(make_clip(codec, container, first=first, count=25, fps=24), kind)
        assert decoder.info.length == pytest.approx(25 / 24, abs=0.0006)
        for _ in range(3):
            assert len(list(decoder.frames())) == 25
            assert decoder.length == pytest.approx(25 / 24, abs=0.0006)
        decoder.close()

    def test_the_last_frame_stays_as_long_as_the_file_has_it(self, make_clip):
        decoder = ClipDecoder(make_clip(ticks=[0, 1, 2, 10]), "video/mp4")
        assert list(decoder.frames())[-1].seconds == pytest.approx(10 / 8)
        assert decoder.length == pytest.approx(11 / 8)
        decoder.close()


class TestAlpha:
    @pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
    @pytest.mark.parametrize("size", [128, 95])
    def test_is_the_fourth_plane(self, make_clip, codec, size):
        decoder = ClipDecoder(see_through(make_clip, codec, size), "video/webm")
        assert decoder.info.layout.has_alpha
        for _ in range(2):
            frames = list(decoder.frames())
            assert len(frames) == 24
            for index, frame in enumerate(frames):
                assert len(frame.planes) == 4
                assert luma(frame, 3).mean() == pytest.approx(10 * index, abs=2)
        decoder.close()

    def test_only_where_the_file_says_so(self, make_clip):
        for data in (make_clip("libvpx-vp9", "webm"), make_clip("libvpx", "webm")):
            decoder = ClipDecoder(data, "video/webm")
            assert not decoder.info.layout.has_alpha
            assert all(len(frame.planes) == 3 for frame in decoder.frames())
            decoder.close()

    def test_is_opaque_where_it_is_missing(self, make_clip):
        # The same length, so that nothing else of the file changes.
        data = make_clip("libvpx-vp9", "webm", metadata={"alpha_MODE": "1"})
        decoder = ClipDecoder(data.replace(b"ALPHA_MODE", b"alpha_mode"), "video/webm")
        assert decoder.info.layout.has_alpha
        assert all((luma(frame, 3) == 255).all() for frame in decoder.frames())
        decoder.close()


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
            MediaLimits(max_bytes=1000),
            MediaLimits(max_pixels=128 * 127),
            MediaLimits(max_frames=23),
            MediaLimits(max_seconds=2.5),
            # Less than none, for clocks whose step is longer than decoding takes, as in Windows.
            MediaLimits(max_decode_seconds=-1.0),
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
