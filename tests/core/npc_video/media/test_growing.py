"""Files that come in while they are read: by any parts, and however they end."""

import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from npc_video.errors import DamagedClipError, MediaError
from npc_video.media.claims import ClaimsCheck
from npc_video.media.decode import ClipDecoder
from npc_video.media.growing import GrowingFile

DEADLINE = 10.0
LIVE = {"live": "1"}


def dripping(data, cuts, media_type):
    """A file of which the next part comes whenever its reader has to wait."""
    places = [0, *sorted(cut % len(data) for cut in cuts), len(data)]
    parts = [data[a:b] for a, b in pairwise(places)]
    file = GrowingFile(media_type)
    # No thread has to be timed for that: where the reader waits, it lets the part come itself.
    file._changed.wait = lambda: file.append(parts.pop(0)) if parts else file.finish(data)
    return file, parts


def shown(decoder, loops=2):
    return [
        [
            (frame.seconds, *(bytes(plane.data) for plane in frame.planes))
            for frame in decoder.frames()
        ]
        for _ in range(loops)
    ]


def decoded(data, media_type, loops=2):
    decoder = ClipDecoder(data, media_type)
    try:
        return shown(decoder, loops), decoder.length
    finally:
        decoder.close()


@pytest.fixture(scope="session")
def kinds(webm, fragmented, make_clip):
    return {
        "fragmented": (fragmented, "video/mp4"),
        "whole": (make_clip(), "video/mp4"),
        "webm": (webm, "video/webm"),
        "live": (make_clip("libvpx-vp9", "webm", muxing=LIVE), "video/webm"),
        "clear": (make_clip("libvpx-vp9", "webm", "yuva420p", alpha=10), "video/webm"),
    }


@pytest.fixture(scope="session")
def as_a_whole(kinds):
    return {name: decoded(*kind) for name, kind in kinds.items()}


class TestFile:
    def test_what_was_written_is_read(self):
        file = GrowingFile("video/webm")
        first, second = file.reader(), file.reader()
        file.append(b"abc")
        assert (first.read(2), first.read(9)) == (b"ab", b"c")
        file.append(b"def")
        assert second.read(9) == b"abcdef"
        assert not file.is_all_of(b"abcdef")
        file.finish(b"abcdef")
        assert file.is_all_of(b"abcdef")
        assert not file.is_all_of(b"abcde")
        assert not file.is_given_up
        assert (first.read(9), first.read(9)) == (b"def", b"")
        first.check()

    def test_seeks(self):
        file = GrowingFile("video/webm")
        file.append(b"abcdef")
        reader = file.reader()
        assert (reader.seek(4), reader.read(9), reader.tell()) == (4, b"ef", 6)
        assert (reader.seek(-3, 1), reader.read(1)) == (3, b"d")
        assert reader.seek(-1, 2) == -1

    @pytest.mark.parametrize("end", ["append", "finish", "give_up", "close"])
    def test_whoever_waits_is_woken(self, end):
        file = GrowingFile("video/webm")
        reader = file.reader()
        waits = threading.Event()
        wait = file._changed.wait
        file._changed.wait = lambda: (waits.set(), wait())
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(reader.read, 9)
            assert waits.wait(DEADLINE)
            assert not found.done()
            ends = {"append": (b"abc",), "finish": (b"",)}
            getattr(reader if end == "close" else file, end)(*ends.get(end, ()))
            assert found.result(DEADLINE) == (b"abc" if end == "append" else b"")

    def test_what_is_given_up_is_not_whole(self):
        file = GrowingFile("video/webm")
        reader = file.reader()
        file.append(b"abc")
        file.give_up()
        file.append(b"def")
        file.finish(b"abc")
        assert (file.is_whole, file.is_given_up) == (False, True)
        assert (reader.read(9), reader.read(9)) == (b"abc", b"")
        with pytest.raises(DamagedClipError, match="ended before it was complete"):
            reader.check()

    def test_the_file_of_another_attempt_is_another_file(self):
        file = GrowingFile("video/webm")
        file.append(b"abc")
        file.finish(b"abd and more")
        assert not file.is_whole
        assert file.reader().read(9) == b"abc"

    def test_too_large_a_file_is_given_up(self):
        file = GrowingFile("video/webm", max_bytes=10)
        file.append(bytes(10))
        file.append(b"x")
        file.finish(bytes(10) + b"x")
        assert not file.is_whole
        assert len(file.reader().read(100)) == 10


