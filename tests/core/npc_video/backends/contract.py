"""What every backend passes: `Contract` is subclassed once for each, with a stage to play on."""

import asyncio
import threading
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.base import Capabilities, ClipPart, GenerationRequest, Preview
from npc_video.errors import (
    ClipTooLargeError,
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnreachableError,
)
from npc_video.media.encode import encode_clip
from npc_video.records import QUALITY_PRESETS, Purpose, VideoParams

from tests.harness.waiting import until

from .serving import working

DEADLINE = 30.0
TINY = replace(QUALITY_PRESETS["realtime"], name="tiny", width=64, height=64)
ERRORS = {
    "refused": GenerationRefusedError,
    "unreachable": GeneratorUnreachableError,
    "overloaded": GeneratorOverloadedError,
    "invalid": GenerationInvalidError,
    "failed": GenerationFailedError,
    "cancelled": GenerationCancelledError,
    "too large": ClipTooLargeError,
}


def wanted(expression="happy", seed=7, urgent=True, **more):
    params = VideoParams(expression=expression, npc_id="ember", prompt="a laugh", seed=seed)
    more = {"deadline": 5.0, **more} if urgent else {"purpose": Purpose.SPECULATION, **more}
    return GenerationRequest(params, TINY, 1.0, **more)


_files = {}


