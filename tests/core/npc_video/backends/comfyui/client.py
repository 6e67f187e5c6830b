"""What the client does with a server: the same tests for the fake and for a real one.

`ClientTests.serve` gives a server that can be killed and started again.
"""

import asyncio
import itertools
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.base import ClipPart, GenerationRequest, Preview
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.errors import (
    GenerationCancelledError,
    GenerationFailedError,
    GenerationInvalidError,
)
from npc_video.records import Purpose

from tests.harness.waiting import until

from ..contract import TINY, wanted
from .recorded import picture, tiny

SEEDS = itertools.count(1)
SLOW = 1.5  # seconds that a job takes in which something is to happen


class Proxy:
    """Stands between client and server, so that a test can cut the line."""

    def __init__(self, port):
        self._target = port
        self._lines = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc):
        self._server.close()
        self.cut()
        await asyncio.gather(*self._lines, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self, only=b""):
        """Breaks all lines off, or those whose last question holds these bytes."""
        lines = [task for task, said in self._lines.items() if only in said]
        for task in lines:
            task.cancel()
        return len(lines)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._lines[task] = b""
        there = None
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self._target)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump_up(task, reader, there))
                both.create_task(_pump(back, writer))
        except (OSError, asyncio.CancelledError, ExceptionGroup):
            pass
        finally:
            for end in (writer, there):
                if end is not None:
                    end.transport.abort()
            self._lines.pop(task, None)

    async def _pump_up(self, task, reader, writer):
        while data := await reader.read(65536):
            if data.startswith((b"GET ", b"POST ")):
                self._lines[task] = data[:200]
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError


async def _pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError


