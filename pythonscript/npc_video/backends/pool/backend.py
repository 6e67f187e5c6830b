"""Several hosts or GPUs as one generator. `plan` assigns the jobs."""

import asyncio
import itertools
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from ...awaiting import unhurt
from ...errors import (
    GenerationError,
    GenerationFailedError,
    GeneratorOverloadedError,
    GeneratorUnavailableError,
    GeneratorUnreachableError,
    InvalidDataError,
)
from ...quality import presets_up_to
from ...records import GeneratedClip
from ...scheduling.attempts import MAX_KILLS
from ..base import Backend, Capabilities, GenerationRequest, Health, OnEarly, OnProgress, ignore
from ..blame import is_of_host, may_go_elsewhere, say_where
from ..fingerprint import joined_fingerprint
from ..kept import Kept
from .jobs import PoolJob, Run
from .plan import Plan
from .wanted import Wanted

__all__ = ["BackendPool"]

# Seconds between checks of a lost host. The first check is immediate.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_SLOW = 0.95


class BackendPool(Backend):
    """Gives each request to the host that will finish it first.

    - Requests with a deadline have priority, and displace others on busy hosts.
    - Equal requests run once.
    - A lost host gets no jobs until it is healthy again. Its jobs go to another host, once. So do
      jobs that a host declines.
    - A host whose last job failed by its own fault is avoided for a time that doubles with each
      failure, then tested with one job. If there is no other host, it is used anyway.
    - If clips cost money, a job that has begun stays on its host. It is neither cancelled nor
      repeated elsewhere. When its clip is wanted again, that host is asked.

    Args:
        hosts: by name, at least one; closed with the pool.
        speculation_share: the largest part of all slots for requests without a deadline, above 0
            to 1; one slot in any case.
        hedge: whether an urgent job that takes longer than 19 of 20 is started again at a lower
            preset on an idle host; the first result is used.
        clock: monotonic time in seconds.

    Raises:
        InvalidDataError: there is no host, or the share is out of its range.
    """

    def __init__(
        self,
        hosts: Mapping[str, Backend],
        *,
        speculation_share: float = 0.75,
        hedge: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ):
        if not hosts:
            raise InvalidDataError("hosts: a pool needs at least one.")
        if not 0.0 < speculation_share <= 1.0:
            raise InvalidDataError(
                f"speculation_share: {speculation_share!r} is outside the range above 0 up to 1."
            )
        self._hosts = dict(hosts)
        self._plan = Plan({n: host.capabilities for n, host in hosts.items()}, speculation_share)
        self._hedges = hedge
        self._clock = clock
        self._tickets = itertools.count(1)
        self._wanted: dict[int, Wanted] = {}
        self._by_key: dict[Hashable, int] = {}
        self._begun: Kept[str] = Kept()  # the host of a clip that did not arrive in time
        self._running: dict[int, asyncio.Task[None]] = {}
        self._checks: dict[str, asyncio.Task[None]] = {}
        # The errors of hosts that are known to be unusable now.
        self._dead: dict[str, GeneratorUnavailableError] = {}

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities.joined([host.capabilities for host in self._hosts.values()])

    @property
    def fingerprint(self) -> str:
        return joined_fingerprint(host.fingerprint for host in self._hosts.values())

    async def health(self) -> Health:
        """The joint state: ready if one host is; problems, advice and models of all."""
        found = await asyncio.gather(*(host.health() for host in self._hosts.values()))
        named = list(zip(self._hosts, found, strict=True))
        return Health.of_any(
            found,
            (f"{name}: {text}" for name, health in named for text in health.problems),
            (f"{name}: {text}" for name, health in named for text in health.advice),
        )

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        if len(self._dead) == len(self._hosts):
            named = (f"{n} at {h.place}" if h.place else n for n, h in self._hosts.items())
            raise GeneratorUnreachableError(
                f"None of the hosts works ({', '.join(named)}): start one of them."
            )
        wanted = self._want(request)
        listener = (on_progress, on_early)
        wanted.listeners.append(listener)
        self._settle()
        try:
            if wanted.job.request is not request:
                await self.promote(request)
            clip = await unhurt(wanted.clip)
        finally:
            wanted.listeners.remove(listener)
            if not wanted.listeners:
                self._forget(wanted)
        # Equal requests may have different prompts or names.
        return clip if clip.params == request.params else replace(clip, params=request.params)

    async def promote(self, request: GenerationRequest) -> None:
        ticket = self._by_key.get(request.key)
        if ticket is None:
            return
        promoted = self._plan.promote(ticket, request.purpose, request.deadline)
        self._settle()
        await asyncio.sleep(0)  # the tasks of runs that have just begun come first
        for host, asked in promoted:
            await self._hosts[host].promote(asked)

    async def close(self) -> None:
        tasks = [*self._running.values(), *self._checks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # All of them, also where one breaks.
        async with AsyncExitStack() as closing:
            for host in self._hosts.values():
                closing.push_async_callback(host.close)

    # ---- Requests ----

    def _want(self, request: GenerationRequest) -> Wanted:
        key = request.key
        ticket = self._by_key.get(key)
        if ticket is not None:
            return self._wanted[ticket]
        at = self._begun.take(key) or ""
        if at in self._dead:
            at = ""
        job = PoolJob(next(self._tickets), request, self._clock(), at=at)
        future = asyncio.get_running_loop().create_future()
        wanted = self._wanted[job.ticket] = Wanted(job, key, future)
        self._by_key[key] = job.ticket
        self._plan.add(job)
        return wanted

    def _forget(self, wanted: Wanted) -> None:
        """Removes a clip that nobody waits for any more, or that is finished."""
        if self._wanted.pop(wanted.job.ticket, None) is None:
            return
        del self._by_key[wanted.key]
        self._stop(self._plan.drop(wanted.job.ticket))
        wanted.clip.cancel()
        self._settle()

    def _answer(self, ticket: int, result: GeneratedClip | GenerationError) -> None:
        wanted = self._wanted.get(ticket)
        if wanted is None or wanted.clip.done():
            return
        if isinstance(result, GenerationError):
            wanted.clip.set_exception(result)
        else:
            wanted.progress(1.0)
            wanted.clip.set_result(result)
        self._stop(self._plan.drop(ticket))

    # ---- Runs ----

    def _settle(self) -> None:
        stops, starts = self._plan.assign(self._clock())
        self._stop(stops)
        for run in starts:
            self._begin(run)

    def _stop(self, runs: tuple[Run, ...]) -> None:
        for run in runs:
            task = self._running.pop(run.number, None)
            if task is not None and task is not asyncio.current_task():
                task.cancel()

    def _begin(self, run: Run) -> None:
        for job in run.jobs:
            self._wanted[job.ticket].runs += 1
        self._running[run.number] = asyncio.create_task(self._work(run))

    async def _work(self, run: Run) -> None:
        hedging = None
        if self._hedges and run.is_urgent and not run.is_hedge:
            hedging = asyncio.create_task(self._hedge(run))
        try:
            results = await self._make(run)
        except GenerationError as error:
            self._failed(run, error)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            broken = GenerationFailedError(f"The backend {run.host} failed: {error!r}.")
            self._failed(run, broken)
        else:
            self._ended(run, results)
        finally:
            if hedging is not None:
                hedging.cancel()
            self._running.pop(run.number, None)
        self._settle()

    async def _make(self, run: Run) -> list[Any]:
        backend, jobs = self._hosts[run.host], run.jobs
        if len(jobs) > 1:
            everybody = [self._wanted[job.ticket] for job in jobs if job.ticket in self._wanted]

            def tell(part: float) -> None:
                for each in everybody:
                    each.progress(part)

            return await backend.generate_batch([job.request for job in jobs], tell)
        wanted = self._wanted[jobs[0].ticket]
        on_early = ignore if run.is_hedge else wanted.early
        return [await backend.generate(jobs[0].request, wanted.progress, on_early)]

    def _ended(self, run: Run, results: list[Any]) -> None:
        errors = [each for each in results if isinstance(each, GenerationError)]
        if len(errors) < len(results):
            self._plan.finish(run, self._clock())
        else:
            self._plan.fail(run, self._clock(), is_of_host=any(map(is_of_host, errors)))
        for job, result in zip(run.jobs, results, strict=True):
            others = self._plan.runs_of(job.ticket)
            if not (isinstance(result, GenerationError) and others):
                self._answer(job.ticket, result)

    def _failed(self, run: Run, error: GenerationError) -> None:
        """Sends jobs that were lost or declined before they began to another host, once."""
        say_where(error, self._hosts[run.host].place or run.host)
        is_lost = isinstance(error, GeneratorUnavailableError)
        rest = error.retry_after or 0.0 if isinstance(error, GeneratorOverloadedError) else 0.0
        # A host that asks for a pause is not at fault.
        is_bad = is_of_host(error) and not rest
        jobs = self._plan.fail(run, self._clock(), is_of_host=is_bad)
        may_go = may_go_elsewhere(error) and (is_lost or self._plan.has_other(run.host))
        for job in jobs:
            if self._plan.runs_of(job.ticket):
                continue  # the hedge continues
            losses = job.losses + 1
            if may_go and losses < MAX_KILLS:
                self._plan.add(replace(job, avoid=run.host, at="", losses=losses))
            else:
                if error.has_begun:
                    self._begun.keep(job.request.key, run.host)
                self._answer(job.ticket, error)
        if isinstance(error, GeneratorUnavailableError):
            self._leave_alone(run.host, rest, error)

    def _leave_alone(self, host: str, rest: float, error: GeneratorUnavailableError) -> None:
        """Stops using a lost host until a check finds it healthy."""
        self._plan.set_up(host, is_up=False)
        if rest:
            self._bury(host, error)
        if host not in self._checks:
            self._checks[host] = asyncio.create_task(self._check(host, rest, error))

    def _bury(self, host: str, error: GeneratorUnavailableError) -> None:
        """Fails the waiting requests if no host is left."""
        self._dead[host] = error
        self._plan.give_up(host)
        if len(self._dead) == len(self._hosts):
            for ticket in list(self._wanted):
                if not self._plan.runs_of(ticket):
                    self._answer(ticket, error)

    async def _check(self, host: str, pause: float, error: GeneratorUnavailableError) -> None:
        """Checks a host again and again until it is back."""
        while True:
            await asyncio.sleep(pause)
            if (await self._hosts[host].health()).is_ready:
                break
            self._bury(host, error)
            self._settle()
            pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * pause))
        self._dead.pop(host, None)
        self._plan.set_up(host, is_up=True)
        del self._checks[host]
        self._settle()

    async def _hedge(self, run: Run) -> None:
        """Starts a job a second time once it takes longer than usual."""
        job = run.jobs[0]
        preset = job.request.preset
        lower = presets_up_to(preset)[:-1]
        if not lower:
            return
        await asyncio.sleep(self._plan.seconds(run.host, preset, _SLOW))
        second = self._plan.hedge(job.ticket, lower[-1], self._clock())
        if second is not None:
            self._begin(second)
