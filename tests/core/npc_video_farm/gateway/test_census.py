import asyncio

import pytest
from npc_video_farm.gateway.census import Census
from npc_video_farm.jobs import WorkerView


class SlowStore:
    """Tells of a worker, and stops before it tells whether there is a brain."""

    def __init__(self):
        self.told, self.go_on = asyncio.Event(), asyncio.Event()
        self.found = [WorkerView("w1", "g", "first")]

    async def now(self):
        return 0.0

    async def workers(self):
        return self.found

    async def has_leader(self):
        self.told.set()
        await self.go_on.wait()
        return True

    async def counts(self):
        return {}

    used = loads = counts

    async def figures(self):
        return None


@pytest.mark.parametrize(
    ("chosen", "first"), [("", "faces"), ("g", "g"), ("faces", "faces"), ("gone", "gone")]
)
def test_the_first_generator_is_the_chosen_one_also_without_a_worker(chosen, first):
    async def story():
        store = SlowStore()
        store.go_on.set()
        store.found.append(WorkerView("w2", "faces", "second"))
        census = Census(store, chosen)
        assert census.first == chosen
        await census.read()
        assert census.first == first

    asyncio.run(story())


def test_a_worker_that_is_read_just_now_is_seen_as_a_whole_or_not_at_all():
    async def story():
        store = SlowStore()
        store.go_on.set()
        census = Census(store)
        await census.read()
        census.is_away = False
        store.found = [*store.found, WorkerView("w2", "faces", "second")]
        store.told.clear()
        store.go_on.clear()
        reading = asyncio.create_task(census.read())
        await store.told.wait()
        assert census.generator_for("") == ("g", "first")
        store.go_on.set()
        await reading
        assert census.generator_for("") == ("faces", "second")

    asyncio.run(story())
