"""Runs: a job on a worker, and all its ends; whoever lost it is refused."""

import pytest
from npc_video_farm.jobs import EventKind, JobState, Order, WorkerState, WorkerView
from npc_video_farm.store.valkey import PAID_RUN_LOST

from tests.farm.stories import ENTRY, KEY, OTHER, ask, command, play, running


async def last_event(store):
    return (await store.events("0-0", 0.01))[0][-1]


def test_a_run_from_order_to_clip(valkey):
    async def story(store):
        await running(store, KEY)
        assert await store.orders("w1", 0.01) == Order("run", (KEY,), "run1")
        assert await store.orders("w1", 0.01) is None
        job = await store.begin(KEY, "run1")
        assert (job.state, job.worker, job.body) == (JobState.RUNNING, "w1", b"{}")
        assert await store.progress(KEY, "run1", 0.25)
        assert (await store.job(KEY)).progress == 0.25
        assert await store.finish(KEY, "run1", ENTRY)
        done = await store.job(KEY)
        assert (done.state, done.clip, done.generated) == (JobState.DONE, ENTRY.digest, 2.5)
        assert (done.progress, done.body) == (1.0, b"")
        assert done.asked_at <= done.begun_at <= done.ended_at
        assert await store.clip(KEY) == ENTRY
        assert await store.open_jobs() == ([], (await last_event(store)).id)
        event = await last_event(store)
        assert (event.kind, event.job, event.worker) == (EventKind.END, done, "w1")
        assert event.used == pytest.approx(done.ended_at - done.begun_at, abs=1e-5)
        assert await store.used_today("studio") == pytest.approx(event.used, abs=1e-5)

    play(valkey, story)


def test_an_order_is_read_again_by_a_worker_that_lost_its_connection(valkey):
    async def story(store):
        await running(store, KEY)
        assert await store.orders("w1", 0.01)
        store._read.clear()  # as if the reply had not arrived
        assert await store.orders("w1", 0.01) == Order("run", (KEY,), "run1")

    play(valkey, story)


