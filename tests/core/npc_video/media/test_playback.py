import gc
import math
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from npc_video.errors import DamagedClipError
from npc_video.media.decode import ClipDecoder
from npc_video.media.first_pictures import FirstPictures
from npc_video.media.growing import GrowingFile
from npc_video.media.playback import Playback
from npc_video.records import GeneratedClip, VideoParams

from ..waiting import DEADLINE, until
from .files import FILES

FRAME = 1 / 8
COUNT = 24


class Memory:
    """A picture outside of an engine."""

    made = 0
    max_side = 16384

    def __init__(self, columns, rows, sample_bytes):
        Memory.made += 1
        self.bytes = bytearray(columns * rows * sample_bytes)

    def writable(self):
        return memoryview(self.bytes)


@pytest.fixture
def decoders():
    with ThreadPoolExecutor(1) as pool:
        yield pool


def clip_of(data, **fields):
    return GeneratedClip(data, "video/webm", 128, 128, 8.0, 3.0, "tiny", VideoParams(**fields), 0.1)


@pytest.fixture
def play(webm, decoders):
    """Makes playbacks, and closes them."""
    made = []

    def play(data=webm, **arguments):
        made.append(Playback(clip_of(data), decoders, Memory, **arguments))
        made[-1].start()
        return made[-1]

    yield play
    for playback in made:
        playback.close()


@pytest.fixture(scope="session")
def packed(webm) -> list[bytes]:
    """All frames as they lie in pictures."""
    decoder = ClipDecoder(webm, "video/webm")
    pictures = []
    for frame in decoder.frames():
        picture = Memory(*decoder.info.layout.size, 1)
        decoder.info.layout.pack(frame.planes, picture.writable())
        pictures.append(bytes(picture.bytes))
    decoder.close()
    return pictures


def settle(playback, decoders):
    """Waits until the frames that were asked for are decoded: the pool has one thread."""
    decoders.submit(int).result(DEADLINE)


def frame_of(playback, packed) -> int:
    """Which of the clip's frames is on screen."""
    return packed.index(bytes(playback.shot.picture.bytes))


def test_begins_with_the_first_frame(play, decoders, packed):
    playback = play()
    until(lambda: playback.is_ready)
    assert playback.advance(5.0)
    assert frame_of(playback, packed) == 0
    assert playback.position == 0.0
    assert (playback.info.width, playback.info.fps) == (128, 8.0)


def test_nothing_is_due_before_it_is_decoded(play, decoders):
    blocked = decoders.submit(time.sleep, 0.05)
    playback = play()
    assert not playback.is_ready
    assert not playback.advance(0.1)
    assert playback.shot is None
    blocked.result(DEADLINE)


def test_frames_stay_as_long_as_they_should(play, decoders, packed):
    playback = play()
    settle(playback, decoders)
    shown = []
    for _ in range(12):
        # The clip counts in milliseconds, so a frame may come a moment late.
        shown.append(frame_of(playback, packed) if playback.advance(FRAME / 4 + 1e-4) else None)
        settle(playback, decoders)
    assert shown == [0, None, None, None, 1, None, None, None, 2, None, None, None]


def test_loops_with_every_frame_and_the_same_pictures(play, decoders, packed):
    playback = play()
    settle(playback, decoders)
    before, shown, steps = Memory.made, [], 0
    while playback.loops < 3:
        steps += 1
        if playback.advance(FRAME):
            shown.append(frame_of(playback, packed))
        settle(playback, decoders)
    assert shown == [*range(COUNT)] * 3 + [0]
    # A loop is as long as the clip: no frame stays longer than the others.
    assert steps == pytest.approx(3 * COUNT + 1, abs=1)
    assert Memory.made == before, "the ring is written again and again"


def test_what_is_on_screen_is_not_written(play, decoders, packed):
    playback = play()
    settle(playback, decoders)
    for number in range(2 * COUNT):
        until(lambda: playback.is_ready)
        if playback.advance(FRAME):
            shown = playback.shot, bytes(playback.shot.picture.bytes)
        settle(playback, decoders)
        assert bytes(shown[0].picture.bytes) == shown[1], number
        assert shown[1] in packed


def test_tells_how_far_the_next_shot_is(play, decoders, packed):
    playback = play()
    settle(playback, decoders)
    assert playback.part == 0.0
    playback.advance(0.0)
    playback.advance(FRAME / 4)
    assert playback.part == pytest.approx(0.25)
    assert playback.following.number == playback.shot.number + 1
    assert packed.index(bytes(playback.following.picture.bytes)) == 1


def test_begins_anywhere(play, decoders, packed):
    playback = play(begin=1 / 3)
    settle(playback, decoders)
    playback.advance(0.0)
    assert frame_of(playback, packed) == 8
    assert playback.position == pytest.approx(1.0, abs=0.002)
    loops = 0
    while not loops:
        playback.advance(FRAME)
        settle(playback, decoders)
        loops = playback.loops
    assert frame_of(playback, packed) == 0
    assert playback.position == pytest.approx(0.0, abs=FRAME)


