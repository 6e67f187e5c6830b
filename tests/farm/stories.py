"""Stories that a store lives through, and their usual actors."""

import asyncio
from contextlib import asynccontextmanager

from npc_video.records import Purpose
from npc_video_farm.figures import read_figures
from npc_video_farm.jobs import Ask, ClipEntry, WorkerView
from npc_video_farm.store.valkey import Store
from valkey import Valkey

from tests.harness.waiting import until

DEADLINE = 30.0


def play(server, story):
    """Runs `story(store)` on a server without data."""

    async def whole():
        with Valkey(port=server.port) as client:
            client.flushall()
        async with opened(server) as store, asyncio.timeout(DEADLINE):
            return await story(store)

    return asyncio.run(whole())


@asynccontextmanager
async def opened(server):
    store = await Store.open(server.url)
    try:
        yield store
    finally:
        await store.close()


def key_of(number):
    return f"{number:064x}"


KEY, OTHER = key_of(1), key_of(2)
ENTRY = ClipEntry("d" * 64, "fast", "video/webm", 1000, generated=2.5)


def ask(
    key=KEY,
    purpose=Purpose.URGENT,
    due_in=None,
    tenant="studio",
    body=b"{}",
    picture="",
    pinned=False,
    model="lora",
):
    return Ask(key, purpose, due_in, tenant, "faces", model, "fast", 4.0, body, picture, pinned)


async def running(store, *keys, worker="w1", token="run1", pinned=False):
    """Lets a brain give these jobs, which are asked for, to a worker; returns the epoch."""
    epoch = await store.lead("brain")
    await store.beat(WorkerView(worker, "faces"))
    for key in keys:
        await store.submit(ask(key, pinned=pinned), f"ticket of {key}")
    assert await store.assign(epoch, worker, keys, token)
    return epoch


async def begun_anew(store):
    """Lets the brain begin anew, and waits until it has read everything."""

    async def reigns():
        record = await store.figures()
        return record is not None and read_figures(record).epoch != before

    async with asyncio.timeout(DEADLINE):
        before = read_figures(await until(store.figures)).epoch
        await store._connection.command("DEL", "{farm}:leader")
        await until(reigns)


def command(server, *arguments):
    """Sends a command past the store, as time or an accident would change the data."""
    with Valkey(port=server.port) as client:
        return client.execute_command(*arguments)
