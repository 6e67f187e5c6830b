"""Tickets: who waits for a job, how much it is worth to them, and what happens when they go."""

import pytest
from npc_video.records import Purpose
from npc_video_farm.jobs import EventKind, JobState, Order

from tests.farm.stories import ENTRY, KEY, OTHER, ask, command, play, running


async def kinds(store):
    return [event.kind for event in (await store.events("0-0", 0.01))[0]]


def test_an_ask_becomes_a_job_that_waits(valkey):
    async def story(store):
        before = await store.now()
        job = await store.submit(ask(due_in=3.0, body=b'{"seed": 1}'), "a")
        assert job == await store.job(KEY) == await store.job_of("a")
        assert job.state is JobState.WAITING
        assert before <= job.asked_at <= await store.now()
        assert job.due_at == pytest.approx(job.asked_at + 3.0, abs=1e-5)
        assert (job.purpose, job.tenants) == (Purpose.URGENT, ("studio",))
        assert (job.generator, job.model, job.preset, job.seconds) == ("faces", "lora", "fast", 4.0)
        (event,), _ = await store.events("0-0", 0.01)
        assert (event.kind, event.key, event.job) == (EventKind.ASK, KEY, job)
        assert await store.waiting("studio") == 1

    play(valkey, story)


def test_the_same_ticket_changes_nothing(valkey):
    async def story(store):
        first = await store.submit(ask(), "a")
        assert await store.submit(ask(), "a") == first
        assert await store.submit(ask(OTHER), "a") == first
        assert await store.job(OTHER) is None
        assert await kinds(store) == [EventKind.ASK]
        assert await store.waiting("studio") == 1

    play(valkey, story)


def test_equal_asks_share_a_job(valkey):
    async def story(store):
        first = await store.submit(ask(tenant="b"), "b")
        second = await store.submit(ask(tenant="a"), "a")
        assert second.asked_at == first.asked_at
        assert second.tenants == ("b", "a")
        assert len((await store.open_jobs())[0]) == 1
        assert await kinds(store) == [EventKind.ASK]
        assert (await store.counts())["joined"] == 1

    play(valkey, story)


def test_a_job_is_worth_what_its_most_valuable_ticket_is(valkey):
    async def story(store):
        async def worth():
            job = await store.job(KEY)
            return job.purpose, job.due_at and round(job.due_at - job.asked_at)

        await store.submit(ask(purpose=Purpose.BAKE), "bake")
        await store.submit(ask(purpose=Purpose.SPECULATION, due_in=9.0), "guess")
        assert await worth() == (Purpose.SPECULATION, 9)
        await store.submit(ask(due_in=20.0), "late")
        await store.submit(ask(due_in=5.0), "soon")
        assert await worth() == (Purpose.URGENT, 5)
        assert await store.leave("soon")
        assert await worth() == (Purpose.URGENT, 5)  # another may have asked for that time too
        assert await store.leave("late")
        assert await worth() == (Purpose.SPECULATION, 9)
        assert await store.promote("bake", Purpose.UPGRADE, 7.0)
        assert await worth() == (Purpose.UPGRADE, 7)
        assert await store.leave("bake")
        assert await store.leave("guess")
        assert (await store.job(KEY)).state is JobState.CANCELLED
        told = await kinds(store)
        assert told == [EventKind.ASK, *[EventKind.PROMOTE] * 6, EventKind.LEAVE]

    play(valkey, story)


def test_an_unknown_ticket_and_one_of_an_ended_job_change_nothing(valkey):
    async def story(store):
        assert not await store.promote("nobody", Purpose.URGENT, 1.0)
        assert not await store.leave("nobody")
        assert await store.job_of("nobody") is None
        await running(store, KEY)
        await store.submit(ask(), "a")
        assert await store.finish(KEY, "run1", ENTRY)
        assert not await store.promote("a", Purpose.URGENT, 1.0)
        assert await store.leave("a")
        assert (await store.job(KEY)).state is JobState.DONE

    play(valkey, story)


