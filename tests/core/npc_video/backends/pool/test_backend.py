import asyncio
import itertools
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from npc_video.backends.base import Capabilities, ClipPart
from npc_video.backends.pool.backend import BackendPool
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.errors import (
    ClipTooLargeError,
    GenerationFailedError,
    GenerationInvalidError,
    GenerationRefusedError,
    GeneratorOverloadedError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from npc_video.quality import typical_seconds
from npc_video.records import QUALITY_PRESETS, Purpose

from bench._virtual_time import clock, run

from ..contract import RemoteContract, wanted
from ..test_scripted import ScriptedStage

USUAL = typical_seconds(wanted().preset)
LOST = GeneratorUnreachableError("It is gone.")
PAID = GeneratorUnreachableError("It is gone, and the clip with it.")
PAID.has_begun = True


class PoolStage(ScriptedStage):
    """Two hosts that do the same."""

    def __init__(self):
        super().__init__()
        self.hosts = [self.backend, ScriptedBackend()]
        self.backend = BackendPool(dict(zip("ab", self.hosts, strict=True)))

    def play(self, what):
        first, pool = self.hosts[0], self.backend
        self.backend = first
        super().play(what)
        self.backend = pool
        self.hosts[1].default, self.hosts[1].is_up = first.default, first.is_up
        if first.is_up:
            pool._dead.clear()
            for name in "ab":
                pool._plan.set_up(name, is_up=True)  # instead of waiting for the next check

    def working(self):
        return sum(len(h.begun) - len(h.ended) - len(h.cancelled) for h in self.hosts)


class TestContract(RemoteContract):
    @asynccontextmanager
    async def stage(self):
        yield PoolStage()


def host(factor=1.0, *scripts, slots=1, batch=1, finish_started=False):
    """One that takes `factor` times what is usual."""
    can = Capabilities(slots=slots, batch=batch, finish_started=finish_started)
    script = Script(seconds=factor * USUAL)
    return ScriptedBackend(*scripts, default=script, capabilities=can)


def played(test, hosts, **options):
    """Runs `test(pool)` under a virtual clock."""

    async def whole():
        pool = BackendPool(hosts, clock=clock, **options)
        try:
            return await test(pool)
        finally:
            await pool.close()

    return run(whole())


async def make(pool, seed=0, urgent=True, preset=None):
    request = wanted(seed=seed, urgent=urgent)
    request = replace(request, preset=preset or request.preset)
    return await pool.generate(request, lambda part: None)


async def make_all(pool, seeds, urgent=True):
    return await asyncio.gather(
        *(make(pool, seed, urgent) for seed in seeds), return_exceptions=True
    )


@pytest.mark.parametrize("factors", [(1.0,), (1.0, 2.0), (0.5, 1.0, 1.5, 3.0)])
def test_all_hosts_work_as_much_as_they_can(factors):
    hosts = {str(number): host(factor) for number, factor in enumerate(factors)}

    async def test(pool):
        await make_all(pool, range(300))
        return clock()

    ideal = 300 * USUAL / sum(1 / factor for factor in factors)
    assert ideal / played(test, hosts) > 0.95


def test_a_slow_host_that_is_idle_takes_nothing_that_a_fast_one_ends_sooner():
    hosts = {"fast": host(1.0), "slow": host(10.0)}

    async def test(pool):
        await make_all(pool, range(40))
        before = len(hosts["slow"].begun)
        await asyncio.gather(make(pool, 100), make(pool, 101))
        return len(hosts["slow"].begun) - before

    assert played(test, hosts) == 0


def test_the_host_with_the_model_is_taken():
    hosts = {"a": host(), "b": host()}

    async def test(pool):
        params = wanted().params

        async def with_loras(seed, *loras):
            request = replace(wanted(), params=replace(params, loras=loras, seed=seed))
            await pool.generate(request, lambda part: None)

        await asyncio.gather(with_loras(1, "one"), with_loras(2, "two"))
        has_two = "b" if hosts["b"].begun[0].params.loras == ("two",) else "a"
        await with_loras(3, "two")
        return len(hosts[has_two].begun)

    assert played(test, hosts) == 2


class TestUrgent:
    def test_goes_first_and_takes_the_place_of_speculation(self):
        hosts = {"a": host()}

        async def test(pool):
            guesses = [asyncio.ensure_future(make(pool, seed, False)) for seed in range(3)]
            await asyncio.sleep(0.5)
            await make(pool, 99)
            done = clock()
            await asyncio.gather(*guesses)
            return done, clock()

        done, end = played(test, hosts)
        assert done == pytest.approx(0.5 + USUAL, abs=0.1)
        # What had to make way was made afterwards, and once.
        assert end == pytest.approx(0.5 + 4 * USUAL, abs=0.1)
        assert len(hosts["a"].cancelled) == 1
        assert len(hosts["a"].ended) == 4

    def test_never_takes_the_place_of_another_one(self):
        hosts = {"a": host()}

        async def test(pool):
            await make_all(pool, range(3))

        played(test, hosts)
        assert hosts["a"].cancelled == []

    def test_speculation_leaves_a_share_free(self):
        hosts = {str(number): host() for number in range(4)}

        async def test(pool):
            guesses = [asyncio.ensure_future(make(pool, seed, False)) for seed in range(9)]
            await asyncio.sleep(0.1)
            busy = sum(len(each.begun) for each in hosts.values())
            await make(pool, 99)
            assert not any(each.cancelled for each in hosts.values())
            await asyncio.gather(*guesses)
            return busy

        assert played(test, hosts, speculation_share=0.5) == 2


class TestEqualRequests:
    def test_run_once(self):
        hosts = {"a": host(), "b": host()}

        async def test(pool):
            clips = await asyncio.gather(*(make(pool, 5) for _ in range(4)))
            assert len({clip.data for clip in clips}) == 1

        played(test, hosts)
        assert sum(len(each.begun) for each in hosts.values()) == 1

    def test_go_on_while_one_of_them_waits(self):
        hosts = {"a": host()}

        async def test(pool):
            first = asyncio.ensure_future(make(pool, 5))
            second = asyncio.ensure_future(make(pool, 5))
            await asyncio.sleep(0.1)
            first.cancel()
            assert (await second).data
            assert hosts["a"].cancelled == []
            third = asyncio.ensure_future(make(pool, 6))
            await asyncio.sleep(0.1)
            third.cancel()
            await asyncio.sleep(0.1)
            assert len(hosts["a"].cancelled) == 1

        played(test, hosts)

    def test_become_urgent_when_one_is(self):
        hosts = {"a": host()}

        async def test(pool):
            guesses = [asyncio.ensure_future(make(pool, seed, False)) for seed in range(5)]
            await asyncio.sleep(0.1)
            await make(pool, 4)
            await asyncio.gather(*guesses)
            return [request.params.seed for request in hosts["a"].ended]

        assert played(test, hosts)[0] == 4


class TestPromotion:
    def test_reaches_the_host_that_works_on_it(self):
        async def test(pool):
            making = asyncio.ensure_future(make(pool, 1, urgent=False))
            await asyncio.sleep(0.1)
            await pool.promote(replace(wanted(seed=1), preset=hosts["a"].begun[0].preset))
            await making
            return hosts["a"].promoted

        hosts = {"a": host()}
        (told,) = played(test, hosts)
        assert (told.purpose, told.deadline) == (Purpose.URGENT, 5.0)

    def test_comes_with_a_second_request_for_the_same_clip(self):
        async def test(pool):
            await asyncio.gather(make(pool, 1, urgent=False), make(pool, 1), make(pool, 1))
            return hosts["a"]

        hosts = {"a": host()}
        told = played(test, hosts)
        assert [request.purpose for request in told.begun] == [Purpose.SPECULATION]
        assert [request.purpose for request in told.promoted] == [Purpose.URGENT]

    def test_what_waits_is_then_begun_as_an_urgent_one(self):
        async def test(pool):
            making = asyncio.ensure_future(make_all(pool, (1, 2, 3), urgent=False))
            await asyncio.sleep(0.1)
            await pool.promote(replace(wanted(seed=3), preset=hosts["a"].begun[0].preset))
            await making
            return hosts["a"]

        hosts = {"a": host()}
        told = played(test, hosts)
        assert (told.ended[0].params.seed, told.ended[0].purpose) == (3, Purpose.URGENT)
        assert told.promoted == []

    def test_of_what_it_does_not_make_is_nothing(self):
        async def test(pool):
            await pool.promote(wanted())
            return hosts["a"].promoted

        hosts = {"a": host()}
        assert played(test, hosts) == []


class TestLostHosts:
    def test_their_jobs_go_elsewhere_once(self):
        bad, good = host(1.0, Script(error=LOST)), host()
        bad.is_up = False

        async def test(pool):
            return await make_all(pool, range(6))

        clips = played(test, {"bad": bad, "good": good})
        assert all(clip.data for clip in clips)
        assert len(good.ended) == 6
        assert len(bad.begun) == 1

    def test_a_job_that_two_hosts_lose_ends_in_the_error(self):
        hosts = {name: host(1.0, Script(error=LOST)) for name in "abc"}
        for each in hosts.values():
            each.is_up = False

        async def test(pool):
            with pytest.raises(GeneratorUnreachableError):
                await make(pool)

        played(test, hosts)
        assert sum(len(each.begun) for each in hosts.values()) == 2

    def test_nothing_waits_when_all_are_lost(self):
        hosts = {"a": host(1.0, Script(error=LOST))}
        hosts["a"].is_up = False

        async def test(pool):
            results = await make_all(pool, range(4))
            assert all(isinstance(result, GeneratorUnreachableError) for result in results)
            with pytest.raises(GeneratorUnreachableError, match="None of the hosts works"):
                await make(pool)

        played(test, hosts)

    def test_are_named_by_where_they_are(self):
        class Away(ScriptedBackend):
            place = "http://10.0.0.7:8188"

        away = Away(Script(error=LOST))
        away.is_up = False
        hosts = {"hosts[0]": away, "hosts[1]": host(1.0, Script(error=LOST))}
        hosts["hosts[1]"].is_up = False

        async def test(pool):
            await make_all(pool, range(2))
            with pytest.raises(GeneratorUnreachableError) as caught:
                await make(pool)
            return str(caught.value)

        assert "(hosts[0] at http://10.0.0.7:8188, hosts[1])" in played(test, hosts)

    def test_are_used_again_when_they_are_back(self):
        hosts = {"a": host(1.0, Script(error=LOST)), "b": host()}
        hosts["a"].is_up = False

        async def test(pool):
            await make_all(pool, range(2))
            hosts["a"].is_up = True
            await asyncio.sleep(60.0)
            await make_all(pool, range(10, 20))
            return len(hosts["a"].ended)

        assert played(test, hosts) > 3

    def test_one_that_was_lost_for_a_moment_is_used_at_once(self):
        hosts = {"a": host(1.0, Script(error=LOST))}

        async def test(pool):
            return await make_all(pool, range(3))

        assert all(clip.data for clip in played(test, hosts))

    def test_an_overloaded_one_is_left_alone_for_as_long_as_it_asks(self):
        busy = GeneratorOverloadedError("Too much.", retry_after=40.0)
        hosts = {"a": host(1.0, Script(error=busy)), "b": host()}

        async def test(pool):
            await make_all(pool, range(2))
            await asyncio.sleep(20.0)
            await make_all(pool, range(10, 14))
            assert len(hosts["a"].begun) == 1
            await asyncio.sleep(30.0)
            await make_all(pool, range(20, 24))
            return len(hosts["a"].begun)

        assert played(test, hosts) > 1

    def test_a_job_that_fails_is_not_the_hosts_fault(self):
        broken = GenerationFailedError("No memory.")
        hosts = {"a": host(1.0, Script(error=broken))}

        async def test(pool):
            with pytest.raises(GenerationFailedError):
                await make(pool)
            return await make(pool, 2)

        assert played(test, hosts).data

    def test_what_was_told_early_is_of_one_clip(self):
        part = ClipPart(b"half", "video/webm")
        bad = host(1.0, Script(early=(part,), error=LOST))
        good = host(1.0, Script(early=(part,)), Script(early=(part,)))

        async def test(pool):
            early = []
            await pool.generate(wanted(), lambda fraction: None, early.append)
            return early

        assert played(test, {"bad": bad, "good": good}) == [part]


class TestBatches:
    def test_requests_of_one_preset_go_together(self):
        hosts = {"a": host(batch=4)}

        async def test(pool):
            clips = await make_all(pool, range(9), urgent=False)
            assert [clip.params.seed for clip in clips] == list(range(9))

        played(test, hosts)
        # The first one begins at once.
        assert hosts["a"].batches == [4, 4]

    def test_urgent_ones_never_wait_for_it(self):
        hosts = {"a": host(batch=4)}

        async def test(pool):
            guesses = [asyncio.ensure_future(make(pool, seed, False)) for seed in range(9)]
            await asyncio.sleep(1.5 * USUAL)
            await make(pool, 99)
            done = clock()
            await asyncio.gather(*guesses)
            return done

        assert played(test, hosts) == pytest.approx(2.5 * USUAL, abs=0.1)

    def test_one_that_is_given_up_leaves_the_others(self):
        hosts = {"a": host(batch=4)}

        async def test(pool):
            jobs = [asyncio.ensure_future(make(pool, seed, False)) for seed in range(5)]
            await asyncio.sleep(1.5 * USUAL)
            jobs[2].cancel()
            results = await asyncio.gather(*jobs, return_exceptions=True)
            assert [hasattr(result, "data") for result in results] == [
                True,
                True,
                False,
                True,
                True,
            ]
            assert hosts["a"].cancelled == []

        played(test, hosts)

    def test_other_presets_do_not_mix(self):
        hosts = {"a": host(batch=8)}

        async def test(pool):
            presets = [*QUALITY_PRESETS.values()][:2] * 4
            jobs = (make(pool, seed, False, preset) for seed, preset in enumerate(presets))
            clips = await asyncio.gather(*jobs)
            assert [clip.preset for clip in clips] == [preset.name for preset in presets]

        played(test, hosts)
        assert sum(hosts["a"].batches) == 7
        assert max(hosts["a"].batches) == 4


class TestHedging:
    REALTIME, FAST = QUALITY_PRESETS["realtime"], QUALITY_PRESETS["fast"]

    def slow_once(self):
        fast = typical_seconds(self.FAST)
        steady = [Script(seconds=fast)] * 3
        a = ScriptedBackend(*steady, Script(seconds=60.0), default=Script(seconds=fast))
        return {"a": a, "b": ScriptedBackend(default=Script(seconds=50.0))}

    async def beside_a_free_host(self, pool):
        """Has "a" make its clips until the slow one, and "b" be there then, known as slow too."""
        pool._plan.set_up("b", is_up=False)
        for seed in range(3):
            await make(pool, seed, preset=self.FAST)
        pool._plan.set_up("b", is_up=True)
        pool._plan._hosts["b"].pace.record(self.FAST, 30.0)

    def test_a_job_that_takes_too_long_is_begun_at_a_lower_preset(self):
        hosts = self.slow_once()
        hosts["b"].default = Script(seconds=1.0)

        async def test(pool):
            await self.beside_a_free_host(pool)
            before = clock()
            clip = await make(pool, 9, preset=self.FAST)
            return clip.preset, clock() - before

        preset, seconds = played(test, hosts, hedge=True)
        assert preset == "realtime"
        assert seconds == pytest.approx(typical_seconds(self.FAST) + 1.0, abs=0.1)
        assert len(hosts["a"].cancelled) == 1

    def test_not_unless_asked_for(self):
        hosts = self.slow_once()

        async def test(pool):
            pool._plan.set_up("b", is_up=False)
            for seed in range(4):
                await make(pool, seed, preset=self.FAST)

        played(test, hosts)
        assert hosts["b"].begun == []

    @pytest.mark.parametrize("paid", ["a", "b"])
    def test_not_where_clips_cost_money(self, paid):
        hosts = self.slow_once()
        hosts[paid]._capabilities = Capabilities(finish_started=True)

        async def test(pool):
            await self.beside_a_free_host(pool)
            await make(pool, 9, preset=self.FAST)
            return len(hosts["a"].begun), len(hosts["b"].begun)

        assert played(test, hosts, hedge=True) == (4, 0)

    def test_not_for_what_nobody_waits_for(self):
        hosts = self.slow_once()

        async def test(pool):
            await make_all(pool, range(1), urgent=False)

        played(test, hosts, hedge=True)
        assert sum(len(each.begun) for each in hosts.values()) == 1


class TestPaidClips:
    def test_do_not_go_elsewhere_when_their_host_is_lost(self):
        hosts = {"a": host(1.0, Script(error=PAID)), "b": host(10.0)}

        async def test(pool):
            with pytest.raises(GeneratorUnreachableError):
                await make(pool)
            return [len(each.begun) for each in hosts.values()]

        assert played(test, hosts) == [1, 0]

    def test_are_not_broken_off_for_what_is_more_urgent(self):
        hosts = {"a": host(finish_started=True)}

        async def test(pool):
            ahead = asyncio.ensure_future(make(pool, 1, urgent=False))
            await asyncio.sleep(USUAL * 0.1)
            await asyncio.gather(ahead, make(pool, 2))
            return len(hosts["a"].begun), len(hosts["a"].cancelled)

        assert played(test, hosts) == (2, 0)


class Stubborn(ScriptedBackend):
    """Closes, and breaks at it."""

    async def close(self):
        await super().close()
        raise GenerationFailedError("It does not close.")


def test_closing_closes_all_hosts_also_where_one_breaks():
    hosts = {"a": Stubborn(), "b": ScriptedBackend(), "c": Stubborn()}
    with pytest.raises(GenerationFailedError, match="does not close"):
        asyncio.run(BackendPool(hosts).close())
    assert all(each.is_closed for each in hosts.values())


def test_closing_closes_the_hosts_and_what_they_do():
    hosts = {"a": ScriptedBackend(default=Script(ends=False))}

    async def test():
        pool = BackendPool(hosts)
        making = asyncio.ensure_future(make(pool))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await pool.close()
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)

    asyncio.run(test())
    assert hosts["a"].is_closed
    assert len(hosts["a"].cancelled) == 1


