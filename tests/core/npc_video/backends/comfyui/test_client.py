"""The client against the fake; `tests/live` runs the same tests against a real server."""

from contextlib import asynccontextmanager

from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.backends.wire import Limits

from ..contract import RemoteContract, Stage
from .client import ClientTests
from .fake import FakeComfy
from .recorded import tiny


class ComfyStage(Stage):
    def __init__(self, fake):
        self.fake = fake
        graph = tiny()
        graph["7"]["inputs"]["image"] = "npc.png"
        url = fake.server.url
        limits = Limits(most_bytes=1_000_000)
        self.backend = ComfyUiBackend(url, CustomWorkflow(graph), limits=limits, patience=0.0)

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


class TestClient(ClientTests):
    @asynccontextmanager
    async def serve(self):
        fake = FakeComfy()
        await fake.start()
        fake.port = fake.server.port
        try:
            yield fake
        finally:
            await fake.stop()