class ClientTests(ABC):
    DEADLINE = 60.0

    @abstractmethod
    def serve(self):
        """An async context manager of a server with `port`, `kill()` and `restart()`."""

    def run(self, test, *workflows, reconnect_timeout=30.0):
        """Runs `test(proxy, server, *backends)`, with a backend of its own for each workflow."""

        async def whole():
            async with AsyncExitStack() as stack:
                server = await stack.enter_async_context(self.serve())
                proxy = await stack.enter_async_context(Proxy(server.port))
                backends = [
                    await stack.enter_async_context(opened(proxy.url, each, reconnect_timeout))
                    for each in workflows or (tiny(),)
                ]
                await asyncio.wait_for(test(proxy, server, *backends), self.DEADLINE)

        asyncio.run(whole())

    def test_a_clip_with_progress_and_previews(self):
        async def test(proxy, server, backend):
            parts, early = [], []
            request = asked()
            clip = await make(backend, request, parts, early)
            assert clip.media_type == "video/mp4"
            assert (clip.width, clip.height, clip.fps) == (64, 64, 8.0)
            assert clip.seed == request.params.seed
            assert clip.generation_seconds > 0
            assert parts == sorted(parts)
            assert parts[-1] == 1.0
            assert len(set(parts)) > 5
            assert {p.media_type for p in early if isinstance(p, Preview)} == {"image/jpeg"}
            data = b"".join(p.data for p in early if isinstance(p, ClipPart))
            assert data == clip.data

        self.run(test)

    def test_a_lora_by_its_short_name(self):
        async def test(proxy, server, backend):
            request = asked()
            params = replace(request.params, loras=("tiny_wan_lora:0.5",))
            assert (await make(backend, replace(request, params=params))).data

        graph = tiny()
        graph["3"]["inputs"]["model"] = ["1", 0]
        del graph["2"]
        self.run(test, CustomWorkflow(graph, loras_after="UNETLoader"))

    def test_the_same_clip_again(self):
        async def test(proxy, server, backend):
            request = asked()
            for _ in range(2):
                assert (await make(backend, request)).data

        self.run(test)

    def test_cancelled_while_it_waits(self):
        async def test(proxy, server, first, second):
            running = asyncio.ensure_future(make(first))
            await until_running(first, 1)
            waiting = asyncio.ensure_future(make(second))
            await until_pending(first, 1)
            await cancel(waiting)
            await until_pending(first, 0)
            assert (await running).data
            assert (await make(second)).data

        self.run(test, tiny(slow=SLOW), tiny())

    def test_cancelled_while_it_runs(self):
        async def test(proxy, server, backend, other):
            running = asyncio.ensure_future(make(backend))
            await until_running(backend, 1)
            await cancel(running)
            await until_running(backend, 0)
            assert (await make(other)).data

        self.run(test, tiny(slow=30.0, steps=300), tiny())

    def test_cancelled_when_it_has_just_ended(self):
        async def test(proxy, server, backend):
            parts = []
            making = asyncio.ensure_future(make(backend, parts=parts))
            await until(lambda: making.done() or (parts and parts[-1] > 0.9))
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)
            assert (await make(backend)).data

        self.run(test)

    def test_one_client_cancels_and_the_other_gets_its_clip(self):
        async def test(proxy, server, one, other):
            first = asyncio.ensure_future(make(one))
            await until_running(one, 1)
            second = asyncio.ensure_future(make(other))
            await until_pending(one, 1)
            await cancel(first)
            assert (await second).data

        self.run(test, tiny(slow=30.0, steps=300), tiny(slow=0.2))

    def test_an_urgent_job_overtakes_the_one_that_waits(self):
        async def test(proxy, server, backend):
            order = []

            async def tell(name, urgent):
                purpose = Purpose.URGENT if urgent else Purpose.SPECULATION
                await make(backend, replace(asked(name), purpose=purpose))
                order.append(name)

            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(tell("first", False))
                await until_running(backend, 1)
                jobs.create_task(tell("second", False))
                jobs.create_task(tell("third", False))
                await until_pending(backend, 1)
                jobs.create_task(tell("urgent", True))
                await until_pending(backend, 2)
            assert order == ["first", "urgent", "second", "third"]

        self.run(test, tiny(slow=SLOW / 2))

    def test_a_node_that_fails_is_named(self):
        async def test(proxy, server, backend):
            with pytest.raises(GenerationFailedError, match=r"TestFail.*[a-z]"):
                await make(backend)

        self.run(test, tiny(fail="boom"))

    def test_out_of_memory_is_told_as_that(self):
        async def test(proxy, server, backend):
            with pytest.raises(GenerationFailedError, match="out of memory"):
                await make(backend)

        self.run(test, tiny(fail="Allocation on device", oom=True))

    def test_a_missing_model_is_named_before_the_first_job(self):
        async def test(proxy, server, backend):
            health = await backend.health()
            assert not health.is_ready
            assert "absent.safetensors" in health.problems[0]
            with pytest.raises(GenerationInvalidError, match=r"UNETLoader.*unet_name.*absent"):
                await make(backend)

        self.run(test, tiny(unet="absent.safetensors"))

    def test_a_missing_node_is_named_before_the_first_job(self):
        async def test(proxy, server, backend):
            with pytest.raises(GenerationInvalidError, match="NoSuchNode"):
                await make(backend)

        graph = tiny()
        graph["3"]["class_type"] = "NoSuchNode"
        self.run(test, graph)

    def test_somebody_interrupts(self):
        async def test(proxy, server, backend):
            making = asyncio.ensure_future(make(backend))
            await until_running(backend, 1)
            await backend._session.ask("POST", "interrupt", json={})
            with pytest.raises(GenerationCancelledError):
                await making

        self.run(test, tiny(slow=30.0, steps=300))

    def test_the_socket_is_cut_in_mid_job(self):
        async def test(proxy, server, backend):
            parts = []
            making = asyncio.ensure_future(make(backend, parts=parts))
            await until(lambda: parts and parts[-1] > 0.1, self.DEADLINE)
            assert proxy.cut(b"/ws?") == 1
            assert (await making).data
            await until(lambda: backend._feed.is_open)
            assert (await make(backend)).data

        self.run(test, tiny(slow=SLOW))

    def test_every_line_is_cut_in_mid_job(self):
        async def test(proxy, server, backend):
            making = asyncio.ensure_future(make(backend))
            await until_running(backend, 1)
            for _ in range(3):
                proxy.cut()
                await asyncio.sleep(0.05)
            assert (await making).data

        self.run(test, tiny(slow=SLOW))

    def test_the_server_is_killed_in_mid_job_and_started_again(self):
        async def test(proxy, server, backend):
            making = asyncio.ensure_future(make(backend))
            await until_running(backend, 1)
            await server.kill()
            await server.restart()
            assert (await making).data

        self.run(test, tiny(slow=SLOW), reconnect_timeout=60.0)


@asynccontextmanager
async def opened(url, workflow, reconnect_timeout):
    if isinstance(workflow, dict):
        workflow = CustomWorkflow(workflow)
    backend = ComfyUiBackend(url, workflow, reconnect_timeout=reconnect_timeout)
    try:
        yield backend
    finally:
        await backend.close()


def asked(expression="happy", size=64):
    """Another seed for each request, or a real server has its result already."""
    preset = replace(TINY, width=size, height=size)
    request = wanted(expression, seed=next(SEEDS), urgent=False)
    return replace(request, preset=preset, image=picture())


async def make(backend, request: GenerationRequest | None = None, parts=None, early=None):
    return await backend.generate(
        request or asked(),
        (lambda part: None) if parts is None else parts.append,
        (lambda news: None) if early is None else early.append,
    )


async def cancel(making):
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making


async def until_running(backend, count):
    await _until_queue(backend, "queue_running", count)


async def until_pending(backend, count):
    await _until_queue(backend, "queue_pending", count)


async def _until_queue(backend, kind, count):
    async with asyncio.timeout(30.0):
        while len((await backend._session.ask("GET", "queue")).json()[kind]) != count:
            await asyncio.sleep(0.02)
