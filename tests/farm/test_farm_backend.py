"""The backend for farms beside a real gateway and a real store."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.base import GenerationRequest
from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.token import Token
from npc_video.errors import GenerationRefusedError
from npc_video.generation.events import ClipReady
from npc_video.manager import VideoGenerationManager
from npc_video.records import QUALITY_PRESETS, Purpose, VideoGenerationConfig, VideoParams
from npc_video_farm.jobs import JobState
from valkey import Valkey

from tests.core.npc_video.backends.contract import Contract, Stage
from tests.harness.waiting import until

from .gateways import farm_at, player, video, working

LOOK = VideoParams(expression="happy", seed=7)
REQUEST = GenerationRequest(LOOK, QUALITY_PRESETS["fast"], 1.0, deadline=5.0)
AHEAD = replace(REQUEST, purpose=Purpose.SPECULATION, deadline=None)
KINDS = {"refused": "refused", "invalid": "invalid", "failed": "failed", "too large": "too_large"}


def backend_for(farm, token, **options):
    source = Token.from_environment("FARM", {"FARM": token})
    return FarmBackend(farm.url, token=source, **options)


class GatewayStage(Stage):
    """A worker that plays the part which a test names."""

    def __init__(self, farm, token):
        self.farm = farm
        self.backend = backend_for(farm, token)
        self.what = "clip"
        self.is_over = False
        self._open = 0

    def play(self, what):
        self.what = what

    def working(self):
        return self._open

    async def work(self):
        """Deals with each job as the test says, until it is over."""
        for number in itertools.count():
            if self.is_over:
                return
            jobs, _ = await self.farm.store.open_jobs()
            self._open = len(jobs)
            for job in jobs:
                if job.state is JobState.WAITING:
                    await self._deal_with(job.key, f"run {number}")
            await asyncio.sleep(0.01)

    async def _deal_with(self, key, token):
        store, farm = self.farm.store, self.farm
        if not await store.assign(farm.epoch, farm.worker.id, [key], token):
            return  # it was given up just now
        job = await store.begin(key, token)
        if job is None:
            return
        if self.what == "clip":
            await store.progress(key, token, 0.5)
            await farm.finish(job, video())
        elif self.what in KINDS:
            kind, why = KINDS[self.what], "As the test says."
            await store.fail_run(key, token, kind, why, may_retry=False)


class TestContract(Contract):
    kinds = tuple(KINDS)
    # The gateway has its tasks and threads here, too.
    test_closing_leaves_nothing_and_twice_is_fine = None

    @pytest.fixture(autouse=True)
    def place(self, valkey, tmp_path):
        self.valkey, self.folder = valkey, tmp_path

    @asynccontextmanager
    async def stage(self):
        async with farm_at(self.valkey.url, self.folder) as farm:
            stage = GatewayStage(farm, await farm.tenant())
            working = asyncio.create_task(stage.work())
            try:
                yield stage
            finally:
                stage.is_over = True
                await working


@pytest.fixture
def play(valkey, tmp_path):
    return player(valkey, tmp_path, backend_for)


def begin(backend, request=REQUEST):
    return asyncio.create_task(backend.generate(request, lambda part: None))


async def only_job(farm):
    (job,) = await until(farm.waiting)
    return job


def test_the_farm_hears_why_and_by_when_a_clip_is_wanted(play):
    async def scene(farm, backend):
        making = begin(backend)
        job = await only_job(farm)
        now = await farm.store.now()
        assert (job.purpose, job.preset) == (Purpose.URGENT, "fast")
        assert 0.0 < job.due_at - now <= 5.0
        async with working(farm):
            await making

    play(scene)


def test_the_farm_hears_that_a_player_waits_now(play):
    async def scene(farm, backend):
        making = begin(backend, AHEAD)
        job = await only_job(farm)
        assert job.purpose is Purpose.SPECULATION
        await backend.promote(REQUEST)

        async def promoted():  # later, if the backend has not heard of its ticket yet
            now = await farm.store.job(job.key)
            return now if now.purpose is Purpose.URGENT else None

        assert (await until(promoted)).due_at is not None
        async with working(farm):
            await making

    play(scene)


def test_waiting_is_told_apart_from_making(play):
    async def scene(farm, backend):
        making = begin(backend)
        await only_job(farm)
        job = await farm.begin()
        await farm.finish(job, video(), seconds=3.5)
        clip = await making
        waited = job.begun_at - job.asked_at
        assert clip.waiting_seconds == pytest.approx(waited, abs=0.001)
        assert clip.generation_seconds == 3.5
        again = await begin(backend)
        assert (again.waiting_seconds, again.generation_seconds) == (0.0, 3.5)

    play(scene)


def test_a_store_that_loses_everything_costs_no_clip(play, valkey):
    async def scene(farm, backend):
        tenant = await farm.store.tenant("studio")
        making = begin(backend)
        await only_job(farm)
        with Valkey(port=valkey.port) as client:
            client.flushall()
        await farm.store.put_tenant("studio", tenant)
        await farm.appear()
        async with working(farm):
            clip = await making
        assert clip.data == video()

    play(scene)


def test_a_ticket_that_nobody_polled_is_asked_for_anew(play):
    async def scene(farm, backend):
        making = begin(backend)
        job = await only_job(farm)
        await farm.store.expire_tickets(farm.epoch, unpolled=-1.0)
        await until(lambda: farm.store.job(job.key))
        async with working(farm):
            assert (await making).data == video()

    play(scene)


def test_a_game_that_is_gone_leaves_its_job(play):
    async def scene(farm, backend):
        making = begin(backend)
        job = await only_job(farm)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        assert (await farm.store.job(job.key)).state is JobState.CANCELLED

    play(scene)


def test_a_player_that_asks_for_what_is_made_ahead_is_served_first(play):
    async def scene(farm, backend):
        config, events = VideoGenerationConfig(preset="realtime"), []
        look = VideoParams(expression="happy", npc_id="ember")
        manager = VideoGenerationManager(config, backend)

        def is_there():
            events.extend(manager.poll())
            return any(isinstance(event, ClipReady) for event in events)

        try:
            manager.hint_next(look)
            job = await only_job(farm)
            assert job.purpose is Purpose.SPECULATION
            manager.request(look)

            async def is_urgent():
                return (await farm.store.job(job.key)).purpose is Purpose.URGENT

            await until(is_urgent)
            async with working(farm):
                await until(is_there)
        finally:
            await asyncio.to_thread(manager.close)

    play(scene)


@pytest.mark.parametrize(("generator", "problem"), [("", ""), ("g", ""), ("gg", "perhaps you")])
def test_health_knows_the_generators(play, generator, problem):
    async def scene(farm, backend):
        health = await backend.health()
        assert health.is_ready is not bool(problem)
        assert problem in "".join(health.problems)
        assert health.models == ("g",)

    play(scene, generator=generator)


def test_a_wrong_token_is_named_with_its_source(play):
    async def scene(farm, backend):
        with pytest.raises(GenerationRefusedError, match="environment variable FARM"):
            await begin(backend)
        (problem,) = (await backend.health()).problems
        assert "does not accept this token" in problem

    play(scene, token="nvf_studio_" + "0" * 64)
