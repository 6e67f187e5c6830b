"""Brains: one leads, and what another one does is refused; what a new one reads."""

import asyncio
import time

from npc_video_farm.jobs import JobState, WorkerView

from tests.farm.stories import KEY, OTHER, ask, command, key_of, opened, play, running


def test_one_brain_leads(valkey):
    async def story(store):
        assert not await store.has_leader()
        first = await store.lead("a")
        assert first is not None
        assert await store.has_leader()
        assert await store.lead("b") is None
        assert await store.lead("a") == first
        command(valkey, "DEL", "{farm}:leader")  # as after three seconds
        second = await store.lead("b")
        assert second > first
        assert await store.lead("a") is None

    play(valkey, story)


def test_a_brain_that_lost_its_lease_is_refused(valkey):
    async def story(store):
        old = await running(store, KEY)
        await store.submit(ask(OTHER), "b")
        command(valkey, "DEL", "{farm}:leader")
        new = await store.lead("other brain")
        command(valkey, "SET", "{farm}:led_since", 1)
        command(valkey, "ZADD", "{farm}:seen", 1, "b")
        assert not await store.assign(old, "w1", [OTHER], "run2")
        assert not await store.requeue(old, KEY, "run1")
        assert not await store.stop(old, KEY, "run1")
        assert not await store.fail(old, KEY, "failed", "It broke.")
        assert await store.expire_tickets(old) == 0
        assert await store.evict(old, 0) == 0
        assert (await store.job(KEY)).state is JobState.RUNNING
        assert await store.requeue(new, KEY, "run1")
        assert await store.assign(new, "w1", [OTHER], "run2")

    play(valkey, story)


def test_an_epoch_comes_once_even_if_the_server_forgets_all(valkey):
    async def story(store):
        first = await store.lead("a")
        command(valkey, "FLUSHALL")
        second = await store.lead("b")
        assert second > first
        assert not await store.assign(first, "w1", [KEY], "run1")

    play(valkey, story)


def test_lost_tenants_are_restored_once_and_not_over_newer_ones(valkey):
    async def story(store):
        old = await store.lead("a")
        assert await store.kept_tenants() is None
        assert await store.restore_tenants(old, {})
        await store.put_tenant("studio", b"1")
        copy = await store.kept_tenants()
        assert copy == {"studio": b"1"}
        assert not await store.restore_tenants(old, {"removed": b"1"})
        command(valkey, "FLUSHALL")
        assert await store.kept_tenants() is None
        assert not await store.has_tenants()
        new = await store.lead("b")
        assert not await store.restore_tenants(old, copy)
        await store.put_tenant("other", b"2")
        assert await store.restore_tenants(new, copy | {"other": b"1"})
        assert await store.kept_tenants() == {"studio": b"1", "other": b"2"}
        await store.drop_tenant("studio")
        assert not await store.restore_tenants(new, copy)
        assert await store.tenants() == {"other": b"2"}

    play(valkey, story)


def test_after_flushall_all_goes_on_with_nothing(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        _, place = await store.open_jobs()
        command(valkey, "FLUSHALL")
        assert await store.lead("brain") != epoch
        assert await store.job_of(f"ticket of {KEY}") is None
        assert (await store.open_jobs())[0] == []
        assert await store.events(place, 0.01) == ([], True)
        assert await store.workers() == []
        await store.submit(ask(OTHER), "b")
        events, is_trimmed = await store.events(place, 0.01)
        assert [event.key for event in events] == ["", OTHER][-len(events) :]
        assert is_trimmed

    play(valkey, story)


def test_a_server_whose_clock_is_an_hour_behind_takes_over(valkey):
    async def story(store):
        old = await running(store, KEY)
        await store.beat(WorkerView("w2", "faces"))
        # The lease and the heartbeats as the server before left them.
        command(valkey, "SET", "{farm}:leader", "a brain that is gone", "PX", 3_600_000)
        command(valkey, "ZINCRBY", "{farm}:ws", 3600, "w2")
        new = await store.lead("next brain")
        assert new > old
        assert await store.lead("third brain") is None
        assert [worker.id for worker in await store.workers()] == ["w1"]

    play(valkey, story)


def test_no_clock_but_the_servers_counts(valkey, monkeypatch):
    async def story(store):
        ours = time.time()
        monkeypatch.setattr(time, "time", lambda: ours + 3600)
        epoch = await running(store, KEY)
        assert await store.lead("brain") == epoch
        assert len(await store.workers()) == 1
        monkeypatch.setattr(time, "time", lambda: ours - 3600)
        assert await store.lead("brain") == epoch
        assert len(await store.workers()) == 1
        assert abs((await store.job(KEY)).begun_at - ours) < 600

    play(valkey, story)


def test_functions_that_the_server_lost_are_loaded_again(valkey):
    async def story(store):
        command(valkey, "FUNCTION", "FLUSH")
        assert (await store.submit(ask(), "a")).state is JobState.WAITING

    play(valkey, story)


def test_a_new_brain_reads_what_is_open_and_then_what_comes(valkey):
    async def story(store):
        await running(store, key_of(0))
        for number in range(1, 1200):
            await store.submit(ask(key_of(number)), str(number))
        await store.leave("7")
        jobs, place = await store.open_jobs()
        assert sorted(job.key for job in jobs) == [key_of(n) for n in range(1200) if n != 7]
        assert await store.events(place, 0.01) == ([], False)
        await store.leave("8")
        events, is_trimmed = await store.events(place, 0.01)
        assert [event.key for event in events] == [key_of(8)]
        assert not is_trimmed

    play(valkey, story)


def test_events_come_to_one_who_waits(valkey):
    async def story(store):
        waiting = asyncio.create_task(store.events("0-0", 2.0))
        async with opened(valkey) as other:
            await other.submit(ask(), "a")
        events, _ = await waiting
        assert [event.key for event in events] == [KEY]

    play(valkey, story)


def test_a_brain_that_is_too_far_behind_notices(valkey):
    async def story(store):
        await store.submit(ask(), "a")
        _, place = await store.open_jobs()
        for number in range(5):
            await store.submit(ask(key_of(10 + number)), str(number))
        command(valkey, "XTRIM", "{farm}:ev", "MAXLEN", 3)
        events, is_trimmed = await store.events(place, 0.01)
        assert len(events) == 3
        assert is_trimmed
        assert not (await store.events(events[0].id, 0.01))[1]

    play(valkey, story)