class TestDecoding:
    @pytest.mark.parametrize("kind", ["fragmented", "whole", "webm", "live", "clear"])
    @settings(
        max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(cuts=st.lists(st.integers(0, 1 << 20), max_size=60))
    def test_by_any_parts_it_is_the_same_clip(self, kinds, as_a_whole, kind, cuts):
        data, media_type = kinds[kind]
        file, _ = dripping(data, cuts, media_type)
        frames, length = decoded(file.reader(), media_type)
        assert (frames, length) == (as_a_whole[kind][0], pytest.approx(as_a_whole[kind][1]))

    @pytest.mark.parametrize("kind", ["fragmented", "webm", "live"])
    def test_byte_by_byte(self, kinds, as_a_whole, kind):
        data, media_type = kinds[kind]
        file, _ = dripping(data, range(len(data)), media_type)
        assert decoded(file.reader(), media_type)[0] == as_a_whole[kind][0]

    @pytest.mark.parametrize("kind", ["fragmented", "webm", "live"])
    def test_the_first_picture_comes_before_the_last_byte(self, kinds, kind):
        data, media_type = kinds[kind]
        file, parts = dripping(data, range(0, len(data), 50), media_type)
        count = len(parts)
        decoder = ClipDecoder(file.reader(), media_type)
        next(decoder.frames())
        assert len(parts) > 0.3 * count
        decoder.close()

    def test_an_index_at_the_end_is_waited_for(self, kinds):
        data, media_type = kinds["whole"]
        file, parts = dripping(data, range(0, len(data), 50), media_type)
        decoder = ClipDecoder(file.reader(), media_type)
        assert not parts
        assert len(list(decoder.frames())) == 24
        decoder.close()

    @pytest.mark.parametrize("kind", ["fragmented", "whole", "webm", "live"])
    @pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
    def test_one_that_breaks_off_is_damaged(self, kinds, kind, part):
        data, media_type = kinds[kind]
        file = GrowingFile(media_type)
        file.append(data[: int(part * len(data))])
        file.give_up()
        with pytest.raises(MediaError):
            decoded(file.reader(), media_type)

    @pytest.mark.parametrize("media_type", ["video/mp4", "video/webm"])
    @given(data=st.binary(max_size=2000))
    @settings(max_examples=50, deadline=None)
    def test_garbage_is_an_error(self, media_type, data):
        file, _ = dripping(data + b"\0", range(0, len(data), 7), media_type)
        with pytest.raises(MediaError):
            decoded(file.reader(), media_type)


class TestClaims:
    @pytest.mark.parametrize("at", range(100, 130))
    @pytest.mark.parametrize("media_type", ["video/mp4", "Video/MP4; codecs=avc1"])
    def test_nothing_is_read_that_claims_too_much(self, at, media_type):
        box = struct.pack(">I4sII", 16, b"trun", 0, 40_000_000)
        data = bytes(100) + box + bytes(20)
        file, _ = dripping(data, [at], media_type)
        reader = file.reader()
        found = b"".join(iter(lambda: reader.read(64), b""))
        assert len(found) <= 104, "the number was handed out"
        with pytest.raises(DamagedClipError):
            reader.check()

    def test_many_runs_claim_together(self):
        run = struct.pack(">I4sIII", 20, b"trun", 0, 300, 0)
        check = ClaimsCheck(1 << 20, 1000)
        assert check.check(3 * run, is_whole=False) < 3 * len(run)
        with pytest.raises(DamagedClipError, match="more than it can hold"):
            check.check(4 * run, is_whole=True)
