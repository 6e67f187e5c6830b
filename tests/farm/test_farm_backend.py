"""The backend for farms beside a real gateway, store and clip folder."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.token import Token
from npc_video.records import Purpose

from tests.core.npc_video.backends.contract import Contract, Stage

from .gateways import farm_at, until, video

KINDS = {
    "refused": "refused",
    "invalid": "invalid",
    "failed": "failed",
    "too large": "too_large",
    "unreachable": "unavailable",
}


class FarmStage(Stage):
    """A farm whose worker does what it is told."""

    def __init__(self, farm, token):
        self.farm = farm
        self.what = "clip"
        self.slow = set()
        source = Token.from_environment("FARM", {"FARM": token})
        self.backend = FarmBackend(farm.url, token=source)

    def play(self, what):
        self.what = what

    def working(self):
        return len(self.slow)

    async def work(self):
        async with asyncio.TaskGroup() as group:
            while True:
                for view in await self.farm.waiting():
                    group.create_task(self.make(await self.farm.begin(view)))
                await asyncio.sleep(0.01)

    async def make(self, job):
        if job is None:
            return  # it was cancelled in the meantime
        store = self.farm.store
        if self.what in KINDS:
            said = "As the test says."
            await store.fail_run(job.key, job.token, KINDS[self.what], said, may_retry=False)
        elif self.what == "slow":
            self.slow.add(job.key)
            while (await store.job(job.key)).state.is_open:
                await asyncio.sleep(0.01)
            self.slow.discard(job.key)
        else:
            await store.part(job.key, job.token, 0, video()[:200], "video/webm")
            await self.farm.finish(job, video())


class TestFarm(Contract):
    kinds = tuple(KINDS)

    @pytest.fixture(autouse=True)
    def place(self, valkey, tmp_path):
        self.valkey_url, self.folder = valkey.url, tmp_path

    @asynccontextmanager
    async def stage(self):
        async with farm_at(self.valkey_url, self.folder) as farm:
            stage = FarmStage(farm, await farm.tenant())
            working = asyncio.create_task(stage.work())
            try:
                yield stage
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    test_closing_leaves_nothing_and_twice_is_fine = None  # the whole farm works on this loop

    def test_purpose_and_deadline_reach_the_job(self):
        async def test(stage):
            stage.play("slow")
            making = asyncio.ensure_future(self.generate(stage))
            await until(stage.working)
            job = await stage.farm.store.job(next(iter(stage.slow)))
            assert job.purpose is Purpose.URGENT
            assert job.due_at == pytest.approx(await stage.farm.store.now() + 5.0, abs=5.0)
            assert job.preset == "tiny"
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)

        self.run(test)

    def test_generating_is_told_apart_from_waiting(self):
        async def test(stage):
            clip = await self.generate(stage)
            assert clip.generation_seconds == 1.5
            again = await self.generate(stage)
            assert (again.waiting_seconds, again.generation_seconds) == (0.0, 1.5)

        self.run(test)