def test_nonsense_is_refused():
    with pytest.raises(InvalidDataError, match="hosts"):
        BackendPool({})
    with pytest.raises(InvalidDataError, match="speculation_share"):
        BackendPool({"a": ScriptedBackend()}, speculation_share=0.0)


def failure(kind, status=None, **facts):
    error = kind("It did not work.")
    error.status = status
    for name, value in facts.items():
        setattr(error, name, value)
    return error


BAD_HOSTS = [
    failure(GenerationFailedError),
    failure(GenerationFailedError, 500),
    failure(GenerationInvalidError),
    failure(GeneratorUnreachableError, has_begun=True),
    RuntimeError("It broke."),
]
DECLINED = [
    failure(GenerationRefusedError, 401),
    failure(GenerationInvalidError, 404),
    failure(GenerationInvalidError, 301),
    failure(GeneratorOverloadedError, 503),
    failure(GenerationInvalidError, 422, is_of_request=True),
    failure(ClipTooLargeError, 413, is_of_request=True),
]


def told_apart(error):
    return f"{type(error).__name__}-{getattr(error, 'status', None)}"


class TestHostsThatFail:
    """By their own doing: one of them must not swallow what another one could make."""

    @pytest.mark.parametrize("error", BAD_HOSTS, ids=told_apart)
    def test_are_left_alone_and_each_job_is_sent_once(self, error):
        hosts = {"bad": ScriptedBackend(default=Script(error=error)), "good": host(0.1)}

        async def test(pool):
            made = []
            for seed in range(4):
                made += await make_all(pool, [seed])
                await asyncio.sleep(2.0)
            return [hasattr(each, "data") for each in made]

        assert played(test, hosts) == [False, True, True, True]
        assert [len(each.begun) for each in hosts.values()] == [1, 3]

    @pytest.mark.parametrize("error", DECLINED, ids=told_apart)
    def test_what_they_decline_goes_to_another_one_at_once(self, error):
        hosts = {"bad": ScriptedBackend(default=Script(error=error)), "good": host(0.1)}

        async def test(pool):
            return [await make(pool, seed) for seed in range(4)]

        assert all(clip.data for clip in played(test, hosts))
        assert len(hosts["good"].begun) == 4

    def test_a_job_that_all_decline_is_sent_to_two(self):
        error = failure(GenerationRefusedError, 401)
        hosts = {name: ScriptedBackend(default=Script(error=error)) for name in "abc"}

        async def test(pool):
            with pytest.raises(GenerationRefusedError):
                await make(pool)

        played(test, hosts)
        assert sum(len(each.begun) for each in hosts.values()) == 2

    def test_a_job_that_the_only_one_declines_is_sent_once(self):
        hosts = {"a": host(1.0, Script(error=failure(GenerationRefusedError, 401)))}

        async def test(pool):
            with pytest.raises(GenerationRefusedError):
                await make(pool)

        played(test, hosts)
        assert len(hosts["a"].begun) == 1

    def test_what_may_have_begun_stays_whatever_the_status(self):
        error = failure(GenerationInvalidError, 404, has_begun=True)
        hosts = {"bad": ScriptedBackend(default=Script(error=error)), "good": host(0.1)}

        async def test(pool):
            with pytest.raises(GenerationInvalidError):
                await make(pool)

        played(test, hosts)
        assert len(hosts["good"].begun) == 0

    def test_are_asked_by_one_job_after_pauses_that_double(self):
        error = failure(GenerationFailedError, 500)
        hosts = {"bad": host(), "good": host()}
        hosts["bad"].default = Script(seconds=0.2, error=error)
        at = []

        async def test(pool):
            for seed in range(0, 120, 2):
                before = len(hosts["bad"].begun)
                await make_all(pool, [seed, seed + 1])
                if len(hosts["bad"].begun) > before:
                    at.append(clock())
                    assert len(hosts["bad"].begun) == before + 1
                await asyncio.sleep(1.0)

        played(test, hosts)
        pauses = [later - before for before, later in itertools.pairwise(at)]
        assert len(pauses) >= 3
        assert all(b > 1.5 * a for a, b in itertools.pairwise(pauses))

    def test_are_used_as_before_once_they_work(self):
        error = failure(GenerationFailedError, 500)
        hosts = {"a": host(1.0, Script(error=error), slots=2), "b": host(slots=2)}

        async def test(pool):
            await make_all(pool, [0])
            await asyncio.sleep(11.0)
            await make_all(pool, [1])
            await make_all(pool, range(10, 14))
            return len(hosts["a"].begun)

        assert played(test, hosts) == 4

    def test_are_used_while_no_other_one_is_there(self):
        error = failure(GenerationFailedError, 500)
        hosts = {name: host(1.0, Script(error=error)) for name in "ab"}

        async def test(pool):
            return await make_all(pool, range(5))

        assert [hasattr(each, "data") for each in played(test, hosts)].count(True) == 3

    def test_a_trial_that_is_given_up_leaves_the_next_one(self):
        hosts = {"a": host(1.0, Script(error=failure(GenerationFailedError))), "b": host(9.0)}

        async def test(pool):
            await make_all(pool, [0])
            await asyncio.sleep(11.0)
            trial = asyncio.ensure_future(make(pool, 1))
            await asyncio.sleep(0.1)
            trial.cancel()
            await asyncio.sleep(0.1)
            await make(pool, 2)
            return len(hosts["a"].begun)

        assert played(test, hosts) == 3

    def test_what_is_wrong_with_one_job_is_not_the_hosts_doing(self):
        moderated = failure(GenerationFailedError, is_of_request=True)
        hosts = {"a": host(1.0, Script(error=moderated)), "b": host(9.0)}

        async def test(pool):
            with pytest.raises(GenerationFailedError):
                await make(pool, 0)
            await make(pool, 1)

        played(test, hosts)
        assert [len(each.begun) for each in hosts.values()] == [2, 0]

    def test_a_batch_of_which_nothing_comes_counts_as_one(self):
        class Broken(ScriptedBackend):
            async def generate_batch(self, requests, on_progress):
                await super().generate_batch(requests, on_progress)
                return [failure(GenerationFailedError) for _ in requests]

        can = Capabilities(batch=4)
        bad = Broken(default=Script(seconds=USUAL), capabilities=can)
        hosts = {"bad": bad, "good": host(3.0)}

        async def test(pool):
            await make_all(pool, range(6), urgent=False)
            return bad.batches

        assert played(test, hosts, speculation_share=0.5) == [4]
