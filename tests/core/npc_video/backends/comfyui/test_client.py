"""The client against the fake; `tests/live` runs the same tests against a real server."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow, fetching, following
from npc_video.backends.http_session import Limits
from npc_video.errors import GenerationFailedError
from npc_video.records import Purpose

from tests.harness.waiting import until

from ..contract import RemoteContract, Stage
from .client import ClientTests, asked, make
from .fake import FakeComfy
from .faults import FaultTests
from .recorded import tiny


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    """Asks the fake ten times as often as a server, because its jobs take no time."""
    monkeypatch.setattr(following, "_CALM", 0.2)
    monkeypatch.setattr(following, "_BLIND", 0.04)
    monkeypatch.setattr(fetching, "_FIRST_PAUSE", 0.02)


class ComfyStage(Stage):
    def __init__(self, fake):
        self.fake = fake
        graph = tiny()
        graph["7"]["inputs"]["image"] = "npc.png"
        url = fake.server.url
        limits = Limits(max_bytes=1_000_000)
        self.backend = ComfyUiBackend(
            url, CustomWorkflow(graph), limits=limits, reconnect_timeout=0.0
        )

    def play(self, what):
        self.fake.mode = what

    def working(self):
        return len(self.fake.pending) + (self.fake.running is not None)


class TestContract(RemoteContract):
    @asynccontextmanager
    async def stage(self):
        fake = FakeComfy()
        await fake.start()
        try:
            yield ComfyStage(fake)
        finally:
            await fake.stop()


class Fake:
    @asynccontextmanager
    async def serve(self):
        fake = FakeComfy()
        await fake.start()
        fake.port = fake.server.port
        try:
            yield fake
        finally:
            await fake.stop()


class TestClient(Fake, ClientTests):
    pass


class TestFaults(Fake, FaultTests):
    pass


def test_what_costs_money_is_not_sent_again_when_the_server_loses_it():
    async def test():
        fake = FakeComfy()
        await fake.start()
        workflow = CustomWorkflow(tiny(slow=1.0))
        backend = ComfyUiBackend(fake.server.url, workflow, finish_started=True)
        try:
            making = asyncio.ensure_future(make(backend))
            await until(lambda: fake.running)
            await fake.kill()
            await fake.restart()
            with pytest.raises(GenerationFailedError, match="not sent again"):
                await making
            assert len(fake.posted) == 1
        finally:
            await backend.close()
            await fake.stop()

    asyncio.run(asyncio.wait_for(test(), 30.0))


def test_urgent_jobs_go_before_all_others_and_in_their_own_order():
    async def test():
        fake = FakeComfy()
        await fake.start()
        backend = ComfyUiBackend(fake.server.url, CustomWorkflow(tiny(slow=0.1)))
        try:
            async with asyncio.TaskGroup() as jobs:
                purposes = (Purpose.SPECULATION, Purpose.URGENT, Purpose.URGENT)
                for count, purpose in enumerate(purposes, 1):
                    jobs.create_task(make(backend, replace(asked(), purpose=purpose)))
                    await until(lambda count=count: len(fake.posted) == count)
            numbers = [body.get("number") for body in fake.posted]
            assert numbers[0] is None
            assert numbers[1] < numbers[2] < 0
        finally:
            await backend.close()
            await fake.stop()

    asyncio.run(asyncio.wait_for(test(), 30.0))
