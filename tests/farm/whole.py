"""A whole farm in processes of its own, before a video service that a test holds up or lets go."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from npc_video_farm.store.valkey import Store
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.farm.gateways import BODY, video
from tests.harness.server import free_port
from tests.harness.waiting import until

TIME_LIMIT = 60.0
READY = "Ctrl-C ends it"


class Service:
    """A video service. Each clip comes in two halves; a test says when.

    Attributes:
        begun, cut_off: how often a clip was begun, and how often its client went, by seed.
    """

    def __init__(self):
        self.begun, self.cut_off = Counter(), Counter()
        self.first, self.second = asyncio.Event(), asyncio.Event()
        self.seconds = 0.0

    def let_go(self, seconds=0.0):
        self.seconds = seconds
        self.first.set()
        self.second.set()

    async def answer(self, request):
        seed = (await request.json())["seed"]
        self.begun[seed] += 1
        return StreamingResponse(self._clip(seed), media_type="video/webm")

    async def _clip(self, seed):
        data = clip_of(seed)
        try:
            await self.first.wait()
            yield data[: len(data) // 2]
            await self.second.wait()
            await asyncio.sleep(self.seconds)
            yield data[len(data) // 2 :]
        except asyncio.CancelledError:
            self.cut_off[seed] += 1
            raise


def clip_of(seed):
    return video(50 + seed % 150)


@asynccontextmanager
async def serving():
    service = Service()
    app = Starlette(routes=[Route("/api/generate-video", service.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none"))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    service.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        service.let_go()
        server.should_exit = server.force_exit = True
        await task


class WholeFarm:
    """The processes of `npc-video farm up`, and clients of its gateway."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.options = options
        self.log = folder / "log.txt"
        self.port = free_port()
        self.process = None
        self.token = ""
        self.polling = 0

    @property
    def store_url(self):
        return f"unix://{self.folder / 'data' / 'valkey.sock'}"

    async def start(self):
        command = [
            *(sys.executable, "-m", "npc_video_farm", "up", "--port", str(self.port)),
            *("--data", str(self.folder / "data"), "--config", str(self.folder / "farm.toml")),
            *self.options,
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        async with asyncio.timeout(TIME_LIMIT):
            while READY not in self.said():
                assert self.process.poll() is None, self.said()
                await asyncio.sleep(0.02)
        self.token = self.token or re.search(r"nvf_\w+", self.said())[0]

    def said(self):
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def end(self):
        """Interrupts it, as Ctrl-C does; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(TIME_LIMIT)
        finally:
            self.process.kill()

    def pids(self, part):
        """The processes of one part: "valkey", "brain", "gateway" or "worker"."""
        name = "valkey-server" if part == "valkey" else f"npc_video_farm\0{part}\0"
        found = []
        for pid in (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            .read_text("utf-8")
            .split()
        ):
            if name in _command_of(pid):
                found.append(int(pid))
        return found

    def kill(self, part, number=signal.SIGKILL):
        (pid, *_) = self.pids(part)
        os.kill(pid, number)
        return pid

    async def fetch(self, seed):
        """The clip of a seed: asks again and again, as a game does, whatever happens."""
        async with (
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{self.port}",
                headers={"authorization": f"Bearer {self.token}"},
                timeout=TIME_LIMIT,
            ) as client,
            asyncio.timeout(TIME_LIMIT),
        ):
            while True:
                try:
                    asked = await client.post("/api/generate-video", json=BODY | {"seed": seed})
                    if asked.status_code == 200:
                        return asked.content
                    if asked.status_code == 202:
                        return await self._followed(client, asked.json()["statusUrl"])
                    assert asked.status_code in (429, 503), asked.text
                except (httpx.TransportError, _UnknownTicketError):
                    pass
                await asyncio.sleep(0.05)

    async def _followed(self, client, url):
        while True:
            try:
                self.polling += 1
                got = await client.get(url, follow_redirects=True)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if got.status_code == 504:
                raise _UnknownTicketError
            if got.status_code == 503:  # the store is away
                await asyncio.sleep(0.05)
                continue
            assert got.status_code == 200, got.text
            if got.headers["content-type"].startswith("video/"):
                return got.content


class _UnknownTicketError(Exception):
    pass


def _command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


@asynccontextmanager
async def whole_farm(tmp_path, *options, slots=4):
    """A farm that runs with these options, its service, and its store."""
    async with serving() as service:
        (tmp_path / "farm.toml").write_text(
            f'[backends.video]\nkind = "http"\nurl = "{service.url}"\nslots = {slots}\n',
            encoding="utf-8",
        )
        farm = WholeFarm(tmp_path, *options)
        try:
            await farm.start()
            store = await Store.open(farm.store_url)
            try:
                yield farm, service, store
            finally:
                await store.close()
        except BaseException:
            print(farm.said())
            raise
        finally:
            if farm.process is not None:
                farm.end()


async def ends_of(store):
    """How often each job ended, by what the events tell."""
    place, ends = "0-0", Counter()
    while True:
        events, _ = await store.events(place, 0.01)
        if not events:
            return ends
        place = events[-1].id
        ends.update(event.key for event in events if event.kind == "end")


__all__ = ["WholeFarm", "clip_of", "ends_of", "serving", "whole_farm"]
