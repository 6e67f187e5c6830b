"""Orders the clips to generate, and decides which ones displace others."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..quality import typical_seconds
from ..records import CacheKey, Purpose
from ..scheduling.giving_way import loss
from ..scheduling.line import Line
from .jobs import Job, Start

__all__ = ["Assignment", "GenerationQueue"]

_PLANNED = (Purpose.SPECULATION, Purpose.UPGRADE)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Actions for the backends; stop first, then start."""

    starts: tuple[Start, ...]
    stops: tuple[Start, ...]


_NOTHING = Assignment((), ())


class GenerationQueue:
    """Waiting and running jobs.

    The order is that of `scheduling.order`; within a class it is by priority, then by age. Urgent
    jobs displace running jobs that are not urgent, and urgent ones of lower priority; those wait
    again.

    Args:
        slots: jobs that each backend runs at the same time, at least one; there may be no backend.
        finishing: the backends that finish what they have begun: their jobs are not displaced, and
            a cancelled one continues as a job that nobody waits for.
        length: the most waiting jobs; the least valuable one is refused.
    """

    def __init__(
        self,
        slots: Mapping[str, int],
        finishing: Collection[str] = (),
        *,
        length: int = 32,
    ):
        self._slots = dict(slots)
        self._all_slots = sum(slots.values())
        self._finishing = frozenset(finishing)
        self._length = length
        self._waiting: Line[Job] = Line()
        self._running: dict[int, Start] = {}
        self._ticket_of: dict[CacheKey, int] = {}
        self._busy: Counter[str] = Counter()
        self._tickets = itertools.count(1)

    # ---- Queries ----

    def __len__(self) -> int:
        """The number of waiting jobs."""
        return len(self._waiting)

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(self._waiting)

    @property
    def running(self) -> tuple[Start, ...]:
        return tuple(self._running.values())

    def in_order(self) -> list[Job]:
        """The waiting jobs, the next one first."""
        return [job for purpose in reversed(Purpose) for job in self._waiting.of(purpose)]

    def find(self, key: CacheKey) -> Job | None:
        """The job of `key`, waiting or running."""
        running = self.running_of(key)
        return running.job if running else self._waiting.get(key)

    def running_of(self, key: CacheKey) -> Start | None:
        """The start of the running job of `key`."""
        ticket = self._ticket_of.get(key)
        return None if ticket is None else self._running[ticket]

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
        self._wait(job if waiting is None else _joined(waiting, job))
        if len(self._waiting) <= self._length:
            return ()
        least = self._waiting.last()
        self._waiting.remove(least.key)
        return (least,)

    def replan(self, jobs: Iterable[Job]) -> None:
        """Replaces the waiting speculations and upgrades by a new plan."""
        for purpose in _PLANNED:
            for job in self._waiting.of(purpose):
                self._waiting.remove(job.key)
        for job in jobs:
            self.add(job)

    def cancel(self, key: CacheKey) -> tuple[Start, ...]:
        """Removes the job of `key`; returns the starts to stop."""
        self._waiting.remove(key)
        running = self.running_of(key)
        return () if running is None else self._stop((running,))

    def cancel_owner(self, owner: str) -> tuple[Start, ...]:
        """Removes all jobs of an NPC; returns the starts to stop."""
        for job in self._waiting:
            if job.owner == owner:
                self._waiting.remove(job.key)
        return self._stop(start for start in self.running if start.job.owner == owner)

    def supersede(self, awaited: Collection[CacheKey]) -> int:
        """Removes urgent jobs that are neither begun nor awaited any more; returns their number."""
        urgent = self._waiting.of(Purpose.URGENT)
        gone = [job.key for job in urgent if job.key not in awaited]
        for key in gone:
            self._waiting.remove(key)
        return len(gone)

    def clear(self) -> tuple[Start, ...]:
        """Removes all jobs; returns the starts to stop."""
        self._waiting = Line()
        return self._stop(self.running)

    # ---- Backends ----

    def assign(self, now: float, backends: Sequence[str]) -> Assignment:
        """Assigns waiting jobs to `backends`, in order of preference."""
        if not self._may_start(backends):
            return _NOTHING
        starts: list[Start] = []
        stops: list[Start] = []
        for job in self._waiting.in_turn(now):
            if job.not_before > now:
                continue
            backend = next((backend for backend in backends if self._is_free(backend)), None)
            if backend is None:
                victim = self._victim(job, now, backends)
                if victim is None:
                    break  # later jobs could displace even less
                self.finish(victim.ticket)
                stops.append(victim)
                if victim.job.is_urgent:
                    self._wait(victim.job)
                backend = victim.backend
            self._waiting.begin(job.key, typical_seconds(job.preset), self._all_slots, now)
            starts.append(self._begin(backend, job, now))
        return Assignment(tuple(starts), tuple(stops))

    def finish(self, ticket: int) -> Start | None:
        """Frees the slot of an ended job; None if it was stopped before."""
        start = self._running.pop(ticket, None)
        if start is not None:
            del self._ticket_of[start.job.key]
            self._busy[start.backend] -= 1
        return start

    # ---- Helpers ----

    def _may_start(self, backends: Sequence[str]) -> bool:
        """Whether any job waits that could start: most events change nothing."""
        if self._waiting.has(Purpose.URGENT):
            return True
        return len(self._waiting) > 0 and self.has_free_slot(backends)

    def _wait(self, job: Job) -> None:
        self._waiting.add(job.key, job, job.purpose, job.order, job.asked_at, job.priority)

    def _begin(self, backend: str, job: Job, now: float) -> Start:
        start = Start(next(self._tickets), backend, job, now)
        self._running[start.ticket] = start
        self._ticket_of[job.key] = start.ticket
        self._busy[backend] += 1
        return start

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

        def key(start: Start) -> tuple[Purpose, float, float]:
            # The worth of upgrades and of speculation is known here: it says more than the purpose.
            purpose = Purpose.URGENT if start.job.is_urgent else Purpose.BAKE
            return loss(purpose, start.at, start.job.priority)

        return min(weaker, key=key, default=None)

    def _is_free(self, backend: str) -> bool:
        return self._busy[backend] < self._slots.get(backend, 0)

    def _stop(self, starts: Iterable[Start]) -> tuple[Start, ...]:
        stopped: list[Start] = []
        for start in starts:
            if start.backend in self._finishing:
                left = replace(start.job, purpose=Purpose.BAKE, priority=0.0)
                self._running[start.ticket] = replace(start, job=left)
            else:
                self.finish(start.ticket)
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
