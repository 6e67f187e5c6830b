"""A gateway on a free port, beside a brain and a worker that do what a test says."""

import asyncio
import itertools
import json
import uuid
from contextlib import asynccontextmanager, suppress
from functools import lru_cache

import httpx
import numpy as np
import uvicorn
from npc_video.media.encode import encode_clip
from npc_video_farm.gateway.app import create
from npc_video_farm.jobs import ClipEntry, JobState, WorkerView
from npc_video_farm.store.clips import ClipStore
from npc_video_farm.store.valkey import Store
from npc_video_farm.tenants import UNLIMITED, Scope, Tenant, write_tenant
from npc_video_farm.tokens import new_token

from tests.harness.waiting import until

DEADLINE = 20.0
BODY = {"prompt": "a laugh", "width": 64, "height": 64, "fps": 8, "steps": 4, "duration": 1.0}
_numbers = itertools.count()


@lru_cache
def video(grey=128):
    """A real clip of 64 × 64 pixels."""
    return encode_clip([np.full((96, 64), grey, np.uint8)] * 8, 64, 64, 8)


class Farm:
    """A gateway and what stands behind it; `url` is its address."""

    def __init__(self, store, clips, app, url):
        self.store, self.clips, self.app, self.url = store, clips, app, url
        self.client = httpx.AsyncClient(base_url=url, timeout=DEADLINE)
        self.worker = WorkerView("w1", "g", "workflow", slots=4, streams=True)
        self.epoch = None
        self.runs = []

    @property
    def services(self):
        return self.app.state.services

    @property
    def project(self):
        return self.services.project

    async def tenant(self, name="studio", scopes=tuple(Scope), **more):
        """A new tenant; returns its token."""
        token, kept = new_token(name, scopes)
        await self.store.put_tenant(name, write_tenant(Tenant(name, tokens=(kept,), **more)))
        return token

    async def see(self):
        """Lets the gateway look at once, instead of twice a second."""
        await self.services.census.read()

    async def appear(self):
        """There is a brain and a worker from now on."""
        self.epoch = await self.store.lead("brain")
        await self.store.restore_tenants(self.epoch, {})
        await self.store.beat(self.worker)
        await self.see()

    async def keep_alive(self):
        while True:
            self.epoch = await self.store.lead("brain") or self.epoch
            await self.store.beat(self.worker)
            await asyncio.sleep(0.3)

    async def ask(self, token, body=BODY, **headers):
        """Asks for a clip; returns the response."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(
            "/api/generate-video", content=json.dumps(body), headers=_bearer(token) | headers
        )

    async def get(self, token, path, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, headers=_bearer(token) | headers)

    async def waiting(self):
        jobs, _ = await self.store.open_jobs()
        return [job for job in jobs if job.state is JobState.WAITING]

    async def begin(self, job=None):
        """Begins a job, or waits for one; returns it as the worker sees it, None if it is gone."""
        job = job or (await until(self.waiting))[0]
        token = f"a{next(_numbers)}"
        if not await self.store.assign(self.epoch, self.worker.id, [job.key], token):
            return None
        self.runs.append(job.key)
        return await self.store.begin(job.key, token)

    async def finish(self, job, data, seconds=1.5):
        digest = await self.clips.put(data)
        entry = ClipEntry(digest, job.preset, "video/webm", len(data), generated=seconds)
        return await self.store.finish(job.key, job.token, entry)

    async def work(self, data=None):
        """Makes each clip that is asked for."""
        while True:
            job = await self.begin()
            await self.finish(job, video() if data is None else data)


def _bearer(token):
    return {"authorization": f"Bearer {token}"} if token else {}


@asynccontextmanager
async def farm_at(
    valkey_url, folder, *, is_ready=True, needs_tokens=True, clips=None, project=None
):
    """A farm on a Valkey that others use, too; of its own unless it has the name of another."""
    project = project or f"test-{uuid.uuid4().hex[:8]}"
    clips = clips or ClipStore.open(str(folder / "clips"))

    async def open_stores():
        return await Store.open(valkey_url, project=project), clips

    app = create(open_stores, project=project, needs_tokens=needs_tokens)
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="on", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started or serving.done())
    assert server.started, "the gateway did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    store = await Store.open(valkey_url, project=project)
    farm = Farm(store, clips, app, f"http://127.0.0.1:{port}")
    alive = None
    if is_ready:
        await farm.appear()
        alive = asyncio.create_task(farm.keep_alive())
    try:
        yield farm
    finally:
        if alive:
            alive.cancel()
            await asyncio.gather(alive, return_exceptions=True)
        await farm.client.aclose()
        server.should_exit = server.force_exit = True
        await serving
        await store.close()


@asynccontextmanager
async def working(farm, data=None):
    """Lets the worker make everything that is asked for."""
    task = asyncio.create_task(farm.work(data))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def player(valkey, folder, backend_for):
    """A function that runs a coroutine with a farm and a backend that uses it.

    Args:
        backend_for: makes the backend for a farm, with a token and the options of the run.
    """

    def play(scene, token=None, limits=UNLIMITED, **options):
        async def playing():
            async with farm_at(valkey.url, folder) as farm:
                made = await farm.tenant(limits=limits)
                backend = backend_for(farm, token or made, **options)
                try:
                    async with asyncio.timeout(60):
                        await scene(farm, backend)
                finally:
                    await backend.close()

        asyncio.run(playing())

    return play


__all__ = ["BODY", "Farm", "farm_at", "player", "video", "working"]