def video(size=64, fps=8, count=8):
    """A real clip, made once."""
    import numpy as np

    key = (size, fps, count)
    if key not in _files:
        picture = np.full((size * 3 // 2, size), 128, np.uint8)
        _files[key] = encode_clip([picture] * count, size, size, fps)
    return _files[key]


class Stage(ABC):
    """A backend, and what it works on.

    Attributes:
        kinds: which errors of `ERRORS` it can be made to raise.
    """

    backend = None
    kinds = ()

    @abstractmethod
    def play(self, what):
        """From now on: "clip", "slow" (until cancelled) or a kind of error."""

    @abstractmethod
    def working(self):
        """How many jobs are under way where the work is done."""


class Contract(ABC):
    """Subclasses give a `stage`; each test gets one of its own, and it is closed afterwards."""

    kinds = tuple(ERRORS)

    @abstractmethod
    def stage(self):
        """An async context manager of a `Stage`, its backend not yet closed."""

    def run(self, test):
        async def whole():
            async with self.closed_stage() as stage:
                return await asyncio.wait_for(test(stage), DEADLINE)

        return asyncio.run(whole())

    @asynccontextmanager
    async def closed_stage(self):
        async with self.stage() as stage:
            try:
                yield stage
            finally:
                await stage.backend.close()

    async def generate(self, stage, request=None, parts=None, early=None):
        return await stage.backend.generate(
            request or wanted(),
            (lambda part: None) if parts is None else parts.append,
            (lambda news: None) if early is None else early.append,
        )

    def test_makes_a_clip_and_says_what_it_is(self):
        async def test(stage):
            stage.play("clip")
            request = wanted()
            clip = await self.generate(stage, request)
            assert clip.data
            assert clip.media_type in ("video/webm", "video/mp4")
            assert clip.width > 0 < clip.height
            assert clip.fps > 0 < clip.duration
            assert (clip.params, clip.preset) == (request.params, "tiny")
            assert isinstance(clip.seed, int)
            assert clip.generation_seconds >= 0 <= clip.transfer_seconds
            assert clip.waiting_seconds >= 0

        self.run(test)

    def test_progress_never_falls_and_ends_at_one(self):
        async def test(stage):
            stage.play("clip")
            parts = []
            await self.generate(stage, parts=parts)
            assert parts == sorted(parts)
            assert all(0 <= part <= 1 for part in parts)
            assert parts[-1] == 1.0

        self.run(test)

    def test_tells_early_what_it_says_it_can(self):
        async def test(stage):
            stage.play("clip")
            early = []
            clip = await self.generate(stage, early=early)
            parts = [news for news in early if isinstance(news, ClipPart)]
            previews = [news for news in early if isinstance(news, Preview)]
            can = stage.backend.capabilities
            assert bool(parts) == can.streams
            assert bool(previews) == can.previews
            if parts:
                assert b"".join(part.data for part in parts) == clip.data
                assert {part.media_type for part in parts} == {clip.media_type}
            assert all(preview.media_type.startswith("image/") for preview in previews)

        self.run(test)

    def test_every_error_is_typed_and_tells_something(self):
        async def test(stage):
            for kind in self.kinds:
                stage.play(kind)
                with pytest.raises(ERRORS[kind]) as caught:
                    await self.generate(stage)
                assert type(caught.value) is ERRORS[kind]
                assert str(caught.value).endswith(".")
            stage.play("clip")
            assert (await self.generate(stage)).data

        self.run(test)

    def test_can_be_cancelled_at_once(self):
        async def test(stage):
            stage.play("slow")
            making = asyncio.ensure_future(self.generate(stage))
            await asyncio.sleep(0)
            making.cancel()
            with pytest.raises(asyncio.CancelledError):
                await making
            await until(lambda: stage.working() == 0)
            stage.play("clip")
            assert (await self.generate(stage)).data

        self.run(test)

    def test_cancelled_work_is_given_up_where_it_is_done(self):
        async def test(stage):
            stage.play("slow")
            making = asyncio.ensure_future(self.generate(stage))
            await until(lambda: stage.working() == 1)
            making.cancel()
            with pytest.raises(asyncio.CancelledError):
                await making
            await until(lambda: stage.working() == 0)
            stage.play("clip")
            assert (await self.generate(stage)).data

        self.run(test)

    def test_can_be_cancelled_at_any_point(self):
        async def test(stage):
            stage.play("clip")
            for turns in (*range(12), 20, 40, 80, 160):
                making = asyncio.ensure_future(self.generate(stage))
                for _ in range(turns):
                    await asyncio.sleep(0)
                making.cancel()
                await asyncio.gather(making, return_exceptions=True)
                assert making.cancelled() or making.result().data
            await until(lambda: stage.working() == 0)
            assert (await self.generate(stage)).data

        self.run(test)

    def test_requests_at_once_do_not_mix(self):
        async def test(stage):
            stage.play("clip")
            requests = [wanted(name, seed) for seed, name in enumerate(("happy", "sad", "angry"))]
            clips = await asyncio.gather(*(self.generate(stage, each) for each in requests))
            assert [clip.params for clip in clips] == [each.params for each in requests]

        self.run(test)

    def test_the_loop_goes_on_meanwhile(self):
        async def test(stage):
            stage.play("clip")
            making = asyncio.ensure_future(self.generate(stage))
            turns = 0
            while not making.done():
                await asyncio.sleep(0)
                turns += 1
            assert making.result().data
            return turns

        assert self.run(test) > 1  # a backend that blocks is done after its first turn

    def test_health_of_one_that_works(self):
        async def test(stage):
            stage.play("clip")
            health = await stage.backend.health()
            assert health.is_ready
            assert health.problems == ()

        self.run(test)

    def test_capabilities_make_sense(self):
        async def test(stage):
            can = stage.backend.capabilities
            assert isinstance(can, Capabilities)
            assert can.slots >= 1 <= can.batch

        self.run(test)

    def test_closing_leaves_nothing_and_twice_is_fine(self):
        before = set(threading.enumerate())

        async def test(stage):
            stage.play("clip")
            await self.generate(stage)
            await stage.backend.close()
            await stage.backend.close()
            return working()

        assert self.run(test) == []
        for thread in set(threading.enumerate()) - before:
            thread.join(5.0)
            assert not thread.is_alive()


class RemoteContract(Contract):
    """Of backends whose generator may be off."""

    def test_health_of_one_that_is_off_never_raises(self):
        async def test(stage):
            stage.play("unreachable")
            health = await stage.backend.health()
            assert not health.is_ready
            assert health.problems

        self.run(test)