def test_a_long_pause_is_not_caught_up_with(play, decoders):
    playback = play()
    settle(playback, decoders)
    playback.advance(0.0)
    settle(playback, decoders)
    playback.advance(60.0)
    settle(playback, decoders)
    after = [playback.advance(FRAME / 10) for _ in range(5)]
    assert not any(after)


def test_a_damaged_clip_is_an_error_not_an_exception(play, webm):
    playback = play(webm[:40])
    until(lambda: playback.error is not None)
    assert isinstance(playback.error, DamagedClipError)
    assert not playback.advance(0.1)


def test_a_clip_that_breaks_off_shows_what_is_there_first(play, decoders, webm):
    playback = play(webm[: len(webm) // 2])
    shown = 0
    deadline = time.perf_counter() + DEADLINE
    while playback.error is None or playback.advance(FRAME):
        assert time.perf_counter() < deadline
        shown += playback.advance(FRAME)
        settle(playback, decoders)
    assert shown > 3
    assert playback.shot is not None


def test_close_ends_the_decoding(play, decoders):
    playback = play()
    settle(playback, decoders)
    playback.close()
    settle(playback, decoders)
    assert not playback.advance(FRAME)


def test_close_gives_the_memory_back_at_once(play, decoders):
    gc.collect()
    gc.disable()
    try:
        playback = play()
        settle(playback, decoders)
        playback.advance(0.0)
        pictures = [weakref.ref(playback.shot.picture), weakref.ref(playback.following.picture)]
        playback.close()
        settle(playback, decoders)
        assert [picture() for picture in pictures] == [None, None]
    finally:
        gc.enable()


class Coming:
    """A clip that still comes in, and its playback."""

    def __init__(self, waiting):
        self.file = GrowingFile("video/webm")
        wait = self.file._changed.wait
        self.waits = False

        def watched():
            self.waits = True
            wait()
            self.waits = False

        self.file._changed.wait = watched
        self.playback = Playback(clip_of(b""), waiting, Memory, growing=self.file)
        self.playback.start()

    def append(self, part):
        self.waits = False
        self.file.append(part)

    def settle(self):
        """Waits until all is decoded that there is, or that there is room for."""
        until(lambda: self.waits or self.playback._filling.done())

    def play(self, packed, most=COUNT):
        """The frames that are shown until no more come."""
        shown = []
        self.settle()
        while len(shown) < most and self.playback.advance(FRAME):
            shown.append(frame_of(self.playback, packed))
            self.settle()
        return shown


@pytest.fixture
def coming():
    with ThreadPoolExecutor(1) as waiting:
        coming = Coming(waiting)
        yield coming
        coming.playback.close()


def test_what_comes_in_is_played_and_then_looped(coming, decoders, webm, packed):
    playback, shown = coming.playback, []
    for start in range(0, len(webm), 1000):
        coming.append(webm[start : start + 1000])
        before = playback.shot
        shown += coming.play(packed)
        if not shown:
            continue
        # The last picture stays, however long the next one takes.
        assert not playback.advance(10.0)
        assert playback.shot is not None or before is None
    assert 20 < len(shown) < COUNT + 1
    coming.file.finish(webm)
    playback.complete(clip_of(webm), decoders)
    until(lambda: playback._filling.done())
    while playback.loops < 2:
        if playback.advance(FRAME):
            shown.append(frame_of(playback, packed))
        settle(playback, decoders)
        until(lambda: playback._filling.done())
    assert shown == [*range(COUNT)] * 2 + [0]
    assert playback.error is None


def test_what_was_given_up_stays_on_its_last_picture(coming, webm, packed):
    coming.append(webm[: len(webm) // 2])
    shown = coming.play(packed)
    coming.waits = False
    coming.file.give_up()
    shown += coming.play(packed)
    assert shown == [*range(len(shown))]
    assert 3 < len(shown) < COUNT
    assert isinstance(coming.playback.error, DamagedClipError)
    assert not coming.playback.advance(10.0)


def test_close_does_not_wait_for_what_comes_in(coming, webm):
    coming.append(webm[: len(webm) // 2])
    coming.settle()
    coming.playback.close()
    until(lambda: coming.playback._filling.done())
    assert coming.playback._decoder is None


def keep(first_pictures, clip, decoders):
    first_pictures.keep(clip)
    settle(None, decoders)


def test_a_kept_first_picture_is_there_at_once(play, webm, decoders, packed):
    first_pictures = FirstPictures(decoders, Memory, 1 << 20)
    keep(first_pictures, clip_of(webm), decoders)
    blocked = decoders.submit(time.sleep, 0.05)
    playback = play(first=first_pictures.of(clip_of(webm)))
    assert playback.is_ready
    assert playback.advance(0.0)
    assert frame_of(playback, packed) == 0
    blocked.result(DEADLINE)
    shown = [0]
    for _ in range(2 * COUNT - 1):
        settle(playback, decoders)
        playback.advance(FRAME)
        shown.append(frame_of(playback, packed))
    assert shown == [*range(COUNT)] * 2
    assert bytes(first_pictures.of(clip_of(webm)).picture.bytes) == packed[0], "still the same"


def test_first_pictures_keep_to_their_budget_and_drop_the_oldest(webm, decoders):
    size = np.multiply(*ClipDecoder(webm, "video/webm").info.layout.size)
    first_pictures = FirstPictures(decoders, Memory, int(3.5 * size))
    clips = [clip_of(webm, expression=str(number)) for number in range(5)]
    for clip in clips[:3]:
        keep(first_pictures, clip, decoders)
    assert first_pictures.of(clips[0]) is not None
    for clip in clips[3:]:
        keep(first_pictures, clip, decoders)
        # What is decoded counts when the next one comes.
        first_pictures.keep(clip)
    assert len(first_pictures) == 3
    assert [first_pictures.of(clip) is not None for clip in clips] == [
        True,
        False,
        False,
        True,
        True,
    ]


def test_the_first_picture_of_another_file_is_none(webm, decoders):
    first_pictures = FirstPictures(decoders, Memory, 1 << 20)
    keep(first_pictures, clip_of(webm), decoders)
    assert first_pictures.of(clip_of(webm + b" ")) is None
    keep(first_pictures, clip_of(b"no clip", expression="broken"), decoders)
    assert first_pictures.of(clip_of(b"no clip", expression="broken")) is None


def test_frames_are_known_in_small_from_the_first_pass(play, decoders, webm):
    first_pictures = FirstPictures(decoders, Memory, 1 << 20)
    keep(first_pictures, clip_of(webm), decoders)
    for arguments in ({}, {"first": first_pictures.of(clip_of(webm))}, {"begin": 0.5}):
        playback = play(**arguments)
        until(lambda playback=playback: playback.is_ready)
        assert playback.sketches.at(0.0) is not None
        for _ in range(2 * COUNT):
            settle(playback, decoders)
            playback.advance(FRAME)
        assert playback.sketches.are_all
        # Of each frame one, however often it was played and wherever it began.
        coming = playback.sketches.coming(0.0, 10.0)
        assert [wait for wait, _ in coming] == pytest.approx([n * FRAME for n in range(COUNT)])


def test_what_does_not_repeat_ends_with_its_last_picture(play, decoders):
    playback = play(repeats=False)
    until(lambda: playback.is_ready)
    seen = []
    for _ in range(2 * COUNT):
        settle(playback, decoders)
        playback.advance(FRAME)
        seen.append(playback.shot.number)
        assert playback.following is None or playback.following.loop == 0
    assert seen[-1] == COUNT - 1
    assert playback.is_finished
    assert playback.loops == 0
    assert playback.position == pytest.approx(COUNT * FRAME)


def test_what_repeats_is_never_finished(play, decoders):
    playback = play()
    until(lambda: playback.is_ready)
    for _ in range(2 * COUNT):
        settle(playback, decoders)
        playback.advance(FRAME)
    assert playback.loops >= 1
    assert not playback.is_finished


@pytest.fixture(scope="session")
def still() -> bytes:
    return (FILES / "one.mp4").read_bytes()


def test_a_still_begins_nothing_again(still, decoders):
    clip = replace(clip_of(still), media_type="video/mp4")
    playback = Playback(clip, decoders, Memory)
    playback.start()
    settle(playback, decoders)
    for _ in range(50):
        playback.advance(FRAME)
        settle(playback, decoders)
    assert (playback.loops, playback.is_still, playback.length) == (0, True, pytest.approx(1 / 24))
    assert playback.time_left == math.inf
    assert 0.0 <= playback.phase < 1.0
    playback.close()


def test_a_still_that_is_played_once_comes_to_its_end(still, decoders):
    clip = replace(clip_of(still), media_type="video/mp4")
    playback = Playback(clip, decoders, Memory, repeats=False)
    playback.start()
    settle(playback, decoders)
    for _ in range(3):
        playback.advance(FRAME)
        settle(playback, decoders)
    assert playback.is_finished
    playback.close()


def test_the_length_is_that_of_the_file(play, decoders):
    playback = play()
    assert playback.length == 0.0 or playback.is_ready
    settle(playback, decoders)
    assert playback.length == 3.0
    playback.advance(0.0)
    playback.advance(0.75)
    assert playback.phase == pytest.approx(playback.position / 3.0)
