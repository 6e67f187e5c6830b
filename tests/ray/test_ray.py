"""A farm on a Ray cluster of three nodes, which are processes of this machine."""

import asyncio
import json
import os
import signal
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
import pytest
import ray
from npc_video.records import Purpose
from npc_video_farm.errors import FarmError
from npc_video_farm.fleet.local import LocalFarm, running
from npc_video_farm.fleet.ray import RayFleet, on_ray
from npc_video_farm.jobs import Ask, JobState
from ray.cluster_utils import Cluster

from tests.harness.server import free_port

DEADLINE = 180.0
SETTINGS = '[backends.faces]\nkind = "procedural"\nsimulate_latency = true\n'


@pytest.fixture
def cluster():
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "num_gpus": 0})
    try:
        yield made
    finally:
        ray.shutdown()
        made.shutdown()


@pytest.fixture
def farm(tmp_path):
    settings = tmp_path / "npc_video.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    return LocalFarm(tmp_path / "data", settings, ("faces",), "127.0.0.1", free_port())


def play(cluster, farm, story, **fleet):
    async def whole():
        others = partial(on_ray, RayFleet(cluster.address, **fleet), farm)
        async with (
            asyncio.timeout(DEADLINE),
            running(farm, print, others) as store,
            polled(store),
        ):
            await story(store)

    asyncio.run(whole())


@asynccontextmanager
async def polled(store):
    """Lets somebody wait for all jobs."""

    async def poll():
        while True:
            await asyncio.gather(*(store.job_of(key) for key in KEYS))
            await asyncio.sleep(1.0)

    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()


KEYS = [f"{number:064x}" for number in range(4)]


async def asked(store, seconds):
    """Asks for all clips, which are said to take some seconds."""
    for number, key in enumerate(KEYS):
        body = {"prompt": "a face", "seed": number, "width": 64, "height": 64, "duration": 0.5}
        data = json.dumps(body).encode()
        ask = Ask(key, Purpose.URGENT, None, "game", "faces", "", "balanced", seconds, data)
        await store.submit(ask, key)


async def until(condition):
    while not (found := await condition()):
        await asyncio.sleep(0.1)
    return found


async def all_jobs(store):
    return [await store.job(key) for key in KEYS]


async def all_done(store):
    jobs = await all_jobs(store)
    assert not any(job.state in (JobState.FAILED, JobState.CANCELLED) for job in jobs), jobs
    return jobs if all(job.state is JobState.DONE for job in jobs) else None


async def running_on(store, count):
    jobs = await all_jobs(store)
    found = {job.worker for job in jobs if job.state is JobState.RUNNING}
    return found if len(found) == count else None


def test_a_node_killed_in_mid_job_has_its_jobs_done_elsewhere(cluster, farm):
    nodes = [cluster.add_node(num_cpus=1, num_gpus=1) for _ in range(2)]

    async def story(store):
        await asked(store, seconds=60.0)  # so much work that it wants another worker
        await until(lambda: running_on(store, 2))
        before = {job.key: job.worker for job in await all_jobs(store)}
        await asyncio.to_thread(cluster.remove_node, nodes[1], allow_graceful=False)
        lost = await until(lambda: lost_job(store))
        cluster.add_node(num_cpus=1, num_gpus=1)  # not in a thread: it sets signal handlers
        jobs = await until(lambda: all_done(store))
        assert [job.kills for job in jobs if job.key != lost] == [0] * (len(KEYS) - 1)
        assert next(job.worker for job in jobs if job.key == lost) != before[lost]

    async def lost_job(store):
        return next((job.key for job in await all_jobs(store) if job.kills), None)

    play(cluster, farm, story)


def test_a_worker_that_is_killed_is_replaced_and_its_job_done(cluster, farm):
    cluster.add_node(num_cpus=1, num_gpus=1)

    async def story(store):
        async with httpx.AsyncClient() as games:
            assert (await games.get(f"{farm.address}/api/farm")).status_code in (200, 401)
        before = (await store.workers())[0].id
        await asked(store, seconds=2.5)
        await until(lambda: running_on(store, 1))
        os.kill(process_of_worker(farm), signal.SIGKILL)
        jobs = await until(lambda: all_done(store))
        assert before not in {worker.id for worker in await store.workers()}
        assert sum(job.kills for job in jobs) == 1

    play(cluster, farm, story)


def process_of_worker(farm):
    """The id of the process below the actor with the GPU."""
    words = (b"npc_video_farm", b"worker", str(farm.config).encode())
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if all(word in command for word in words):
                return int(entry.name)
    raise AssertionError("there is no worker")


def test_without_a_cluster_it_says_how_to_start_one(farm):
    fleet = RayFleet(f"127.0.0.1:{free_port()}")

    async def start():
        async with on_ray(fleet, farm, None):
            pass

    with pytest.raises(FarmError, match="ray start --head"):
        asyncio.run(start())
