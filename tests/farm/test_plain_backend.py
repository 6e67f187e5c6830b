"""The backend for video services, which knows nothing of farms, beside a gateway."""

import asyncio

import pytest
from npc_video.backends.base import ClipPart, GenerationRequest
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.token import Token
from npc_video.errors import (
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
)
from npc_video.records import QUALITY_PRESETS, VideoParams
from npc_video_farm.tenants import Limits

from tests.harness.waiting import until

from .gateways import player, video, working

REQUEST = GenerationRequest(VideoParams(expression="happy", seed=7), QUALITY_PRESETS["fast"], 1.0)


@pytest.fixture
def play(valkey, tmp_path):
    return player(valkey, tmp_path, backend_for)


def backend_for(farm, token):
    source = Token.from_environment("FARM", {"FARM": token})
    return HttpBackend(farm.url, token=source, slots=64)


def test_it_gets_its_clip(play):
    async def scene(farm, backend):
        told = []
        assert (await backend.health()).is_ready
        async with working(farm):
            clip = await backend.generate(REQUEST, told.append)
        assert (clip.data, clip.media_type, clip.width) == (video(), "video/webm", 64)
        assert told[-1] == 1.0
        assert (await backend.generate(REQUEST, told.append)).data == video()
        assert len(farm.runs) == 1

    play(scene)


def test_it_gets_parts_and_progress_while_a_clip_is_made(play):
    async def scene(farm, backend):
        told, early, data = [], [], video()
        making = asyncio.create_task(backend.generate(REQUEST, told.append, early.append))
        job = await farm.begin()
        await farm.store.progress(job.key, job.token, 0.5)
        await farm.store.part(job.key, job.token, 0, data[:200], "video/webm")
        await until(lambda: early)
        assert isinstance(early[0], ClipPart)
        await farm.finish(job, data)
        assert (await making).data == data
        assert b"".join(part.data for part in early) == data

    play(scene)


def test_a_worker_lost_in_mid_clip_costs_it_nothing(play):
    async def scene(farm, backend):
        early, data = [], video()
        making = asyncio.create_task(backend.generate(REQUEST, lambda _: None, early.append))
        job = await farm.begin()
        await farm.store.part(job.key, job.token, 0, data[:200], "video/webm")
        await until(lambda: early)
        await farm.store.requeue(farm.epoch, job.key, job.token, killed=True, displaced=False)
        async with working(farm):
            assert (await making).data == data
        assert len(farm.runs) == 2

    play(scene)


def test_ten_equal_requests_are_one_job(play):
    async def scene(farm, backend):
        async with working(farm):
            clips = await asyncio.gather(
                *(backend.generate(REQUEST, lambda _: None) for _ in range(10))
            )
        assert {clip.data for clip in clips} == {video()}
        assert len(farm.runs) == 1

    play(scene)


def test_what_it_gives_up_is_not_made(play):
    async def scene(farm, backend):
        making = asyncio.create_task(backend.generate(REQUEST, lambda _: None))
        job = await farm.begin()
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert (await farm.store.job(job.key)).state == "cancelled"

    play(scene)


def test_a_wrong_token_is_refused(play):
    async def scene(farm, backend):
        with pytest.raises(GenerationRefusedError, match="does not accept this token"):
            await backend.generate(REQUEST, lambda _: None)

    play(scene, token="nvf_studio_" + "0" * 64)


def test_a_used_up_quota_is_a_refusal(play):
    async def scene(farm, backend):
        await farm.store.charge("studio", 11)
        with pytest.raises(GenerationRefusedError, match="10 generator-seconds"):
            await backend.generate(REQUEST, lambda _: None)

    play(scene, limits=Limits(gpu_seconds_a_day=10))


def test_too_many_requests_are_too_much_to_do(play):
    async def scene(farm, backend):
        with pytest.raises(GeneratorOverloadedError) as caught:
            await backend.generate(REQUEST, lambda _: None)
        assert caught.value.retry_after > 0

    play(scene, limits=Limits(most_waiting=0))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refused", GenerationRefusedError),
        ("invalid", GenerationInvalidError),
        ("failed", GenerationFailedError),
    ],
)
def test_a_failure_keeps_its_kind_and_reason(play, kind, error):
    async def scene(farm, backend):
        making = asyncio.create_task(backend.generate(REQUEST, lambda _: None))
        job = await farm.begin()
        await farm.store.fail_run(job.key, job.token, kind, "The lamp broke.", may_retry=False)
        with pytest.raises(error, match="The lamp broke"):
            await making

    play(scene)
