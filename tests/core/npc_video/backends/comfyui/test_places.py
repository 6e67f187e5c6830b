import asyncio

from npc_video.backends.comfyui.places import Places


def run(test):
    return asyncio.run(asyncio.wait_for(test(Places()), 10.0))


async def take(places, begun, name, go_on, urgent=False):
    async with places.take(is_urgent=urgent) as number:
        begun.append((name, number))
        await go_on.wait()


def test_one_runs_and_one_waits_at_the_server_and_urgent_ones_go_at_once():
    async def test(places):
        begun, go_on = [], asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for name in "abcd":
                tasks.create_task(take(places, begun, name, go_on))
            for name in "xy":
                tasks.create_task(take(places, begun, name, go_on, urgent=True))
            for _ in range(10):
                await asyncio.sleep(0)
            at_the_server = list(begun)
            go_on.set()
        return at_the_server, begun

    at_the_server, begun = run(test)
    assert [name for name, _ in at_the_server] == ["a", "b", "x", "y"]
    numbers = dict(at_the_server)
    assert numbers["a"] is numbers["b"] is None
    # Before all that wait there, and in their own order.
    assert numbers["x"] < numbers["y"] < 0
    assert [name for name, _ in begun] == ["a", "b", "x", "y", "c", "d"]


def test_one_that_is_given_up_while_it_waits_holds_up_nobody():
    async def test(places):
        begun, go_on = [], asyncio.Event()
        tasks = [asyncio.ensure_future(take(places, begun, name, go_on)) for name in "abcd"]
        for _ in range(10):
            await asyncio.sleep(0)
        tasks[2].cancel()
        go_on.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        return [name for name, _ in begun]

    assert run(test) == ["a", "b", "d"]
