"""The order in which clips are generated, and who has to make way for whom."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..records import CacheKey
from .jobs import Job, Purpose, Start

__all__ = ["Assignment", "GenerationQueue"]

_PLANNED = (Purpose.SPECULATION, Purpose.UPGRADE)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the backends are to do now; stop first, then start."""

    starts: tuple[Start, ...]
    stops: tuple[Start, ...]


class GenerationQueue:
    """Jobs that wait and jobs that run.

    Wanted jobs go first: the highest priority, and the first asked for within one. They take the
    place of jobs that run without being wanted, and of wanted ones of lower priority; those wait
    again. What is not wanted gains priority while it waits, so all of it gets its turn some time.

    Args:
        slots: how many jobs each backend runs at once, at least one; there may be no backend.
        finishing: the backends that finish what they have begun: their jobs make way for none, and
            one that is taken out runs on as one that nobody waits for.
        length: how many jobs wait at most; the least valuable one is refused.
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

    # ---- What there is ----

    def __len__(self) -> int:
        """How many jobs wait."""
        return len(self._waiting)

    @property
    def waiting(self) -> tuple[Job, ...]:
        return tuple(self._waiting.values())

    @property
    def running(self) -> tuple[Start, ...]:
        return tuple(self._running.values())

    def in_order(self) -> list[Job]:
        """The jobs that wait, the one whose turn is next first."""
        return sorted(self._waiting.values(), key=self._rank, reverse=True)

    def find(self, key: CacheKey) -> Job | None:
        """The job of `key`, waiting or running."""
        running = self._find_running(key)
        return running.job if running else self._waiting.get(key)

    def has_free_slot(self, backends: Iterable[str]) -> bool:
        return any(self._is_free(backend) for backend in backends)

    # ---- What comes and goes ----

    def add(self, job: Job) -> tuple[Job, ...]:
        """Takes `job` in, and returns the jobs refused because of it: often none, maybe itself.

        A job of the same key is joined: it keeps its place and its preset if it runs, and gets
        the purpose and priority of the more valuable of the two.
        """
        running = self._find_running(job.key)
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
        """Puts a new plan of speculations and upgrades in place of the one that waits."""
        for key in [key for key, job in self._waiting.items() if job.purpose in _PLANNED]:
            del self._waiting[key]
        for job in jobs:
            self.add(job)

    def cancel(self, key: CacheKey) -> tuple[Start, ...]:
        """Takes the job of `key` out; returns what is to be stopped for that."""
        self._waiting.pop(key, None)
        return self._stop(start for start in self.running if start.job.key == key)

    def cancel_owner(self, owner: str) -> tuple[Start, ...]:
        """Takes all jobs of an NPC out; returns what is to be stopped for that."""
        for key in [key for key, job in self._waiting.items() if job.owner == owner]:
            del self._waiting[key]
        return self._stop(start for start in self.running if start.job.owner == owner)

    def supersede(self, awaited: Collection[CacheKey]) -> int:
        """Takes out what was wanted, has not begun and is not awaited any more; how many."""
        gone = [key for key, job in self._waiting.items() if job.is_wanted and key not in awaited]
        for key in gone:
            del self._waiting[key]
        return len(gone)

    def clear(self) -> tuple[Start, ...]:
        """Takes everything out; returns what is to be stopped for that."""
        self._waiting.clear()
        return self._stop(self.running)

    # ---- Backends ----

    def assign(self, now: float, backends: Sequence[str]) -> Assignment:
        """Gives waiting jobs to `backends`, the preferred one first."""
        starts: list[Start] = []
        stops: list[Start] = []
        for job in self.in_order():
            if job.not_before > now:
                continue
            backend = next((backend for backend in backends if self._is_free(backend)), None)
            if backend is None:
                victim = self._victim(job, now, backends)
                if victim is None:
                    break  # whoever comes later may displace even less
                del self._running[victim.ticket]
                stops.append(victim)
                if victim.job.is_wanted:
                    self._waiting[victim.job.key] = victim.job
                backend = victim.backend
            del self._waiting[job.key]
            start = Start(next(self._tickets), backend, job, now)
            self._running[start.ticket] = start
            starts.append(start)
        return Assignment(tuple(starts), tuple(stops))

    def finish(self, ticket: int) -> Start | None:
        """Frees the slot of a job that ended; None if it had been stopped before."""
        return self._running.pop(ticket, None)

    # ---- Inside ----

    def _rank(self, job: Job) -> tuple[bool, float, int]:
        """Sorts jobs by value, the most valuable last.

        All that age do so alike: what tells them apart is when they began.
        """
        younger = 0.0 if job.is_wanted else self._ageing * job.asked_at
        return (job.is_wanted, job.priority - younger, -job.order)

    def _victim(self, job: Job, now: float, backends: Sequence[str]) -> Start | None:
        """The running job that `job` may displace and that is worth least, the youngest first."""
        if not job.is_wanted:
            return None
        weaker = (
            start
            for start in self._running.values()
            if start.backend in backends
            and start.backend not in self._finishing
            and (not start.job.is_wanted or start.job.priority < job.priority)
        )
        return min(
            weaker,
            key=lambda start: (start.job.is_wanted, start.job.priority, -start.at),
            default=None,
        )

    def _is_free(self, backend: str) -> bool:
        busy = sum(start.backend == backend for start in self._running.values())
        return busy < self._slots.get(backend, 0)

    def _find_running(self, key: CacheKey) -> Start | None:
        return next((start for start in self._running.values() if start.job.key == key), None)

    def _stop(self, starts: Iterable[Start]) -> tuple[Start, ...]:
        stopped: list[Start] = []
        for start in starts:
            if start.backend in self._finishing:
                left = replace(start.job, purpose=Purpose.BACKGROUND, priority=0.0)
                self._running[start.ticket] = replace(start, job=left)
            else:
                del self._running[start.ticket]
                stopped.append(start)
        return tuple(stopped)


def _joined(first: Job, second: Job) -> Job:
    """One job for both: the place of the first, the worth of the more valuable."""
    if (second.is_wanted, second.priority) <= (first.is_wanted, first.priority):
        return first
    return replace(first, purpose=second.purpose, priority=second.priority)