def test_a_late_finish_is_refused(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        assert await store.requeue(epoch, KEY, "run1", killed=True)
        assert not await store.finish(KEY, "run1", ENTRY)
        assert await store.assign(epoch, "w1", [KEY], "run2")
        for refused in (
            store.begin(KEY, "run1"),
            store.progress(KEY, "run1", 0.5),
            store.part(KEY, "run1", 0, b"data", "video/webm"),
            store.finish(KEY, "run1", ENTRY),
            store.fail_run(KEY, "run1", "failed", "It broke.", may_retry=False),
            store.give_back(KEY, "run1"),
            store.requeue(epoch, KEY, "run1"),
            store.stop(epoch, KEY, "run1"),
        ):
            assert not await refused
        assert await store.finish(KEY, "run2", ENTRY)
        assert (await store.counts())["late_finishes"] == 2

    play(valkey, story)


def test_a_job_is_given_away_once(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        await store.beat(WorkerView("w2", "faces"))
        assert not await store.assign(epoch, "w2", [KEY], "run2")
        await store.submit(ask(OTHER), "b")
        assert not await store.assign(epoch, "w2", [OTHER, KEY], "run2")
        assert (await store.job(OTHER)).state is JobState.WAITING
        assert not await store.assign(epoch, "nobody", [OTHER], "run2")
        await store.leave("b")
        assert not await store.assign(epoch, "w2", [OTHER], "run2")

    play(valkey, story)


def test_a_job_that_came_back_before_its_worker_was_lost_was_not_killed(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        assert await store.give_back(KEY, "run1")
        assert not await store.requeue(epoch, KEY, "run1", killed=True)
        job = await store.job(KEY)
        assert (job.state, job.kills) == (JobState.WAITING, 0)

    play(valkey, story)


@pytest.mark.parametrize(
    ("options", "counts"),
    [({}, (0, 0)), ({"killed": True}, (1, 0)), ({"displaced": True}, (0, 1))],
)
def test_a_run_that_is_taken_back_is_counted_as_what_it_was(valkey, options, counts):
    async def story(store):
        epoch = await running(store, KEY)
        await store.progress(KEY, "run1", 0.5)
        assert await store.requeue(epoch, KEY, "run1", **options)
        assert await store.requeue(epoch, KEY, "run1", **options)  # the reply got lost
        job = await store.job(KEY)
        assert (job.state, job.progress, job.attempts) == (JobState.WAITING, 0.0, 0)
        assert (job.kills, job.displaced) == counts
        event = await last_event(store)
        assert (event.kind, event.worker) == (EventKind.BACK, "w1")

    play(valkey, story)


def test_a_failed_run_waits_again_or_ends(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        for _ in range(2):
            assert await store.fail_run(KEY, "run1", "unavailable", "Busy.", may_retry=True)
        job = await store.job(KEY)
        assert (job.state, job.attempts, job.error_kind) == (JobState.WAITING, 1, "unavailable")
        assert (await last_event(store)).kind is EventKind.BACK
        await store.assign(epoch, "w1", [KEY], "run2")
        for _ in range(2):
            assert await store.fail_run(KEY, "run2", "refused", "No rights.", may_retry=False)
        job = await store.job(KEY)
        assert (job.state, job.error, job.error_kind) == (JobState.FAILED, "No rights.", "refused")
        event = await last_event(store)
        assert (event.kind, event.worker, event.job) == (EventKind.END, "w1", job)
        assert await store.waiting("studio") == 0

    play(valkey, story)


def test_work_that_is_given_back_is_no_attempt(valkey):
    async def story(store):
        await running(store, KEY)
        for _ in range(2):
            assert await store.give_back(KEY, "run1")
        job = await store.job(KEY)
        assert (job.state, job.attempts, job.kills) == (JobState.WAITING, 0, 0)

    play(valkey, story)


def test_the_brain_stops_a_run_and_fails_a_job(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        assert await store.orders("w1", 0.01)
        assert await store.stop(epoch, KEY, "run1")
        assert await store.orders("w1", 0.01) == Order("stop", (KEY,), "run1")
        assert (await store.job(KEY)).state is JobState.RUNNING
        for _ in range(2):
            assert await store.fail(epoch, KEY, "failed", "Three attempts failed.")
        assert await store.orders("w1", 0.01) == Order("stop", (KEY,), "run1")
        assert not await store.finish(KEY, "run1", ENTRY)
        assert (await store.job(KEY)).error == "Three attempts failed."
        assert not await store.fail(epoch, OTHER, "failed", "It is unknown.")

    play(valkey, story)


def test_a_batch_shares_an_order_and_its_cost(valkey):
    async def story(store):
        await running(store, KEY, OTHER)
        assert await store.orders("w1", 0.01) == Order("run", (KEY, OTHER), "run1")
        command(valkey, "HINCRBYFLOAT", f"{{farm}}:j:{KEY}", "begun", -8)
        await store.finish(KEY, "run1", ENTRY)
        assert (await last_event(store)).used == pytest.approx(4.0, abs=0.5)
        assert (await store.job(OTHER)).state is JobState.RUNNING

    play(valkey, story)


def test_all_runs_of_a_tenant_add_up(valkey):
    async def story(store):
        for number, end in enumerate(("finish", "requeue", "give_back")):
            epoch = await running(store, KEY, OTHER, token=f"run{number}")
            for key in (KEY, OTHER):
                if end == "finish":
                    await store.finish(key, f"run{number}", ENTRY)
                    await store.forget(key, ENTRY.digest)
                elif end == "requeue":
                    await store.requeue(epoch, key, f"run{number}")
                else:
                    await store.give_back(key, f"run{number}")
        events, _ = await store.events("0-0", 0.01)
        assert await store.used() == {
            "studio": pytest.approx(sum(event.used for event in events), abs=1e-4)
        }

    play(valkey, story)


def test_the_names_of_totals_are_limited(valkey):
    async def story(store):
        for number in range(503):
            await store.loaded("faces", f"{number} \n∞")
        await store.loaded("faces", "0 \n∞")
        await store.loaded("bodies", "red")
        loads = await store.loads()
        assert len(loads) == 502
        assert loads["faces", "0 \n∞"] == 2
        assert (loads["faces", "other"], loads["bodies", "other"]) == (3, 1)

    play(valkey, story)


def test_a_repeated_call_does_nothing_twice(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        assert await store.assign(epoch, "w1", [KEY], "run1")
        assert await store.orders("w1", 0.01)
        assert await store.orders("w1", 0.01) is None
        for _ in range(2):
            assert await store.finish(KEY, "run1", ENTRY)
        assert (await store.counts())["bytes"] == ENTRY.bytes
        assert [e.kind for e in (await store.events("0-0", 0.01))[0]].count(EventKind.END) == 1

    play(valkey, story)


def test_what_costs_money_is_made_to_its_end_though_nobody_waits(valkey):
    async def story(store):
        await running(store, KEY)
        assert (await store.begin(KEY, "run1", is_paid=True)).is_paid
        await store.orders("w1", 0.01)
        await store.leave(f"ticket of {KEY}")
        assert await store.orders("w1", 0.01) is None
        assert (await store.job(KEY)).state is JobState.RUNNING
        assert (await store.job(KEY)).tenants == ("studio",)
        assert await store.finish(KEY, "run1", ENTRY)
        assert await store.clip(KEY) == ENTRY
        assert await store.waiting("studio") == 0

    play(valkey, story)


def test_what_costs_money_is_not_sent_again(valkey):
    async def story(store):
        epoch = await running(store, KEY)
        await store.begin(KEY, "run1", is_paid=True)
        assert await store.requeue(epoch, KEY, "run1", killed=True)
        job = await store.job(KEY)
        assert (job.state, job.error, job.kills) == (JobState.FAILED, PAID_RUN_LOST, 1)

    play(valkey, story)


def test_a_paid_run_that_did_not_begin_is_cancelled_if_nobody_waits(valkey):
    async def story(store):
        await running(store, KEY)
        await store.begin(KEY, "run1", is_paid=True)
        await store.leave(f"ticket of {KEY}")
        assert await store.give_back(KEY, "run1")
        assert (await store.job(KEY)).state is JobState.CANCELLED
        event = await last_event(store)
        assert (event.kind, event.worker) == (EventKind.LEAVE, "w1")

    play(valkey, story)


def test_parts_come_in_order_and_once(valkey):
    async def story(store):
        await running(store, KEY)
        pieces = [(0, b"abc"), (3, b"de"), (3, b"de"), (0, b"abc"), (5, b"f")]
        for at, data in pieces:
            assert await store.part(KEY, "run1", at, data, "video/mp4")
        assert not await store.part(KEY, "run1", 9, b"xyz", "video/mp4")
        first, *others = await store.parts(KEY, "run1")
        assert [(p.at, p.data) for p in others] == [(3, b"de"), (5, b"f")]
        assert (first.data, first.media_type) == (b"abc", "video/mp4")
        assert await store.parts(KEY, "run1", first.id) == others
        assert await store.parts(KEY, "run1", others[-1].id) == []
        assert await store.parts(KEY, "run2") == []

    play(valkey, story)


def test_parts_of_a_huge_clip_end_before_they_fill_the_memory(valkey):
    async def story(store):
        await running(store, KEY)
        piece, at = bytes(8 << 20), 0
        while await store.part(KEY, "run1", at, piece, "video/mp4"):
            at += len(piece)
        assert at == 32 << 20

    play(valkey, story)


def test_a_worker_is_there_while_its_heart_beats(valkey):
    async def story(store):
        worker = WorkerView("w1", "faces", "f1", "lora", 2, 4, 9.5, WorkerState.BUSY, True, (KEY,))
        await store.beat(worker)
        await store.beat(worker)
        assert await store.workers() == [worker]
        epoch = await store.lead("brain")
        await store.submit(ask(), "a")
        command(valkey, "ZINCRBY", "{farm}:ws", -2, "w1")
        assert not await store.assign(epoch, "w1", [KEY], "run1")
        assert await store.workers() == []
        await store.beat(worker)
        await store.gone("w1")
        await store.gone("w1")
        assert await store.workers() == []
        told, _ = await store.events("0-0", 0.01)
        assert [e.worker for e in told if e.kind is EventKind.WORKER] == ["w1"] * 3
        assert (await store.counts())["lost_workers"] == 1

    play(valkey, story)