def test_ninety_nine_of_a_hundred_who_leave_do_not_stop_a_job(valkey):
    async def story(store):
        for number in range(100):
            await store.submit(ask(), f"player {number}")
        await running(store, KEY)
        assert await store.leave(f"ticket of {KEY}")
        for number in range(99):
            assert await store.leave(f"player {number}")
        assert (await store.job(KEY)).state is JobState.RUNNING
        assert (await store.orders("w1", 0.01)).kind == "run"
        assert await store.waiting("studio") == 1
        assert await store.leave("player 99")
        assert (await store.job(KEY)).state is JobState.CANCELLED
        assert await store.orders("w1", 0.01) == Order("stop", (KEY,), "run1")
        assert await store.waiting("studio") == 0

    play(valkey, story)


def test_who_is_charged_is_one_who_waits(valkey):
    async def story(store):
        await store.submit(ask(tenant="a"), "a")
        await store.submit(ask(tenant="b"), "b")
        await store.leave("a")
        assert (await store.job(KEY)).tenants == ("b",)
        events, _ = await store.events("0-0", 0.01)
        assert events[-1].kind is EventKind.PROMOTE
        assert events[-1].job.tenants == ("b",)

    play(valkey, story)


def test_a_cancelled_job_begins_anew(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        await store.leave(f"ticket of {KEY}")
        again = await store.submit(ask(), "b")
        assert again.state is JobState.WAITING
        assert again.token == ""
        assert not await store.finish(KEY, "run1", ENTRY)
        assert await store.assign(epoch, "w1", [KEY], "run2")
        assert (await store.begin(KEY, "run2")).body == b"{}"

    play(valkey, story)


def test_a_ticket_of_an_earlier_run_does_not_count(valkey):
    async def story(store):
        await running(store, KEY)
        await store.submit(ask(), "early")
        await store.fail_run(KEY, "run1", "failed", "It broke.", may_retry=False)
        assert (await store.job_of("early")).error == "It broke."
        await store.submit(ask(), "late")
        await store.leave("early")
        assert (await store.job(KEY)).state is JobState.WAITING
        await store.leave("late")
        assert (await store.job(KEY)).state is JobState.CANCELLED

    play(valkey, story)


def test_a_done_job_is_joined_while_its_clip_is_there(valkey):
    async def story(store):
        await running(store, KEY)
        await store.finish(KEY, "run1", ENTRY)
        assert (await store.submit(ask(), "b")).clip == ENTRY.digest
        await store.forget(KEY, ENTRY.digest)
        assert (await store.submit(ask(), "c")).state is JobState.WAITING

    play(valkey, story)


def test_what_took_two_workers_with_it_stays_failed_for_a_while(valkey):
    async def story(store):
        for number in (1, 2):
            epoch = await running(store, KEY, worker=f"w{number}", token=f"run{number}")
            assert await store.requeue(epoch, KEY, f"run{number}", killed=True)
        assert await store.fail(epoch, KEY, "failed", "Two workers died of it.")
        job = await store.submit(ask(), "b")
        assert (job.state, job.error) == (JobState.FAILED, "Two workers died of it.")

    play(valkey, story)


def test_a_ticket_that_nobody_polls_leaves(valkey):
    async def story(store):
        await store.submit(ask(), "gone")
        await store.submit(ask(OTHER), "here")
        command(valkey, "ZADD", "{farm}:seen", 1, "gone")
        command(valkey, "ZADD", "{farm}:seen", 1, "here")
        assert await store.job_of("here")
        epoch = await store.lead("brain")
        assert await store.expire_tickets(epoch) == 0  # the brain is new: nobody could poll
        command(valkey, "SET", "{farm}:led_since", 1)
        assert await store.expire_tickets(epoch) == 1
        assert (await store.job(KEY)).state is JobState.CANCELLED
        assert (await store.job(OTHER)).state is JobState.WAITING
        assert await store.job_of("gone") is None

    play(valkey, story)


def test_a_ticket_of_an_ended_job_stays_until_it_was_read(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        await store.finish(KEY, "run1", ENTRY)
        command(valkey, "ZADD", "{farm}:seen", 1, f"ticket of {KEY}")
        command(valkey, "SET", "{farm}:led_since", 1)
        assert await store.expire_tickets(epoch) == 0
        assert (await store.job_of(f"ticket of {KEY}")).state is JobState.DONE

    play(valkey, story)
