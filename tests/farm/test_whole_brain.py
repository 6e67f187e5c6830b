"""A brain, or two, between tickets and workers that are only told of."""

import asyncio
from contextlib import asynccontextmanager, suppress

from npc_video.records import Purpose
from npc_video_farm.brain.brain import Brain
from npc_video_farm.brain.tenants import TenantCopy
from npc_video_farm.errors import StoreAwayError
from npc_video_farm.jobs import JobState, WorkerView
from npc_video_farm.store.clips import ClipStore

from tests.farm.stories import (
    ENTRY,
    KEY,
    OTHER,
    ask,
    begun_anew,
    command,
    key_of,
    opened,
    play,
)
from tests.harness.waiting import until


@asynccontextmanager
async def thinking(store, tmp_path):
    task = asyncio.create_task(Brain(store, ClipStore.open(str(tmp_path / "clips"))).run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def alive(store, *workers):
    """Lets the hearts of workers beat."""

    async def beat():
        while True:
            with suppress(StoreAwayError):
                for worker in workers:
                    await store.beat(worker)
            await asyncio.sleep(0.2)

    task = asyncio.create_task(beat())
    try:
        yield task
    finally:
        task.cancel()


WORKER = WorkerView("w1", "faces", running=(KEY, OTHER))
SECOND = WorkerView("w2", "faces", running=(KEY, OTHER))


async def run_order(store, worker="w1"):
    async def given():
        order = await store.orders(worker, 0.1)
        return order if order is not None and order.kind == "run" else None

    return await until(given)


async def begun(store):
    """Asks for `KEY` and lets the worker begin it; returns its order."""
    await store.submit(ask(), "a")
    order = await run_order(store)
    await store.begin(KEY, order.token)
    return order


async def job_in(store, state, key=KEY):
    async def reached():
        job = await store.job(key)
        return job if job is not None and job.state is state else None

    return await until(reached)


def test_jobs_are_assigned_and_end(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path), alive(store, WORKER):
            for number in range(20):
                await store.submit(ask(key_of(number)), f"ticket {number}")
            for _ in range(20):
                order = await run_order(store)
                assert await store.begin(order.keys[0], order.token)
                assert await store.finish(order.keys[0], order.token, ENTRY)
            for number in range(20):
                await job_in(store, JobState.DONE, key_of(number))

    play(valkey, story)


def test_a_new_brain_knows_what_waits_and_what_runs(valkey, tmp_path):
    async def story(store):
        async with alive(store, WORKER):
            async with thinking(store, tmp_path):
                first = await begun(store)
                await store.submit(ask(OTHER), "b")
            command(valkey, "DEL", "{farm}:leader")
            async with thinking(store, tmp_path):
                await store.finish(KEY, first.token, ENTRY)
                order = await run_order(store)
                assert order.keys == (OTHER,)
                assert (await store.job(KEY)).state is JobState.DONE

    play(valkey, story)


def test_jobs_of_a_lost_worker_go_to_another(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path):
            async with alive(store, WORKER):
                order = await begun(store)
            async with alive(store, SECOND):
                again = await run_order(store, "w2")
                assert again.keys == (KEY,)
                assert (await store.job(KEY)).kills == 1
                assert not await store.finish(KEY, order.token, ENTRY)

    play(valkey, story)


def test_what_kills_two_workers_fails(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path):
            await store.submit(ask(), "a")
            for worker in (WORKER, SECOND):
                async with alive(store, worker):
                    order = await run_order(store, worker.id)
                    await store.begin(KEY, order.token)
            job = await job_in(store, JobState.FAILED)
            assert "2 workers" in job.error

    play(valkey, story)


def test_workers_that_were_only_late_kill_nothing(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path):
            await store.submit(ask(), "a")
            for worker in (WORKER, SECOND):
                async with alive(store, worker):
                    order = await run_order(store, worker.id)
                    await store.begin(KEY, order.token)
            assert (await job_in(store, JobState.WAITING)).kills == 2
            async with alive(store, WORKER, SECOND):
                orders = [asyncio.create_task(run_order(store, name)) for name in ("w1", "w2")]
                (done,), others = await asyncio.wait(orders, return_when=asyncio.FIRST_COMPLETED)
                for other in others:
                    other.cancel()
                (key,), token = done.result().keys, done.result().token
                assert await store.begin(key, token)

                async def are_pardoned():
                    job = await store.job(KEY)
                    return (job.kills, job.lost, job.late) == (0, (), 2)

                await until(are_pardoned)
                assert await store.finish(key, token, ENTRY)
                await job_in(store, JobState.DONE)

    play(valkey, story)


def test_what_fails_three_times_fails(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path), alive(store, WORKER):
            await store.submit(ask(), "a")
            for _ in range(3):
                order = await run_order(store)
                await store.fail_run(KEY, order.token, "failed", "No memory.", may_retry=True)
            job = await job_in(store, JobState.FAILED)
            assert (job.error_kind, "No memory." in job.error) == ("failed", True)

    play(valkey, story)


def test_an_urgent_job_displaces_a_baked_one(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path), alive(store, WORKER):
            await store.submit(ask(purpose=Purpose.BAKE), "a")
            baking = await run_order(store)
            await store.begin(KEY, baking.token)
            await store.submit(ask(OTHER, due_in=1.0), "b")
            stop = await until(lambda: store.orders("w1", 0.1))
            assert (stop.kind, stop.keys, stop.token) == ("stop", (KEY,), baking.token)
            assert (await run_order(store)).keys == (OTHER,)
            assert (await job_in(store, JobState.WAITING)).displaced == 1

    play(valkey, story)


def test_an_order_that_a_worker_does_not_begin_goes_elsewhere(valkey, tmp_path, monkeypatch):
    monkeypatch.setattr("npc_video_farm.brain.ledger._UNBEGUN_SECONDS", 0.3)
    deaf = WorkerView("w1", "faces")

    async def story(store):
        async with thinking(store, tmp_path), alive(store, deaf) as beating:
            await store.submit(ask(), "a")
            await run_order(store)
            async with alive(store, SECOND):
                assert (await run_order(store, "w2")).keys == (KEY,)
            assert not beating.done()

    play(valkey, story)


def test_a_second_brain_waits_and_takes_over(valkey, tmp_path):
    async def story(store):
        async with opened(valkey) as other, alive(store, WORKER), thinking(other, tmp_path):
            async with thinking(store, tmp_path):
                order = await begun(store)
                await store.finish(KEY, order.token, ENTRY)
            await store.submit(ask(OTHER), "b")
            assert (await run_order(store)).keys == (OTHER,)

    play(valkey, story)


def test_a_brain_whose_lease_another_took_steps_back(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path), alive(store, WORKER):
            await until(store.has_leader)
            command(valkey, "SET", "{farm}:leader", "other", "PX", "2000")
            command(valkey, "SET", "{farm}:epoch", "8000000000000000")
            await store.submit(ask(), "a")
            assert (await run_order(store)).token.startswith("8000000000000001")

    play(valkey, story)


def test_it_goes_on_after_all_data_is_gone(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path), alive(store, WORKER):
            await store.submit(ask(), "a")
            await run_order(store)
            command(valkey, "FLUSHALL")
            await store.submit(ask(OTHER), "b")
            async with opened(valkey) as fresh:
                assert (await run_order(fresh)).keys == (OTHER,)

    play(valkey, story)


def test_tenants_outlive_the_data(valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path):
            await store.put_tenant("studio", b"{}")
            await store.put_tenant("removed", b"{}")
            await store.drop_tenant("removed")
            await begun_anew(store)
            command(valkey, "FLUSHALL")
            await until(store.has_tenants)
            assert await store.tenants() == {"studio": b"{}"}
            await store.drop_tenant("studio")
            await begun_anew(store)
            assert await store.tenants() == {}

    play(valkey, story)


def test_the_next_brain_has_the_tenants_of_lost_data_too(valkey):
    async def story(store):
        leads, follows = TenantCopy(store), TenantCopy(store)
        await leads.refresh(await store.lead("a"))
        await store.put_tenant("studio", b"1")
        await follows.refresh()
        command(valkey, "FLUSHALL")
        await follows.refresh()
        assert not await store.has_tenants()
        await follows.refresh(await store.lead("b"))
        assert await store.kept_tenants() == {"studio": b"1"}

    play(valkey, story)


def test_it_goes_on_after_events_were_trimmed_unread(valkey, tmp_path):
    async def story(store):
        async with alive(store, WORKER), thinking(store, tmp_path):
            await until(store.has_leader)
            for number in range(5):
                await store.submit(ask(key_of(number)), f"ticket {number}")
                command(valkey, "XTRIM", "{farm}:ev", "MAXLEN", "0")
            order = await run_order(store)
            assert await store.finish(order.keys[0], order.token, ENTRY)
            for _ in range(4):
                order = await run_order(store)
                assert await store.finish(order.keys[0], order.token, ENTRY)

    play(valkey, story)


def test_it_goes_on_when_the_store_is_back(own_valkey, tmp_path):
    async def story(store):
        async with thinking(store, tmp_path):
            async with alive(store, WORKER):
                order = await begun(store)
            own_valkey.kill()
            own_valkey.start()
            async with alive(store, WORKER):
                await store.submit(ask(OTHER), "b")
                assert await store.finish(KEY, order.token, ENTRY)
                await run_order(store)
                assert (await store.job(KEY)).kills == 0

    play(own_valkey, story)
