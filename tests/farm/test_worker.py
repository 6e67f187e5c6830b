"""A worker with a backend that follows a script, between a store and a folder of clips."""

import asyncio
import time
from base64 import b64encode
from dataclasses import replace

import pytest
from npc_video.backends.base import Capabilities, ClipPart
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.errors import (
    GenerationFailedError,
    GenerationRefusedError,
    GeneratorUnreachableError,
)
from npc_video.records import Purpose
from npc_video_farm.jobs import JobState, WorkerState
from npc_video_farm.store.clips import ClipStore
from npc_video_farm.worker.worker import FarmWorker

from tests.farm.stories import KEY, OTHER, ask, key_of, play
from tests.harness.waiting import until

PNG = b"\x89PNG\r\n\x1a\n"
ENDLESS = Script(ends=False, progress=(0.5,))


def tell(
    valkey, tmp_path, story, *scripts, capabilities=None, leave=0.0, kind=ScriptedBackend, **options
):
    """Runs `story(stage)` with a worker that works."""
    backend = kind(*scripts, capabilities=capabilities, **options)

    async def whole(store):
        clips = ClipStore.open(str(tmp_path / "clips"))
        worker = FarmWorker(valkey.url, store, clips, backend, "faces")
        task = asyncio.create_task(worker.work())
        stage = Stage(store, clips, backend, worker, task)
        try:
            await stage.is_idle()
            await story(stage)
        finally:
            worker.leave(leave)
            await task
        assert backend.is_closed

    play(valkey, whole)


class Stage:
    def __init__(self, store, clips, backend, worker, task):
        self.store, self.clips, self.backend = store, clips, backend
        self.worker, self.task = worker, task

    async def view(self):
        return next((each for each in await self.store.workers()), None)

    async def is_in(self, state):
        async def reached():
            view = await self.view()
            return view is not None and view.state is state

        await until(reached)

    async def is_idle(self):
        await self.is_in(WorkerState.IDLE)

    async def assign(self, *keys, token="run1", **about):
        self.epoch = await self.store.lead("brain")
        for key in keys:
            await self.store.submit(ask(key, **about), f"ticket of {key}")
        assert await self.store.assign(self.epoch, self.worker.id, keys, token)

    async def job_in(self, state, key=KEY):
        async def reached():
            job = await self.store.job(key)
            return job if job.state is state else None

        return await until(reached)

    async def has_begun(self, count=1):
        async def reached():
            return len(self.backend.begun) >= count

        await until(reached)

    async def promoted(self):
        return self.backend.promoted


