import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from npc_video.backends.base import GenerationRequest
from npc_video.backends.procedural import ProceduralBackend
from npc_video.errors import GenerationError
from npc_video.media.decode import ClipDecoder
from npc_video.records import QUALITY_PRESETS, VideoParams

from .contract import Contract
from .drawn_stage import Counted, DrawnStage

DEADLINE = 30.0
TINY = replace(QUALITY_PRESETS["realtime"], name="tiny", width=64, height=64)
HAPPY = VideoParams(expression="happy", animation="bounce", npc_id="ember")


def request(preset=TINY, params=HAPPY, seconds=3.0):
    return GenerationRequest(params, preset, seconds)


def run(work):
    """Runs `work(backend)` to its end and closes the backend."""

    async def whole():
        backend = ProceduralBackend()
        try:
            return await asyncio.wait_for(work(backend), DEADLINE)
        finally:
            await backend.close()

    return asyncio.run(whole())


def generate(wanted, on_progress=lambda part: None):
    return run(lambda backend: backend.generate(wanted, on_progress))


def first_luma(clip):
    decoder = ClipDecoder(clip.data, clip.media_type)
    plane = next(iter(decoder.frames())).planes[0]
    picture = np.frombuffer(plane.data, np.uint8).reshape(plane.rows, plane.stride).astype(int)
    decoder.close()
    return picture[:, : plane.width]


def test_makes_a_real_clip():
    clip = generate(request())
    decoder = ClipDecoder(clip.data, clip.media_type)
    info = decoder.info
    assert (info.width, info.height, info.fps, info.length) == (64, 64, 8.0, 3.0)
    assert len(list(decoder.frames())) == 24
    decoder.close()


def test_says_what_it_made():
    clip = generate(request())
    assert (clip.width, clip.height, clip.fps, clip.duration) == (64, 64, 8, 3.0)
    assert (clip.preset, clip.params, clip.media_type) == ("tiny", HAPPY, "video/webm")
    assert clip.generation_seconds > 0


@pytest.mark.parametrize("preset", QUALITY_PRESETS.values(), ids=list(QUALITY_PRESETS))
def test_keeps_size_and_rate_of_every_preset(preset):
    clip = generate(request(preset, seconds=0.25))
    decoder = ClipDecoder(clip.data, clip.media_type)
    info = decoder.info
    assert (info.width, info.height) == (preset.width, preset.height)
    assert info.fps == pytest.approx(preset.fps)
    assert len(list(decoder.frames())) == preset.frame_count(0.25)
    decoder.close()


def test_same_parameters_give_the_same_picture():
    assert (first_luma(generate(request())) == first_luma(generate(request()))).all()


def test_feelings_differ_on_the_decoded_clip():
    angry = replace(HAPPY, expression="angry", animation="idle")
    happy = replace(HAPPY, animation="idle")
    mouth = slice(38, 54), slice(18, 46)
    pictures = [first_luma(generate(request(params=params)))[mouth] for params in (happy, angry)]
    assert np.abs(pictures[0] - pictures[1]).mean() > 10


def test_progress_grows_to_one():
    parts = []
    generate(request(), parts.append)
    assert parts == sorted(parts)
    assert 0 <= parts[0] < 0.5
    assert parts[-1] == 1.0
    assert len(parts) > 10


def test_does_not_block_the_loop():
    async def work(backend):
        making = asyncio.ensure_future(backend.generate(request(), lambda part: None))
        turns = 0
        while not making.done():
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert run(work) > 24


def test_is_given_up_between_two_frames():
    async def work(backend):
        begun = asyncio.Event()
        making = asyncio.ensure_future(
            backend.generate(request(QUALITY_PRESETS["quality"]), lambda part: begun.set())
        )
        await begun.wait()
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        # The next clip is not held up by the rest of the one that was given up.
        return await backend.generate(request(), lambda part: None)

    assert run(work).preset == "tiny"


def test_leaves_no_thread_behind():
    generate(request())
    threads = [t for t in threading.enumerate() if t.name.startswith("procedural")]
    for thread in threads:
        thread.join(timeout=5.0)
    assert not any(thread.is_alive() for thread in threads)


def test_refuses_odd_sizes():
    with pytest.raises(GenerationError, match="even"):
        generate(request(replace(TINY, width=63)))


class TestSimulatedLatency:
    SLOW = replace(TINY, min_seconds=0.4, max_seconds=0.6)

    def generate(self, wanted, on_progress=lambda part: None):
        async def whole():
            backend = ProceduralBackend(simulate_latency=True)
            try:
                return await backend.generate(wanted, on_progress)
            finally:
                await backend.close()

        return asyncio.run(whole())

    def test_takes_at_least_the_time_of_the_preset(self):
        clip = self.generate(request(self.SLOW, seconds=0.5))
        assert clip.generation_seconds >= 0.4

    def test_progress_follows_the_clock(self):
        parts = []
        self.generate(request(self.SLOW, seconds=0.5), parts.append)
        assert parts == sorted(parts)
        assert (parts[0], parts[-1]) == (pytest.approx(0.0, abs=0.2), 1.0)
        assert len(parts) >= 4

    def test_is_always_the_same_for_a_clip_and_within_the_preset(self):
        from npc_video.backends.drawn import _latency

        for preset in QUALITY_PRESETS.values():
            wanted = [_latency(request(preset, replace(HAPPY, seed=seed))) for seed in (1, 2, 3, 1)]
            assert all(preset.min_seconds <= time <= preset.max_seconds for time in wanted)
            assert wanted[0] == wanted[3]
            assert len(set(wanted)) == 3


class CountedBackend(Counted, ProceduralBackend):
    pass


class TestProcedural(Contract):
    kinds = ()  # nothing goes wrong with a valid request

    @asynccontextmanager
    async def stage(self):
        yield DrawnStage(CountedBackend())
