"""Assigns jobs to hosts, without I/O; `backend` carries the plan out.

Jobs are planned in order, each on the host where it would finish first, also behind running jobs.
Jobs planned on a free host start. So an idle slow host does not take a job that a fast one would
finish sooner. A host that fails by its own fault is avoided for a while if there is another one,
then tested with one job.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from ...records import Purpose, QualityPreset
from ..base import Capabilities, GenerationRequest
from .host import Host

__all__ = ["Plan", "PoolJob", "Run"]

# The extra time for loading other LoRAs, as a part of the job's time.
_SWITCH = 0.1


@dataclass(frozen=True, slots=True)
class PoolJob:
    """A request.

    Attributes:
        avoid: the host that lost or declined it.
        at: the host that has begun its clip, if clips cost money there; only that host is asked.
    """

    ticket: int
    request: GenerationRequest
    is_urgent: bool
    avoid: str = ""
    at: str = ""

    def promoted(self, purpose: Purpose, deadline: float | None) -> Self:
        """The job with this purpose, if it is a higher one; otherwise the job itself."""
        if purpose <= self.request.purpose:
            return self
        request = replace(self.request, purpose=purpose, deadline=deadline)
        return replace(self, request=request, is_urgent=request.is_urgent)


@dataclass(frozen=True, slots=True)
class Run:
    """A host's present work; several jobs if it makes them together.

    Attributes:
        at: start time in seconds.
        is_hedge: whether it is the second run of its job, in case the first is too slow.
    """

    number: int
    host: str
    jobs: tuple[PoolJob, ...]
    at: float
    is_hedge: bool = False

    @property
    def is_urgent(self) -> bool:
        return any(job.is_urgent for job in self.jobs)


class Plan:
    """The jobs and the hosts of a pool.

    Args:
        hosts: their capabilities, by name.
        share: the largest part of all slots for speculation; one slot in any case.
    """

    def __init__(self, hosts: Mapping[str, Capabilities], share: float):
        self._hosts = {name: Host(can) for name, can in hosts.items()}
        self._share = share
        self._waiting: dict[int, PoolJob] = {}
        self._runs: dict[int, Run] = {}
        self._numbers = itertools.count(1)

    # ---- Queries ----

    def runs_of(self, ticket: int) -> tuple[Run, ...]:
        """The runs of a job: none while it waits, two if it is hedged."""
        return tuple(
            run for run in self._runs.values() if any(job.ticket == ticket for job in run.jobs)
        )

    def seconds(self, host: str, preset: QualityPreset, part: float = 0.5) -> float:
        """The duration that this part of a host's jobs stay below."""
        return self._hosts[host].pace.seconds(preset, part)

    # ---- Events ----

    def add(self, job: PoolJob) -> None:
        self._waiting[job.ticket] = job

    def promote(
        self, ticket: int, purpose: Purpose, deadline: float | None
    ) -> list[tuple[str, GenerationRequest]]:
        """Raises the purpose of a job.

        Returns:
            the hosts that work on it, each with its request as it is now; none if nothing changes.
        """
        if ticket in self._waiting:
            self._waiting[ticket] = self._waiting[ticket].promoted(purpose, deadline)
        changed = []
        for run in self.runs_of(ticket):
            jobs = []
            for job in run.jobs:
                now = job.promoted(purpose, deadline) if job.ticket == ticket else job
                changed += [] if now is job else [(run.host, now.request)]
                jobs.append(now)
            self._runs[run.number] = replace(run, jobs=tuple(jobs))
        return changed

    def drop(self, ticket: int) -> tuple[Run, ...]:
        """Removes a job; returns the runs to stop, which have no other job."""
        self._waiting.pop(ticket, None)
        stopped = []
        for run in self.runs_of(ticket):
            left = tuple(job for job in run.jobs if job.ticket != ticket)
            if left:
                self._runs[run.number] = replace(run, jobs=left)
            else:
                stopped.append(self._runs.pop(run.number))
                self._hosts[run.host].breaker.stopped()
        return tuple(stopped)

    def finish(self, run: Run, now: float) -> None:
        """Records the success of a run."""
        if self._runs.pop(run.number, None) is not None:
            host = self._hosts[run.host]
            host.pace.record(run.jobs[0].request.preset, now - run.at)
            host.breaker.succeeded()

    def fail(self, run: Run, now: float, *, is_of_host: bool) -> tuple[PoolJob, ...]:
        """Records the failure of a run and returns its jobs; the host's pace does not change."""
        ended = self._runs.pop(run.number, None)
        if ended is None:
            return ()
        breaker = self._hosts[run.host].breaker
        if is_of_host:
            breaker.failed(now)
        else:
            breaker.stopped()
        return ended.jobs

    def has_other(self, host: str) -> bool:
        """Whether another host is up."""
        return any(each.is_up for name, each in self._hosts.items() if name != host)

    def give_up(self, host: str) -> None:
        """Stops waiting for what a host has begun, so that other hosts can begin it."""
        for ticket, job in self._waiting.items():
            if job.at == host:
                self._waiting[ticket] = replace(job, at="")

    def set_up(self, host: str, *, is_up: bool) -> None:
        self._hosts[host].is_up = is_up

    # ---- Decisions ----

    def assign(self, now: float) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
        """The runs to stop, and the runs to start after that."""
        free_at = self._free_times(now)
        starts: list[Run] = []
        stops: list[Run] = []
        order = sorted(self._waiting.values(), key=lambda job: (not job.is_urgent, job.ticket))
        for job in order:
            if job.ticket not in self._waiting:
                continue  # it is part of another run
            if not job.is_urgent and not self._may_speculate():
                break
            host, done = self._first_done(job, free_at, now)
            if host is None:
                continue
            if job.is_urgent and min(free_at[host]) > now:
                victim = self._victim(job, done, now, self._candidates(job, free_at, now))
                if victim is not None:
                    self._displace(victim)
                    stops.append(victim)
                    host = victim.host
                    free_at[host].remove(max(free_at[host]))
                    free_at[host].append(now)
                    done = now + self._expected(host, job)
            slot = min(free_at[host])
            free_at[host].remove(slot)
            free_at[host].append(done)
            if slot <= now:
                starts.append(self._start(host, job, now))
        return tuple(stops), tuple(starts)

    def hedge(self, ticket: int, preset: QualityPreset, now: float) -> Run | None:
        """A second run of a job at another preset, if a host is idle; None otherwise.

        Never if clips cost money, because one of the two is discarded.
        """
        busy = self.runs_of(ticket)
        if len(busy) != 1 or self._waiting or self._hosts[busy[0].host].can.finish_started:
            return None
        free_at = self._free_times(now)
        idle = [
            name
            for name, slots in free_at.items()
            if name != busy[0].host
            and all(at <= now for at in slots)
            and not self._hosts[name].breaker.is_resting
            and not self._hosts[name].can.finish_started
        ]
        if not idle:
            return None
        host = min(idle, key=lambda name: self.seconds(name, preset))
        job = next(job for job in busy[0].jobs if job.ticket == ticket)
        cheaper = replace(job, request=replace(job.request, preset=preset))
        run = Run(next(self._numbers), host, (cheaper,), now, is_hedge=True)
        self._runs[run.number] = run
        return run

    # ---- Helpers ----

    def _start(self, host: str, job: PoolJob, now: float) -> Run:
        jobs = [job]
        most = self._hosts[host].can.batch
        if most > 1 and not job.is_urgent:
            jobs += itertools.islice(self._alike(job, host), most - 1)
        for each in jobs:
            del self._waiting[each.ticket]
        run = Run(next(self._numbers), host, tuple(jobs), now)
        self._runs[run.number] = run
        self._hosts[host].loras = job.request.params.loras
        self._hosts[host].breaker.started()
        return run

    def _alike(self, job: PoolJob, host: str) -> Iterable[PoolJob]:
        """Jobs that can run together with a job."""
        wanted = (job.request.preset, job.request.clip_seconds)
        for other in self._waiting.values():
            is_alike = (other.request.preset, other.request.clip_seconds) == wanted
            is_free = not other.is_urgent and other.avoid != host and other.at in ("", host)
            if other is not job and is_alike and is_free:
                yield other

    def _displace(self, run: Run) -> None:
        del self._runs[run.number]
        self._hosts[run.host].breaker.stopped()
        for job in run.jobs:
            self._waiting[job.ticket] = job

    def _victim(self, job: PoolJob, done: float, now: float, hosts: Collection[str]) -> Run | None:
        """The speculation to displace so that the job finishes soonest, the youngest first."""
        runs = [
            run
            for run in self._runs.values()
            if not run.is_urgent
            and not run.is_hedge
            and not self._hosts[run.host].can.finish_started
            and run.host in hosts
            and now + self._expected(run.host, job) < done
        ]
        return min(runs, key=lambda run: (self._expected(run.host, job), -run.at), default=None)

    def _may_speculate(self) -> bool:
        slots = sum(host.can.slots for host in self._hosts.values() if host.is_up)
        taken = sum(not run.is_urgent for run in self._runs.values())
        return taken < max(1, int(slots * self._share))

    def _first_done(
        self, job: PoolJob, free_at: Mapping[str, list[float]], now: float
    ) -> tuple[str | None, float]:
        """The host on which a job would finish first, and the time."""
        hosts = self._candidates(job, free_at, now)
        done = {name: max(now, min(free_at[name])) + self._expected(name, job) for name in hosts}
        host = min(done, key=lambda name: done[name], default=None)
        return host, done[host] if host is not None else 0.0

    def _candidates(self, job: PoolJob, up: Collection[str], now: float) -> list[str]:
        """Hosts that may take a job, working ones if there are any.

        If one has begun its clip already, only that one, and the job waits for it.
        """
        if job.at:
            return [job.at] if job.at in up else []
        others = [name for name in up if name != job.avoid]
        working = [name for name in others if self._hosts[name].breaker.lets_through(now)]
        return working or others or list(up)

    def _expected(self, host: str, job: PoolJob) -> float:
        """The expected duration of a job on a host, in seconds."""
        seconds = self.seconds(host, job.request.preset)
        has_model = self._hosts[host].loras in (None, job.request.params.loras)
        return seconds if has_model else seconds * (1.0 + _SWITCH)

    def _free_times(self, now: float) -> dict[str, list[float]]:
        """The times at which the slots of each host that is up should be free."""
        times: dict[str, list[float]] = {}
        for name, host in self._hosts.items():
            if host.is_up:
                ends = [
                    max(now + 1e-3, run.at + self._expected(name, run.jobs[0]))
                    for run in self._runs.values()
                    if run.host == name
                ]
                free = max(0, host.can.slots - len(ends))
                times[name] = ends + [now] * free
        return times
