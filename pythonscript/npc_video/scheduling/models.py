"""The tasks and workers of one model, counted as they change."""

import math
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field

from ..records import Purpose
from .demand import Arrivals, needed_workers
from .order import Class
from .shares import Shares
from .tasks import Run, WorkerState
from .waiting import Entry, Lane

__all__ = ["Live", "Model", "Worker"]

_RESIDENT_SECONDS = 300.0


@dataclass(slots=True, eq=False)
class Worker:
    """A worker.

    Attributes:
        loaded_at: the time since which it has its model.
        runs: their numbers.
    """

    can: WorkerState
    model: "Model"
    loaded_at: float
    runs: set[int] = field(default_factory=set)

    @property
    def is_free(self) -> bool:
        return len(self.runs) < self.can.slots and not self.can.is_leaving

    @property
    def can_load(self) -> bool:
        """Whether no run needs the model that it has."""
        return not self.runs or self.can.load_seconds == 0.0


@dataclass(slots=True, eq=False)
class Live:
    """A run that goes on.

    Attributes:
        entries: its tasks that are still wanted, by key.
        size: the number of tasks that it began with.
        end: its expected end.
        gives_way: the purpose with which it can be displaced; None if it cannot.
    """

    number: int
    worker: Worker
    model: "Model"
    entries: dict[str, Entry]
    at: float
    size: int
    end: float
    loads: bool
    gives_way: Purpose | None = None

    @property
    def run(self) -> Run:
        tasks = tuple(entry.task for entry in self.entries.values())
        return Run(self.number, self.worker.can.name, tasks, self.at, self.loads)


class Model:
    """The tasks that need a model, and the workers that have it.

    Attributes:
        lanes: the waiting tasks, by class.
        alike: those of the lower purposes that can be made together, by kind and key.
        idle: the workers with a free slot, by name, the longest idle first.
        unused: those of them that can load another model.
        workers: their number, busy or not.
        waiting: the number of tasks that wait or rest, and `seconds` of them.
        urgent_at: the time of the last request of an urgent task.
        arrivals: those of the upper classes.
        urgent_arrivals: those of them that are urgent.
        giving_way: the runs that can be displaced, by purpose, the youngest first.
    """

    def __init__(self, name: str, shares: tuple[Shares, ...]):
        self.name = name
        self.lanes = tuple(Lane(each) for each in shares)
        self.alike: dict[str, dict[str, Entry]] = {}
        self.idle: dict[str, Worker] = {}
        self.unused: dict[str, Worker] = {}
        self.workers = 0
        self.waiting = 0
        self.seconds = 0.0
        self.urgent_at = -math.inf
        self.arrivals = Arrivals()
        self.urgent_arrivals = Arrivals()
        self.giving_way: tuple[list[tuple[float, int, Live]], ...] = ([], [])
        self._ends: list[tuple[float, int]] = []

    def waiting_from(self, least: Class) -> int:
        """The number of tasks that wait in a class or above."""
        return sum(map(len, self.lanes[least:]))

    def has_waiting(self, least: Class) -> bool:
        """Whether a task waits in a class or above."""
        return any(self.lanes[least:])

    def has_urgent_demand(self, now: float) -> bool:
        """Whether an urgent task asked for it within the last five minutes."""
        return now - self.urgent_at <= _RESIDENT_SECONDS

    def need(self, least: Class, now: float) -> float:
        """The workers that it needs for the tasks of an upper class and above."""
        arrivals = self.urgent_arrivals if least is Class.URGENT else self.arrivals
        return needed_workers(arrivals.rate(now))

    def is_short(self, least: Class, now: float) -> bool:
        """Whether it has fewer workers than it needs."""
        return self.workers < self.need(least, now)

    @property
    def is_homeless(self) -> bool:
        """Whether tasks wait for it, and no worker has it."""
        return self.waiting > 0 and not self.workers

    def is_unused(self, now: float) -> bool:
        return not self.workers and not self.waiting and not self.has_urgent_demand(now)

    def soon_free(self, now: float, seconds: float) -> int:
        """The number of workers that are idle, and of runs that should end within some seconds.

        A run that is overdue by more than that is not counted: nobody knows when it ends.
        """
        first = bisect_left(self._ends, (now - seconds, 0))
        return len(self.idle) + bisect_right(self._ends, (now + seconds, math.inf)) - first

    def begin(self, live: Live) -> None:
        insort(self._ends, (live.end, live.number))

    def end(self, live: Live) -> None:
        del self._ends[bisect_left(self._ends, (live.end, live.number))]
