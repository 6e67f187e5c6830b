"""How many clips a service makes at once holds for all who ask it."""

import asyncio
import gc
import threading
from contextlib import contextmanager, suppress
from weakref import ref

import pytest
from npc_video.backends.failover import FailoverBackend
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.job_slots import JobSlots, slots_of
from npc_video.backends.pool.backend import BackendPool
from npc_video.generation.events import ClipReady, Failed
from npc_video.manager import VideoGenerationManager
from npc_video.records import VideoGenerationConfig, VideoParams

from tests.harness.waiting import until

from .contract import video
from .serving import answer, serving

DEADLINE = 20.0


class SlowService:
    """Holds each POST until the test lets it go on, and knows how many there were at once."""

    def __init__(self):
        self.asked = []
        self.now = self.most = 0
        self.is_open = threading.Event()

    async def __call__(self, question):
        if question.method != "POST":
            return answer()
        self.asked.append(question.json["npc_id"])
        self.now += 1
        self.most = max(self.most, self.now)
        gone = asyncio.ensure_future(question.reader.read(1))
        try:
            await asyncio.wait_for(until(lambda: self.is_open.is_set() or gone.done()), DEADLINE)
            await asyncio.sleep(0.02)
        finally:
            self.now -= 1
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
        return answer(body=video(), media_type="video/webm", connection="close")


@contextmanager
def running(service):
    """The address of a service that runs on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    context = serving(service)
    try:
        yield asyncio.run_coroutine_threadsafe(context.__aenter__(), loop).result(DEADLINE).url
    finally:
        service.is_open.set()
        leaving = context.__aexit__(None, None, None)
        asyncio.run_coroutine_threadsafe(leaving, loop).result(DEADLINE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(DEADLINE)
        loop.close()


WRAPPED = {
    "alone": lambda url, slots: HttpBackend(url, slots=slots),
    "pool": lambda url, slots: BackendPool({"a": HttpBackend(url, slots=slots)}),
    "failover": lambda url, slots: FailoverBackend(None, HttpBackend(url, slots=slots)),
}


@contextmanager
def managers(url, *kinds, slots=1):
    made = []
    for kind in kinds:
        config = VideoGenerationConfig(preset="realtime", predictive=False, progressive=False)
        made.append(VideoGenerationManager(config, WRAPPED[kind](url, slots)))
    try:
        yield made
    finally:
        for manager in made:
            manager.close()


def ended(manager):
    return any(isinstance(event, ClipReady | Failed) for event in manager.poll())


def have_come(*which):
    """Whether each of these managers has brought its clip."""
    left = list(which)

    def look():
        left[:] = [manager for manager in left if not ended(manager)]
        return not left

    return look


def wait(condition):
    asyncio.run(until(condition, DEADLINE))


@pytest.mark.parametrize("kind", WRAPPED)
@pytest.mark.parametrize("slots", [1, 2])
def test_a_service_has_no_more_jobs_than_slots_whoever_asks(kind, slots):
    service = SlowService()
    with running(service) as url, managers(url, "alone", kind, "alone", slots=slots) as made:
        for number, manager in enumerate(made):
            manager.request(VideoParams(npc_id=f"npc{number}"))
        wait(lambda: len(service.asked) == slots)
        service.is_open.set()
        wait(have_come(*made))
    assert len(service.asked) == 3
    assert service.most == slots


def test_a_service_is_one_in_a_pool_as_well():
    service = SlowService()
    with running(service) as url:
        pool = BackendPool({"a": HttpBackend(url), "b": HttpBackend(url)})
        config = VideoGenerationConfig(preset="realtime", predictive=False, progressive=False)
        manager = VideoGenerationManager(config, pool)
        manager.request(VideoParams(npc_id="one"))
        manager.request(VideoParams(npc_id="two"))
        wait(lambda: service.asked)
        service.is_open.set()
        wait(lambda: len(service.asked) == 2 and service.now == 0)
        manager.close()
    assert service.most == 1


@pytest.mark.parametrize("ends", ["cancel", "close"])
def test_what_is_given_up_gives_its_turn_back(ends):
    service = SlowService()
    with running(service) as url, managers(url, "alone", "alone") as (first, second):
        params = VideoParams(npc_id="first")
        first.request(params)
        wait(lambda: service.asked == ["first"])
        second.request(VideoParams(npc_id="second"))
        if ends == "cancel":
            first.cancel(params)
        else:
            first.close()
        wait(lambda: service.asked == ["first", "second"])
        service.is_open.set()
        wait(have_come(second))


def test_who_waits_may_go_away():
    service = SlowService()
    with running(service) as url, managers(url, "alone", "alone", "alone") as made:
        for number, manager in enumerate(made):
            manager.request(VideoParams(npc_id=f"npc{number}"))
            if number == 0:
                wait(lambda: service.asked)
        made[1].close()
        service.is_open.set()
        wait(have_come(made[0], made[2]))
    assert service.asked == ["npc0", "npc2"]


async def hold(slots, order, name, is_urgent=True, max_jobs=1):
    async with slots.take(max_jobs, is_urgent=is_urgent):
        order.append(name)
        await asyncio.sleep(0)


def test_what_somebody_waits_for_goes_first_and_else_who_came_first():
    async def test():
        slots, order = JobSlots(), []
        await asyncio.gather(
            hold(slots, order, "begun", is_urgent=False),
            hold(slots, order, "ahead", is_urgent=False),
            hold(slots, order, "first"),
            hold(slots, order, "second"),
        )
        return order

    assert asyncio.run(test()) == ["begun", "first", "second", "ahead"]


async def begun_at_once(jobs):
    """Those that begin while nobody is done."""
    slots, order, go_on = JobSlots(), [], asyncio.Event()

    async def keep(name, is_urgent, max_jobs):
        async with slots.take(max_jobs, is_urgent=is_urgent):
            order.append(name)
            await go_on.wait()

    tasks = [asyncio.ensure_future(keep(*job)) for job in jobs]
    for _ in range(10):
        await asyncio.sleep(0)
    at_once = list(order)
    tasks[2].cancel()
    go_on.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    return at_once, order


def test_who_may_have_more_jobs_at_a_service_waits_for_none_and_counts_for_the_others():
    jobs = [(name, False, 2) for name in "abcd"] + [(name, True, 99) for name in "xy"]
    at_once, order = asyncio.run(begun_at_once(jobs))
    assert sorted(at_once) == ["a", "b", "x", "y"]
    # The third was given up while it waited, and holds up nobody.
    assert order[4:] == ["d"]


def test_a_slot_of_a_thread_that_has_ended_is_another_ones():
    slots, order = JobSlots(), []
    loop = asyncio.new_event_loop()
    hers = slots.take(1, is_urgent=True)
    loop.run_until_complete(hers.__aenter__())
    waiting = loop.create_task(hold(slots, order, "never"))
    loop.run_until_complete(asyncio.sleep(0))

    async def test():
        mine = asyncio.ensure_future(hold(slots, order, "mine"))
        await asyncio.sleep(0)
        loop.close()
        await hers.__aexit__(None, None, None)
        await asyncio.wait_for(mine, DEADLINE)

    asyncio.run(test())
    assert order == ["mine"]
    waiting._log_destroy_pending = False


def test_services_are_told_apart_and_forgotten():
    one = slots_of("one")
    assert slots_of("one") is one
    assert slots_of("two") is not one
    alive = ref(one)
    del one
    gc.collect()
    assert alive() is None
