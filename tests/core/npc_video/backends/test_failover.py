import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.callable import CallableBackend
from npc_video.backends.failover import Budget, FailoverBackend
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.errors import (
    GenerationFailedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from npc_video.quality import typical_seconds

from bench._virtual_time import clock, run

from .contract import RemoteContract, wanted
from .pool.test_backend import BAD_HOSTS, DECLINED, Stubborn, told_apart
from .test_scripted import ScriptedStage

USUAL = typical_seconds(wanted().preset)
LOST = GeneratorUnreachableError("It is gone.")
PAID = GeneratorUnreachableError("It is gone, and the clip with it.")
PAID.has_begun = True


class FailoverStage(ScriptedStage):
    def __init__(self):
        super().__init__()
        self.local = self.backend
        self.cloud = ScriptedBackend()
        self.pair = self.backend = FailoverBackend(self.local, self.cloud)

    def play(self, what):
        self.backend = self.local
        super().play(what)
        self.backend = self.pair
        self.cloud.default, self.cloud.is_up = self.local.default, self.local.is_up

    def working(self):
        return sum(
            len(each.begun) - len(each.ended) - len(each.cancelled)
            for each in (self.local, self.cloud)
        )


class TestContract(RemoteContract):
    @asynccontextmanager
    async def stage(self):
        yield FailoverStage()


def played(test, local=None, cloud=None, **options):
    """Runs `test(pair)`; returns what it returns, and how many clips each was asked for."""
    local = local or ScriptedBackend(default=Script(seconds=USUAL))
    cloud = cloud or ScriptedBackend(default=Script(seconds=0.5))

    async def whole():
        pair = FailoverBackend(local, cloud, clock=clock, **options)
        try:
            return await test(pair)
        finally:
            await pair.close()

    return run(whole()), len(local.begun), len(cloud.begun)


async def make(pair, seed=0, deadline=None):
    request = replace(wanted(seed=seed), deadline=deadline)
    return await pair.generate(request, lambda part: None)


def test_local_first():
    async def test(pair):
        for seed in range(3):
            await make(pair, seed, 10.0)

    assert played(test)[1:] == (3, 0)


def test_the_cloud_when_local_would_be_late():
    async def test(pair):
        await make(pair, 0, USUAL * 0.5)

    assert played(test)[1:] == (0, 1)


def test_the_cloud_when_local_has_too_much_to_do():
    async def test(pair):
        await asyncio.gather(*(make(pair, seed, 2.5 * USUAL) for seed in range(4)))

    assert played(test)[1:] == (2, 2)


def test_learns_how_slow_local_is():
    async def test(pair):
        await make(pair, 0, 2 * USUAL)
        await make(pair, 1, 2 * USUAL)

    slow = ScriptedBackend(default=Script(seconds=5 * USUAL))
    assert played(test, slow)[1:] == (1, 1)


def test_nobody_waits_so_local_takes_its_time():
    async def test(pair):
        await asyncio.gather(*(make(pair, seed) for seed in range(4)))

    assert played(test)[1:] == (4, 0)


@pytest.mark.parametrize("cloud_first", [True, False])
def test_nobody_else_when_the_clip_may_be_paid_for_already(cloud_first):
    first, second = ScriptedBackend(Script(error=PAID)), ScriptedBackend()
    local, cloud = (second, first) if cloud_first else (first, second)

    async def test(pair):
        with pytest.raises(GeneratorUnreachableError):
            await make(pair)

    played(test, local, cloud, cloud_first=cloud_first)
    assert (len(first.begun), len(second.begun)) == (1, 0)


def test_the_cloud_when_local_is_down_and_local_when_it_is_back():
    local = ScriptedBackend(Script(error=LOST), default=Script(seconds=0.1))

    async def test(pair):
        assert (await make(pair, 0)).data
        assert (await make(pair, 1)).data
        await asyncio.sleep(30.0)
        assert (await make(pair, 2)).data

    assert played(test, local)[1:] == (2, 2)


def test_local_when_the_cloud_that_was_to_help_is_down():
    cloud = ScriptedBackend(default=Script(error=LOST))

    async def test(pair):
        return await make(pair, 0, 0.1)

    clip, local, _ = played(test, cloud=cloud)
    assert clip.data
    assert local == 1


def test_a_job_that_fails_is_not_asked_for_again():
    local = ScriptedBackend(Script(error=GenerationFailedError("No memory.")))

    async def test(pair):
        with pytest.raises(GenerationFailedError):
            await make(pair)

    assert played(test, local)[2] == 0


class TestOneThatFails:
    """By its own doing, as a host of a pool does."""

    @pytest.mark.parametrize("error", BAD_HOSTS, ids=told_apart)
    def test_comes_second_and_each_job_is_sent_once(self, error):
        async def test(pair):
            made = []
            for seed in range(4):
                made += await asyncio.gather(make(pair, seed), return_exceptions=True)
                await asyncio.sleep(2.0)
            return [hasattr(each, "data") for each in made]

        made, first, second = played(test, ScriptedBackend(default=Script(error=error)))
        assert made == [False, True, True, True]
        assert (first, second) == (1, 3)

    @pytest.mark.parametrize("error", DECLINED, ids=told_apart)
    def test_what_it_declines_goes_to_the_other_at_once(self, error):
        async def test(pair):
            return [await make(pair, seed) for seed in range(4)]

        made, _, second = played(test, ScriptedBackend(default=Script(error=error)))
        assert all(clip.data for clip in made)
        assert second == 4

    def test_is_tried_by_one_job_after_pauses_that_double(self):
        bad = ScriptedBackend(default=Script(seconds=0.2, error=GenerationFailedError("No.")))
        at = []

        async def test(pair):
            for seed in range(0, 120, 2):
                before = len(bad.begun)
                jobs = (make(pair, seed), make(pair, seed + 1))
                await asyncio.gather(*jobs, return_exceptions=True)
                if len(bad.begun) > before:
                    at.append(clock())
                    assert seed == 0 or len(bad.begun) == before + 1
                await asyncio.sleep(1.0)

        played(test, bad)
        pauses = [later - before for before, later in itertools.pairwise(at)]
        assert len(pauses) >= 3
        assert all(b > 1.5 * a for a, b in itertools.pairwise(pauses))

    def test_the_first_is_the_first_again_once_it_works(self):
        first = ScriptedBackend(Script(error=GenerationFailedError("No.")))

        async def test(pair):
            await asyncio.gather(make(pair, 0), return_exceptions=True)
            await asyncio.sleep(11.0)
            for seed in range(1, 4):
                await make(pair, seed)

        assert played(test, first)[1:] == (4, 0)

    def test_a_second_one_that_only_fails_swallows_nothing_that_is_in_a_hurry(self):
        second = ScriptedBackend(default=Script(error=GenerationFailedError("No.")))

        async def test(pair):
            jobs = (make(pair, seed, 0.1) for seed in range(4))
            made = [await asyncio.gather(job, return_exceptions=True) for job in jobs]
            return [hasattr(each, "data") for (each,) in made]

        assert played(test, cloud=second)[0] == [False, True, True, True]


class TestBudget:
    def test_of_jobs_per_hour(self):
        async def test(pair):
            for seed in range(5):
                await make(pair, seed, 0.1)
            await asyncio.sleep(3601.0)
            await make(pair, 9, 0.1)

        assert played(test, budget=Budget(max_jobs_per_hour=2))[1:] == (3, 3)

    def test_of_cost_per_hour(self):
        async def test(pair):
            for seed in range(5):
                await make(pair, seed, 0.1)

        assert played(test, budget=Budget(max_cost_per_hour=0.3, price=0.1))[1:] == (2, 3)

    def test_is_the_clouds_also_when_it_comes_first(self):
        async def test(pair):
            for seed in range(5):
                await make(pair, seed)

        assert played(test, budget=Budget(max_jobs_per_hour=2), cloud_first=True)[1:] == (3, 2)

    def test_holds_without_a_local_one(self):
        async def test():
            cloud = ScriptedBackend()
            alone = FailoverBackend(None, cloud, budget=Budget(max_jobs_per_hour=1), clock=clock)
            assert alone.capabilities == cloud.capabilities
            assert alone.fingerprint == cloud.fingerprint
            assert (await alone.health()).is_ready
            await make(alone, deadline=1.0)
            with pytest.raises(GeneratorUnavailableError, match="budget"):
                await make(alone, seed=1)
            await alone.close()
            return len(cloud.begun)

        assert run(test()) == 1

    def test_spent_and_local_down(self):
        local = ScriptedBackend(default=Script(error=LOST))

        async def test(pair):
            await make(pair, 0)
            with pytest.raises(GeneratorUnavailableError):
                await make(pair, 1)

        assert played(test, local, budget=Budget(max_jobs_per_hour=1))[2] == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"max_jobs_per_hour": -1},
            {"max_cost_per_hour": 1.0},
            {"max_cost_per_hour": -1, "price": 1},
        ],
    )
    def test_nonsense_is_refused(self, wrong):
        with pytest.raises(InvalidDataError, match="budget"):
            Budget(**wrong)


@pytest.mark.parametrize("paid", [False, True])
def test_breaks_nothing_off_where_one_of_the_two_must_not(paid):
    def made(finish_started):
        return CallableBackend(lambda request: b"", finish_started=finish_started)

    failover = FailoverBackend(made(False), made(paid))
    assert failover.capabilities.finish_started is paid
    asyncio.run(failover.close())


def test_closing_closes_both_also_where_one_breaks():
    local, cloud = Stubborn(), Stubborn()
    with pytest.raises(GenerationFailedError, match="does not close"):
        asyncio.run(FailoverBackend(local, cloud).close())
    assert local.is_closed
    assert cloud.is_closed


def test_what_becomes_urgent_is_told_to_the_one_that_makes_it():
    local = ScriptedBackend(default=Script(seconds=USUAL))

    async def test(pair):
        making = asyncio.ensure_future(make(pair))
        await asyncio.sleep(0.1)
        await pair.promote(wanted(seed=0))
        await making

    played(test, local)
    assert local.promoted == [wanted(seed=0)]