def test_it_hands_in_the_clip(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        job = await stage.job_in(JobState.DONE)
        entry = await stage.store.clip(KEY)
        assert job.clip == entry.digest
        assert await stage.clips.get(entry.digest) == stage.backend.default.data
        assert (entry.media_type, entry.preset, entry.pinned) == ("video/webm", "", False)
        await stage.is_idle()
        assert (await stage.view()).model == "lora"

    tell(valkey, tmp_path, story)


def test_it_fetches_the_picture(valkey, tmp_path):
    async def story(stage):
        picture = await stage.clips.put(b"data:image/png;base64," + b64encode(PNG))
        await stage.assign(KEY, picture=picture)
        await stage.job_in(JobState.DONE)
        assert stage.backend.begun[0].image.data == PNG

    tell(valkey, tmp_path, story)


def test_a_picture_that_is_gone_makes_the_game_send_it_again(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY, picture="0" * 64)
        job = await stage.job_in(JobState.FAILED)
        assert (job.error_kind, stage.backend.begun) == ("unavailable", [])
        await stage.is_idle()

    tell(valkey, tmp_path, story)


@pytest.mark.parametrize("pinned", [True, False])
def test_a_clip_made_in_idle_time_is_kept_for_ever_only_for_a_baker(valkey, tmp_path, pinned):
    async def story(stage):
        await stage.assign(KEY, purpose=Purpose.BAKE, pinned=pinned)
        await stage.job_in(JobState.DONE)
        assert (await stage.store.clip(KEY)).pinned == pinned

    tell(valkey, tmp_path, story)


def test_it_tells_the_progress_and_the_clip_while_it_is_made(valkey, tmp_path):
    early = (ClipPart(b"abc", "video/webm"), ClipPart(b"def", "video/webm"))

    async def story(stage):
        await stage.assign(KEY)

        async def told():
            job = await stage.store.job(KEY)
            parts = await stage.store.parts(KEY, "run1")
            data = b"".join(part.data for part in parts)
            return job.progress == 0.5 and data == b"abcdef"

        await until(told)
        assert (await stage.view()).state is WorkerState.BUSY

    tell(valkey, tmp_path, story, Script(progress=(0.25, 0.5), early=early, ends=False))


def test_the_deadline_of_the_player_goes_with_the_request(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY, due_in=30.0)
        await stage.job_in(JobState.DONE)
        assert 0.0 < stage.backend.begun[0].deadline <= 30.0
        assert stage.backend.begun[0].is_urgent

    tell(valkey, tmp_path, story)


def test_what_is_not_wanted_is_stopped(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        await stage.store.leave(f"ticket of {KEY}")

        async def stopped():
            return stage.backend.cancelled

        await until(stopped)
        await stage.is_idle()

    tell(valkey, tmp_path, story, ENDLESS)


def test_a_cancel_reaches_the_generator(valkey, tmp_path):
    took = []

    async def story(stage):
        for number in range(50):
            key = key_of(number)
            await stage.assign(key, token=f"run{number}")
            await stage.has_begun(number + 1)
            began = time.perf_counter()
            await stage.store.leave(f"ticket of {key}")
            await until(lambda count=number + 1: cancelled(stage, count))
            took.append(time.perf_counter() - began)

    async def cancelled(stage, count):
        return len(stage.backend.cancelled) == count

    tell(valkey, tmp_path, story, *[ENDLESS] * 50)
    print(f"From a cancel to the generator: p95 {1000 * sorted(took)[47]:.0f} ms.")


async def promote_the_ticket(store):
    assert await store.promote(f"ticket of {KEY}", Purpose.URGENT, 30.0)


async def join(store):
    await store.submit(ask(KEY, due_in=30.0), "of a player")


@pytest.mark.parametrize("raise_purpose", [promote_the_ticket, join])
@pytest.mark.parametrize("purpose", [Purpose.BAKE, Purpose.SPECULATION, Purpose.UPGRADE])
def test_the_generator_hears_that_a_player_waits_now(valkey, tmp_path, purpose, raise_purpose):
    async def story(stage):
        await stage.assign(KEY, purpose=purpose)
        await stage.has_begun()
        (begun,) = stage.backend.begun
        assert begun.purpose is purpose
        await raise_purpose(stage.store)
        (promoted,) = await until(stage.promoted)
        assert 0.0 < promoted.deadline <= 30.0
        assert promoted == replace(begun, purpose=Purpose.URGENT, deadline=promoted.deadline)

    tell(valkey, tmp_path, story, ENDLESS)


def test_of_a_batch_the_generator_hears_which_clip_a_player_waits_for(valkey, tmp_path):
    async def story(stage):
        for key, seed in ((KEY, 1), (OTHER, 2)):
            body = f'{{"seed": {seed}}}'.encode()
            await stage.store.submit(ask(key, Purpose.BAKE, body=body), f"ticket of {key}")
        await stage.assign(OTHER, KEY, purpose=Purpose.BAKE)
        await stage.has_begun()
        await promote_the_ticket(stage.store)
        (promoted,) = await until(stage.promoted)
        assert promoted.params.seed == 1

    tell(valkey, tmp_path, story, ENDLESS, capabilities=Capabilities(batch=4))


def test_what_begins_with_the_higher_purpose_is_not_promoted(valkey, tmp_path):
    async def story(stage):
        await stage.assign(OTHER, purpose=Purpose.SPECULATION)
        await stage.has_begun()
        await stage.assign(KEY, token="run2", purpose=Purpose.SPECULATION)  # waits for the slot
        await promote_the_ticket(stage.store)
        await stage.store.leave(f"ticket of {OTHER}")
        await stage.has_begun(2)
        assert stage.backend.begun[1].is_urgent
        await stage.store.leave(f"ticket of {KEY}")
        await stage.is_idle()
        assert not stage.backend.promoted

    tell(valkey, tmp_path, story, ENDLESS, ENDLESS)


def test_a_less_urgent_request_for_the_same_clip_is_no_news(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY, purpose=Purpose.UPGRADE)
        await stage.has_begun()
        await stage.store.submit(ask(KEY, Purpose.BAKE), "of a baker")
        await promote_the_ticket(stage.store)
        await until(stage.promoted)
        await stage.store.promote(f"ticket of {KEY}", Purpose.SPECULATION, None)
        await stage.store.leave(f"ticket of {KEY}")
        await stage.store.leave("of a baker")
        await stage.is_idle()
        assert len(stage.backend.promoted) == 1

    tell(valkey, tmp_path, story, ENDLESS)


def test_a_generator_that_breaks_when_a_clip_is_promoted_makes_it(valkey, tmp_path, caplog):
    class Fragile(ScriptedBackend):
        async def promote(self, request):
            self.promoted.append(request)
            raise RuntimeError("As the test says.")

    async def story(stage):
        await stage.assign(KEY, purpose=Purpose.BAKE)
        await stage.has_begun()
        await promote_the_ticket(stage.store)
        await until(stage.promoted)
        await stage.job_in(JobState.DONE)
        assert "As the test says." in caplog.text

    tell(valkey, tmp_path, story, Script(seconds=0.5), kind=Fragile)


def test_what_is_stopped_before_it_begins_does_not_begin(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        await stage.assign(OTHER, token="run2")  # waits for the slot
        await stage.store.leave(f"ticket of {OTHER}")
        await stage.store.leave(f"ticket of {KEY}")
        await stage.is_idle()
        assert len(stage.backend.begun) == 1

    tell(valkey, tmp_path, story, ENDLESS)


def test_a_run_that_was_assigned_anew_elsewhere_ends(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        await stage.store.requeue(stage.epoch, KEY, "run1", killed=True)

        async def stopped():
            return stage.backend.cancelled

        await until(stopped)
        assert (await stage.store.job(KEY)).state is JobState.WAITING

    script = Script(seconds=60.0, progress=tuple(number / 1000 for number in range(1000)))
    tell(valkey, tmp_path, story, script)


@pytest.mark.parametrize(
    ("error", "state", "kind"),
    [
        (GenerationRefusedError("No token."), JobState.FAILED, "refused"),
        (GenerationFailedError("Out of memory."), JobState.WAITING, "failed"),
    ],
)
def test_a_failure_is_told(valkey, tmp_path, error, state, kind):
    async def story(stage):
        await stage.assign(KEY)
        await stage.is_idle()
        job = await stage.job_in(state)
        assert (job.error, job.error_kind) == (str(error), kind)

    tell(valkey, tmp_path, story, Script(error=error))


def test_a_request_that_cannot_be_read_fails(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY, body=b'{"promt": ""}')
        job = await stage.job_in(JobState.FAILED)
        assert job.error_kind == "invalid"
        assert "promt" in job.error

    tell(valkey, tmp_path, story)


def test_a_generator_that_is_off_gets_no_more_jobs_until_it_is_back(valkey, tmp_path, monkeypatch):
    monkeypatch.setattr("npc_video_farm.worker.worker._REST_SECONDS", 0.05)

    async def story(stage):
        stage.backend.is_up = False
        await stage.assign(KEY)
        job = await stage.job_in(JobState.WAITING)
        assert job.attempts == 0
        assert (await stage.view()).state is WorkerState.DOWN
        assert (await stage.view()).problem
        stage.backend.is_up = True
        await stage.is_idle()

    tell(valkey, tmp_path, story, Script(error=GeneratorUnreachableError("It is off.")))


def test_loads_of_models_are_counted_when_they_led_to_a_clip(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.job_in(JobState.FAILED)
        for number, model in enumerate("baa", 2):
            await stage.assign(key_of(number), token=f"run{number}", model=model)
            await stage.job_in(JobState.DONE, key_of(number))
        await stage.is_idle()
        assert await stage.store.loads() == {("faces", "b"): 1, ("faces", "a"): 1}

    tell(valkey, tmp_path, story, Script(error=GenerationRefusedError("No.")))


def test_a_batch_is_made_together(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY, OTHER)
        for key in (KEY, OTHER):
            await stage.job_in(JobState.DONE, key)
        assert stage.backend.batches == [2]

    tell(valkey, tmp_path, story, capabilities=Capabilities(batch=4))


def test_the_rest_of_a_batch_goes_on(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY, OTHER)
        await stage.has_begun()
        await stage.store.leave(f"ticket of {OTHER}")
        await stage.job_in(JobState.DONE, KEY)
        assert (await stage.store.job(OTHER)).state is JobState.CANCELLED

    tell(valkey, tmp_path, story, Script(seconds=0.3), capabilities=Capabilities(batch=4))


def test_what_does_not_end_in_time_is_given_back(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        stage.worker.leave(0.0)
        await stage.task
        job = await stage.store.job(KEY)
        assert (job.state, job.attempts, job.kills) == (JobState.WAITING, 0, 0)
        assert not await stage.store.workers()

    tell(valkey, tmp_path, story, ENDLESS)


def test_what_ends_in_time_is_handed_in(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        stage.worker.leave(20.0)
        await stage.task
        assert (await stage.store.job(KEY)).state is JobState.DONE

    tell(valkey, tmp_path, story, Script(seconds=0.2))


def test_what_costs_money_is_neither_stopped_nor_begun_again(valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        await stage.store.leave(f"ticket of {KEY}")
        await stage.job_in(JobState.DONE)
        assert not stage.backend.cancelled
        await stage.assign(OTHER, token="run2")
        await stage.has_begun(2)
        stage.worker.leave(0.0)
        await stage.task
        job = await stage.store.job(OTHER)
        assert job.state is JobState.FAILED
        assert "money" in job.error

    paid = Capabilities(finish_started=True)
    tell(valkey, tmp_path, story, Script(seconds=0.2), ENDLESS, capabilities=paid)


def test_a_clip_is_not_lost_while_the_store_is_away(own_valkey, tmp_path):
    async def story(stage):
        await stage.assign(KEY)
        await stage.has_begun()
        await asyncio.sleep(0)
        own_valkey.kill()

        async def ended():
            return stage.backend.ended

        await until(ended)
        own_valkey.start()
        await stage.job_in(JobState.DONE)

    tell(own_valkey, tmp_path, story, Script(seconds=1.5))
