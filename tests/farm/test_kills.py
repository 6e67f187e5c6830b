"""Whatever part of a farm is killed or stopped: no clip is lost, and none ends twice."""

import asyncio
import signal
import sys

import pytest
from valkey.asyncio import Valkey

from tests.farm.stories import begun_anew
from tests.farm.whole import clip_of, ends_of, whole_farm
from tests.harness.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux does")
SEEDS = range(1, 7)
PARTS = ("worker", "brain", "gateway", "valkey")


async def all_fetched(farm, service, store, disturb, *, moment):
    """Lets clients fetch clips, and `disturb` in the middle of it."""
    fetching = [asyncio.create_task(farm.fetch(seed)) for seed in SEEDS]
    await until(lambda: len(service.begun) == 4)  # as many as there are slots
    if moment == "mid-stream":
        service.first.set()

        async def grows():
            jobs, _ = await store.open_jobs()
            return sum([bool(await store.parts(job.key, job.token)) for job in jobs]) == 4

        await until(grows)
    await disturb()
    service.let_go(0.3)
    got = await asyncio.gather(*fetching)
    assert got == [clip_of(seed) for seed in SEEDS]


@pytest.mark.parametrize("moment", ["mid-job", "mid-stream"])
@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_comes_back_and_nothing_is_lost(tmp_path, part, moment):
    async def story():
        async with whole_farm(tmp_path) as (farm, service, store):

            async def kill():
                killed = farm.kill(part)
                await until(lambda: farm.pids(part) not in ([], [killed]))

            await all_fetched(farm, service, store, kill, moment=moment)
            assert set((await ends_of(store)).values()) == {1}
            assert "SIGKILL" in farm.said()

    asyncio.run(story())


def test_lost_data_cost_no_clip_and_no_token(tmp_path):
    async def story():
        async with (
            whole_farm(tmp_path) as (farm, service, store),
            Valkey.from_url(farm.store_url) as client,
        ):

            async def lose_all():
                await client.flushall()

            await begun_anew(store)  # now the brain knows who has which token
            await all_fetched(farm, service, store, lose_all, moment="mid-job")
            assert "Valkey lost its data" in farm.said()

    asyncio.run(story())


@pytest.mark.parametrize("moment", ["mid-job", "mid-stream"])
def test_clips_wait_for_a_killed_s3_and_none_is_made_twice(tmp_path, own_s3, moment):
    async def story():
        async with whole_farm(tmp_path, "--clips", "s3://clips") as (farm, service, store):

            async def are_drafted():
                reply = await store._connection.command("ZCARD", "{farm}:strays")
                return reply == 4

            async def kill():
                own_s3.kill()
                service.let_go()
                await until(are_drafted)
                jobs, _ = await store.open_jobs()
                assert len(jobs) == len(SEEDS)
                await asyncio.to_thread(own_s3.start)

            await all_fetched(farm, service, store, kill, moment=moment)
            assert set((await ends_of(store)).values()) == {1}
            assert service.begun == dict.fromkeys(SEEDS, 1)

    asyncio.run(story())


async def is_given_up(store, part):
    if part == "brain":
        return not await store.has_leader()
    return (await store.counts()).get("lost_workers", 0) >= 1


@pytest.mark.parametrize("part", ["worker", "brain"])
def test_a_part_that_stood_still_beyond_its_lease_does_no_harm(tmp_path, part):
    async def story():
        async with whole_farm(tmp_path) as (farm, service, store):

            async def stand_still():
                farm.kill(part, signal.SIGSTOP)
                await until(lambda: is_given_up(store, part))
                farm.kill(part, signal.SIGCONT)

            await all_fetched(farm, service, store, stand_still, moment="mid-job")
            assert set((await ends_of(store)).values()) == {1}

    asyncio.run(story())
