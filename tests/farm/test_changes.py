"""The one subscription of a process."""

import asyncio

from tests.farm.stories import ENTRY, KEY, ask, command, opened, play, running
from tests.harness.waiting import until


def test_a_listener_hears_of_each_change(valkey):
    async def story(store):
        changes = store.changes()
        assert await anext(changes) == ""
        async with opened(valkey) as other:
            epoch = await running(other, KEY)
            await other.progress(KEY, "run1", 0.5)
            await other.part(KEY, "run1", 0, b"data", "video/webm")
            await other.requeue(epoch, KEY, "run1")
            await other.assign(epoch, "w1", [KEY], "run2")
            await other.finish(KEY, "run2", ENTRY)
        for _ in range(6):
            assert await anext(changes) == KEY
        await changes.aclose()

    play(valkey, story)


def test_a_listener_whose_connection_breaks_hears_that_it_may_have_missed_some(valkey):
    async def story(store):
        changes = store.changes()
        assert await anext(changes) == ""
        waiting = asyncio.create_task(anext(changes))

        async def is_subscribed():
            return command(valkey, "PUBSUB", "NUMSUB", "{farm}:changes")[1] == 1

        await until(is_subscribed)
        command(valkey, "CLIENT", "KILL", "TYPE", "PUBSUB")
        assert await waiting == ""
        await store.submit(ask(), "a")
        await store.leave("a")
        assert await anext(changes) == KEY
        await changes.aclose()

    play(valkey, story)
