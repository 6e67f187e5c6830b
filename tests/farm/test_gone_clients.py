"""Clients that go without a word, before a whole farm."""

import asyncio
import sys

import httpx
import pytest
from npc_video_farm.jobs import JobState

from tests.farm.gateways import BODY
from tests.farm.whole import clip_of, whole_farm
from tests.harness.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux does")
GONE, SHARED, WAITING = 1, 2, 3


def test_what_nobody_asks_about_any_more_is_cancelled(tmp_path):
    async def story():
        async with whole_farm(tmp_path, slots=2) as (farm, service, store):
            tickets = [await ask_and_go(farm, seed) for seed in (GONE, SHARED, WAITING)]
            fetching = asyncio.create_task(farm.fetch(SHARED))
            await until(lambda: service.begun.total() == 2)
            await until(lambda: farm.polling)
            await let_pass(store, 60.0, tickets)

            async def only_one_is_left():
                jobs, _ = await store.open_jobs()
                return [job.state for job in jobs] == [JobState.RUNNING]

            await until(only_one_is_left)
            await until(lambda: service.cut_off == {GONE: 1})
            service.let_go()
            assert await fetching == clip_of(SHARED)
            assert service.begun == {GONE: 1, SHARED: 1}

    asyncio.run(story())


async def ask_and_go(farm, seed):
    headers = {"authorization": f"Bearer {farm.token}"}
    url = f"http://127.0.0.1:{farm.port}/api/generate-video"
    async with httpx.AsyncClient(headers=headers) as client:

        async def taken():
            answer = await client.post(url, json=BODY | {"seed": seed})
            return answer if answer.status_code == 202 else None

        # A gateway that has just begun may not know the worker yet, and says 503.
        return (await until(taken)).json()["id"]


async def let_pass(store, seconds, tickets):
    """Makes it so many seconds later for these tickets."""
    command, now = store._connection.command, await store.now()
    await command("SET", "{farm}:led_since", now - seconds)
    for ticket in tickets:
        await command("ZINCRBY", "{farm}:seen", -seconds, ticket)
