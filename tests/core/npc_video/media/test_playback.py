import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from npc_video.errors import DamagedClipError
from npc_video.media.playback import Playback
from npc_video.records import GeneratedClip, VideoParams

DEADLINE = 10.0
FRAME = 1 / 8


@pytest.fixture
def decoders():
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def play(webm, decoders):
    """Makes playbacks, and closes them."""
    made = []

    def play(data=webm):
        clip = GeneratedClip(data, "video/webm", 128, 128, 8.0, 3.0, "tiny", VideoParams(), 0.1)
        made.append(Playback(clip, decoders))
        return made[-1]

    yield play
    for playback in made:
        playback.close()


def until(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.001)


def settle(playback, decoders):
    """Waits until the frames that were asked for are decoded: the pool has one thread."""
    decoders.submit(int).result(DEADLINE)


def test_begins_with_the_first_frame(play, decoders):
    playback = play()
    until(lambda: playback.is_ready)
    assert playback.advance(5.0).seconds == 0.0
    assert (playback.info.width, playback.info.fps) == (128, 8.0)


def test_nothing_is_due_before_it_is_decoded(play, decoders):
    blocked = decoders.submit(time.sleep, 0.05)
    playback = play()
    assert not playback.is_ready
    assert playback.advance(0.1) is None
    blocked.result(DEADLINE)


def test_frames_stay_as_long_as_they_should(play, decoders):
    playback = play()
    settle(playback, decoders)
    shown = []
    for _ in range(12):
        shown.append(playback.advance(FRAME / 4))
        settle(playback, decoders)
    times = [None if frame is None else round(frame.seconds / FRAME) for frame in shown]
    # The clip counts in milliseconds, so a frame may come one step late.
    assert [number for number in times if number is not None] == [0, 1, 2]
    assert times[0] == 0


def test_loops_with_every_frame(play, decoders):
    playback = play()
    settle(playback, decoders)
    shown = []
    while playback.loops < 3:
        frame = playback.advance(FRAME)
        settle(playback, decoders)
        if frame is not None:
            shown.append(round(frame.seconds / FRAME))
    assert shown == [*range(24)] * 3 + [0]


def test_a_long_pause_is_not_caught_up_with(play, decoders):
    playback = play()
    settle(playback, decoders)
    playback.advance(0.0)
    settle(playback, decoders)
    playback.advance(60.0)
    settle(playback, decoders)
    after = [playback.advance(FRAME / 10) for _ in range(5)]
    assert after == [None] * 5


def test_a_damaged_clip_is_an_error_not_an_exception(play, webm):
    playback = play(webm[:40])
    until(lambda: playback.error is not None)
    assert isinstance(playback.error, DamagedClipError)
    assert playback.advance(0.1) is None


def test_a_clip_that_breaks_off_shows_what_is_there_first(play, decoders, webm):
    playback = play(webm[: len(webm) // 2])
    shown = 0
    deadline = time.monotonic() + DEADLINE
    while playback.error is None or playback.advance(FRAME) is not None:
        assert time.monotonic() < deadline
        shown += playback.advance(FRAME) is not None
        settle(playback, decoders)
    assert shown > 3


def test_close_ends_the_decoding(play, decoders):
    playback = play()
    settle(playback, decoders)
    playback.close()
    settle(playback, decoders)
    assert playback.advance(FRAME) is None
