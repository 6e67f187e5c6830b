"""Orders the clips to generate, and decides which ones displace others."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..records import CacheKey, Purpose
from .jobs import Job, Start

__all__ = ["Assignment", "GenerationQueue"]

_PLANNED = (Purpose.SPECULATION, Purpose.UPGRADE)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Actions for the backends; stop first, then start."""

    starts: tuple[Start, ...]
    stops: tuple[Start, ...]


class GenerationQueue:
    """Waiting and running jobs.

    Urgent jobs come first: by priority, then by age. They displace running jobs that are not
    urgent, and urgent ones of lower priority; those wait again. Other jobs gain priority while they
    wait, so each gets its turn at some time.

    Args:
        slots: jobs that each backend runs at the same time, at least one; there may be no backend.
        finishing: the backends that finish what they have begun: their jobs are not displaced, and
            a cancelled one continues as a job that nobody waits for.
        length: the most waiting jobs; the least valuable one is refused.
        ageing: priority gained per second of waiting.
    """

    def __init__(
        self,
        slots: Mapping[str, int],
        finishing: Collection[str] = (),
        *,
        length: int = 32,
        ageing: float = 0.002,
    ):
        self._slots = dict(slots)
        self._finishing = frozenset(finishing)
        self._length = length
        self._ageing = ageing
        self._waiting: dict[CacheKey, Job] = {}
        self._running: dict[int, Start] = {}
        self._tickets = itertools.count(1)

    # ---- Queries ----

    def __len__(self) -> int:
        """The number of waiting jobs."""
        return len(self._waiting)

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(self._waiting.values())

    @property
    def running(self) -> tuple[Start, ...]:
        return tuple(self._running.values())

    def in_order(self) -> list[Job]:
        """The waiting jobs, the next one first."""
        return sorted(self._waiting.values(), key=self._rank, reverse=True)

    def find(self, key: CacheKey) -> Job | None:
        """The job of `key`, waiting or running."""
        running = self.running_of(key)
        return running.job if running else self._waiting.get(key)

    def running_of(self, key: CacheKey) -> Start | None:
        """The start of the running job of `key`."""
        return next((start for start in self._running.values() if start.job.key == key), None)

    def has_free_slot(self, backends: Iterable[str]) -> bool:
        return any(self._is_free(backend) for backend in backends)

    # ---- Changes ----

    def add(self, job: Job) -> tuple[Job, ...]:
        """Adds `job`; returns the jobs refused because of it, which may be the job itself.

        A job with the same key is joined: it keeps its place, and its preset if it runs, and gets
        the purpose and priority of the more valuable of the two.
        """
        running = self.running_of(job.key)
        if running is not None:
            joined = _joined(running.job, job)
            self._running[running.ticket] = replace(running, job=joined)
            return ()
        waiting = self._waiting.get(job.key)
        self._waiting[job.key] = job if waiting is None else _joined(waiting, job)
        if len(self._waiting) <= self._length:
            return ()
        least = min(self._waiting.values(), key=self._rank)
        return (self._waiting.pop(least.key),)

    def replan(self, jobs: Iterable[Job]) -> None:
        """Replaces the waiting speculations and upgrades by a new plan."""
        for key in [key for key, job in self._waiting.items() if job.purpose in _PLANNED]:
            del self._waiting[key]
        for job in jobs:
            self.add(job)

    def cancel(self, key: CacheKey) -> tuple[Start, ...]:
        """Removes the job of `key`; returns the starts to stop."""
        self._waiting.pop(key, None)
        return self._stop(start for start in self.running if start.job.key == key)

    def cancel_owner(self, owner: str) -> tuple[Start, ...]:
        """Removes all jobs of an NPC; returns the starts to stop."""
        for key in [key for key, job in self._waiting.items() if job.owner == owner]:
            del self._waiting[key]
        return self._stop(start for start in self.running if start.job.owner == owner)

    def supersede(self, awaited: Collection[CacheKey]) -> int:
        """Removes urgent jobs that are neither begun nor awaited any more; returns their number."""
        gone = [key for key, job in self._waiting.items() if job.is_urgent and key not in awaited]
        for key in gone:
            del self._waiting[key]
        return len(gone)

    def clear(self) -> tuple[Start, ...]:
        """Removes all jobs; returns the starts to stop."""
        self._waiting.clear()
        return self._stop(self.running)

    # ---- Backends ----

    def assign(self, now: float, backends: Sequence[str]) -> Assignment:
        """Assigns waiting jobs to `backends`, in order of preference."""
        starts: list[Start] = []
        stops: list[Start] = []
        for job in self.in_order():
            if job.not_before > now:
                continue
            backend = next((backend for backend in backends if self._is_free(backend)), None)
            if backend is None:
                victim = self._victim(job, now, backends)
                if victim is None:
                    break  # later jobs could displace even less
                del self._running[victim.ticket]
                stops.append(victim)
                if victim.job.is_urgent:
                    self._waiting[victim.job.key] = victim.job
                backend = victim.backend
            del self._waiting[job.key]
            start = Start(next(self._tickets), backend, job, now)
            self._running[start.ticket] = start
            starts.append(start)
        return Assignment(tuple(starts), tuple(stops))

    def finish(self, ticket: int) -> Start | None:
        """Frees the slot of an ended job; None if it was stopped before."""
        return self._running.pop(ticket, None)

    # ---- Helpers ----

    def _rank(self, job: Job) -> tuple[bool, float, int]:
        """A sort key by value, the most valuable last.

        All jobs age alike, so only their start times make a difference.
        """
        younger = 0.0 if job.is_urgent else self._ageing * job.asked_at
        return (job.is_urgent, job.priority - younger, -job.order)

    def _victim(self, job: Job, now: float, backends: Sequence[str]) -> Start | None:
        """The running job of the least value that `job` may displace, the youngest first."""
        if not job.is_urgent:
            return None
        weaker = (
            start
            for start in self._running.values()
            if start.backend in backends
            and start.backend not in self._finishing
            and (not start.job.is_urgent or start.job.priority < job.priority)
        )
        return min(
            weaker,
            key=lambda start: (start.job.is_urgent, start.job.priority, -start.at),
            default=None,
        )

    def _is_free(self, backend: str) -> bool:
        busy = sum(start.backend == backend for start in self._running.values())
        return busy < self._slots.get(backend, 0)

    def _stop(self, starts: Iterable[Start]) -> tuple[Start, ...]:
        stopped: list[Start] = []
        for start in starts:
            if start.backend in self._finishing:
                left = replace(start.job, purpose=Purpose.BAKE, priority=0.0)
                self._running[start.ticket] = replace(start, job=left)
            else:
                del self._running[start.ticket]
                stopped.append(start)
        return tuple(stopped)


def _joined(first: Job, second: Job) -> Job:
    """Joins two jobs: the place of the first, the value of the more valuable.

    A player has waited for the first only if it was urgent.
    """
    if (second.is_urgent, second.priority) <= (first.is_urgent, first.priority):
        return first
    is_promoted = second.is_urgent and not first.is_urgent
    asked_at = second.asked_at if is_promoted else first.asked_at
    return replace(first, purpose=second.purpose, priority=second.priority, asked_at=asked_at)
