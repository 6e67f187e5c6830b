"""Assigns jobs to hosts, without I/O; `backend` carries the plan out.

Jobs are planned in the order of `scheduling`, each on the host where it would finish first, also
behind running jobs. Jobs planned on a free host start. So an idle slow host does not take a job
that a fast one would finish sooner. A host that fails by its own fault is avoided for a while if
there is another one, then tested with one job.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...quality import typical_seconds
from ...records import Purpose, QualityPreset
from ...scheduling.batches import may_share
from ...scheduling.giving_way import PATIENCE, gives_way, loss
from ...scheduling.line import Line
from ..base import Capabilities, GenerationRequest
from .forecast import Forecast
from .host import Host
from .jobs import PoolJob, Run

__all__ = ["Plan"]


class Plan:
    """The jobs and the hosts of a pool.

    Args:
        hosts: their capabilities, by name.
        share: the largest part of all slots for speculation; one slot in any case.
    """

    def __init__(self, hosts: Mapping[str, Capabilities], share: float):
        self._hosts = {name: Host(can) for name, can in hosts.items()}
        self._slots = sum(can.slots for can in hosts.values())
        self._share = share
        self._waiting: Line[PoolJob] = Line()
        self._runs: dict[int, Run] = {}
        self._runs_at: dict[str, dict[int, Run]] = {name: {} for name in hosts}
        self._numbers_of: dict[int, list[int]] = {}
        self._numbers = itertools.count(1)
        self._slots_up = self._slots
        self._speculating = 0  # runs that nobody waits for

    # ---- Queries ----

    def runs_of(self, ticket: int) -> tuple[Run, ...]:
        """The runs of a job: none while it waits, two if it is hedged."""
        return tuple(self._runs[number] for number in self._numbers_of.get(ticket, ()))

    def seconds(self, host: str, preset: QualityPreset, part: float = 0.5) -> float:
        """The duration that this part of a host's jobs stay below."""
        return self._hosts[host].pace.seconds(preset, part)

    # ---- Events ----

    def add(self, job: PoolJob) -> None:
        self._waiting.add(job.ticket, job, job.request.purpose, job.ticket, job.asked_at)

    def promote(
        self, ticket: int, purpose: Purpose, deadline: float | None
    ) -> list[tuple[str, GenerationRequest]]:
        """Raises the purpose of a job.

        Returns:
            the hosts that work on it, each with its request as it is now; none if nothing changes.
        """
        waiting = self._waiting.get(ticket)
        if waiting is not None:
            self.add(waiting.promoted(purpose, deadline))
        changed = []
        for run in self.runs_of(ticket):
            jobs = []
            for job in run.jobs:
                now = job.promoted(purpose, deadline) if job.ticket == ticket else job
                changed += [] if now is job else [(run.host, now.request)]
                jobs.append(now)
            self._note(replace(run, jobs=tuple(jobs)))
        return changed

    def drop(self, ticket: int) -> tuple[Run, ...]:
        """Removes a job; returns the runs to stop, which have no other job."""
        self._waiting.remove(ticket)
        stopped = []
        for run in self.runs_of(ticket):
            left = tuple(job for job in run.jobs if job.ticket != ticket)
            if left:
                self._note(replace(run, jobs=left))
            else:
                self._end(run)
                stopped.append(run)
                self._hosts[run.host].breaker.stopped()
        self._numbers_of.pop(ticket, None)
        return tuple(stopped)

    def finish(self, run: Run, now: float) -> None:
        """Records the success of a run."""
        if self._end(run) is not None:
            host = self._hosts[run.host]
            host.pace.record(run.jobs[0].request.preset, now - run.at)
            host.breaker.succeeded()

    def fail(self, run: Run, now: float, *, is_of_host: bool) -> tuple[PoolJob, ...]:
        """Records the failure of a run and returns its jobs; the host's pace does not change."""
        ended = self._end(run)
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
        for job in self._waiting:
            if job.at == host:
                self.add(replace(job, at=""))

    def set_up(self, host: str, *, is_up: bool) -> None:
        self._hosts[host].is_up = is_up
        self._slots_up = sum(each.can.slots for each in self._hosts.values() if each.is_up)

    # ---- Decisions ----

    def assign(self, now: float) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
        """The runs to stop, and the runs to start after that."""
        starts: list[Run] = []
        stops: list[Run] = []
        # The number of runs for which nobody waits that may be added.
        room = max(1, int(self._slots_up * self._share)) - self._speculating
        if not self._may_start(room):
            return (), ()
        forecast = Forecast(self._hosts, self._runs_at, now)
        for job in self._waiting.in_turn(now):
            if not job.is_urgent and room <= 0:
                break
            if not forecast.free and not (job.is_urgent and self._may_displace()):
                break  # the jobs after it cannot start either
            host, done = forecast.first_done(job)
            if host is None:
                continue
            if job.is_urgent and not forecast.is_free(host):
                victim = self._victim(job, done, forecast, now)
                if victim is not None:
                    self._displace(victim)
                    stops.append(victim)
                    room += 1
                    host = victim.host
                    forecast.free_last(host)
                    done = now + forecast.expected(host, job)
            starts_now = forecast.is_free(host)
            forecast.take(host, done)
            if starts_now:
                starts.append(self._start(host, job, now))
                room -= not job.is_urgent
                forecast.forget()
        return tuple(stops), tuple(starts)

    def hedge(self, ticket: int, preset: QualityPreset, now: float) -> Run | None:
        """A second run of a job at another preset, if a host is idle; None otherwise.

        Never if clips cost money, because one of the two is discarded.
        """
        busy = self.runs_of(ticket)
        if len(busy) != 1 or len(self._waiting) or self._hosts[busy[0].host].can.finish_started:
            return None
        idle = [
            name
            for name, host in self._hosts.items()
            if host.is_up and not self._runs_at[name]
            if not host.breaker.is_resting and not host.can.finish_started
        ]
        if not idle:
            return None
        host = min(idle, key=lambda name: self.seconds(name, preset))
        job = next(job for job in busy[0].jobs if job.ticket == ticket)
        cheaper = replace(job, request=replace(job.request, preset=preset))
        return self._begin(Run(next(self._numbers), host, (cheaper,), now, is_hedge=True))

    # ---- Helpers ----

    def _start(self, host: str, job: PoolJob, now: float) -> Run:
        jobs = [job]
        most = self._hosts[host].can.batch
        if most > 1 and may_share(job.request.purpose):
            jobs += itertools.islice(self._alike(job, host), most - 1)
        for each in jobs:
            seconds = typical_seconds(each.request.preset)
            self._waiting.begin(each.ticket, seconds, self._slots, now)
        self._hosts[host].loras = job.request.params.loras
        self._hosts[host].breaker.started()
        return self._begin(Run(next(self._numbers), host, tuple(jobs), now))

    def _alike(self, job: PoolJob, host: str) -> Iterable[PoolJob]:
        """Jobs that can run together with a job."""
        kind = _kind(job)
        for other in self._waiting:
            is_free = other.avoid != host and other.at in ("", host)
            is_alike = may_share(other.request.purpose) and _kind(other) == kind
            if other is not job and is_free and is_alike:
                yield other

    def _begin(self, run: Run) -> Run:
        self._note(run)
        for job in run.jobs:
            self._numbers_of.setdefault(job.ticket, []).append(run.number)
        return run

    def _note(self, run: Run) -> None:
        before = self._runs.get(run.number)
        if before is not None:
            self._speculating -= not before.is_urgent
        self._speculating += not run.is_urgent
        self._runs[run.number] = self._runs_at[run.host][run.number] = run

    def _end(self, run: Run) -> Run | None:
        """Removes a run, and returns it as it is now; None if it has ended before."""
        ended = self._runs.pop(run.number, None)
        if ended is None:
            return None
        del self._runs_at[run.host][run.number]
        self._speculating -= not ended.is_urgent
        for job in ended.jobs:
            numbers = self._numbers_of[job.ticket]
            numbers.remove(run.number)
            if not numbers:
                del self._numbers_of[job.ticket]
        return ended

    def _displace(self, run: Run) -> None:
        self._end(run)
        self._hosts[run.host].breaker.stopped()
        for job in run.jobs:
            self.add(replace(job, displaced=job.displaced + 1))

    def _victim(self, job: PoolJob, done: float, forecast: Forecast, now: float) -> Run | None:
        """The run that makes way, if the job is then done so much sooner that it is worth it."""
        hosts = set(forecast.candidates(job))

        def gain(run: Run) -> float:
            seconds = forecast.expected(run.host, job)
            return done - now - seconds - PATIENCE * seconds

        runs = [run for run in self._making_way() if run.host in hosts and gain(run) > 0.0]
        return min(runs, key=lambda run: loss(run.purpose, run.at, -gain(run)), default=None)

    def _making_way(self) -> Iterable[Run]:
        for run in self._runs.values():
            if run.is_hedge or self._hosts[run.host].can.finish_started:
                continue
            if all(
                gives_way(job.request.purpose, job.displaced, safe=Purpose.URGENT)
                for job in run.jobs
            ):
                yield run

    def _may_displace(self) -> bool:
        return next(iter(self._making_way()), None) is not None

    def _may_start(self, room: int) -> bool:
        """Whether any job waits that could start: most events change nothing."""
        is_urgent = self._waiting.has(Purpose.URGENT)
        if not is_urgent and (room <= 0 or not len(self._waiting)):
            return False
        for name, host in self._hosts.items():
            if host.is_up and len(self._runs_at[name]) < host.can.slots:
                return True
        return is_urgent and self._may_displace()


def _kind(job: PoolJob) -> tuple[QualityPreset, float, tuple[str, ...]]:
    """The properties that jobs made together have in common."""
    request = job.request
    return request.preset, request.clip_seconds, request.params.loras
