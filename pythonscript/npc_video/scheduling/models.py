"""The tasks and workers of one model, counted as they change, and those of a pool."""

import math
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field

from ..records import Purpose
from .demand import Arrivals
from .giving_way import giving_way
from .order import AGED_SHARE, Class
from .shares import Shares
from .tasks import Run, WorkerState
from .waiting import Entry, Lane

__all__ = ["Live", "Model", "Pool", "Worker"]

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
        unused: those of them without any run.
        workers: their number, busy or not.
        waiting: the number of tasks that wait or rest, and `seconds` of them.
        urgent_at: the time of the last request of an urgent task.
        arrivals: those of the upper classes.
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
        self._ends: list[tuple[float, int]] = []
        # The youngest run is the first: it has least to lose.
        self._giving_way: dict[Purpose, list[tuple[float, int, Live]]] = {
            purpose: [] for purpose in (Purpose.BAKE, Purpose.SPECULATION)
        }

    def waiting_from(self, least: Class) -> int:
        """The number of tasks that wait in a class or above."""
        return sum(len(lane) for lane in self.lanes[least:])

    def has_urgent_demand(self, now: float) -> bool:
        """Whether an urgent task asked for it within the last five minutes."""
        return now - self.urgent_at <= _RESIDENT_SECONDS

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
        self.note_way(live)

    def end(self, live: Live) -> None:
        del self._ends[bisect_left(self._ends, (live.end, live.number))]
        self._stay(live)

    def note_way(self, live: Live) -> None:
        """Notes whether a run can be displaced, which changes when somebody waits for it."""
        self._stay(live)
        can = live.worker.can
        if not can.finishes_started and not can.is_leaving:
            live.gives_way = giving_way(entry.task for entry in live.entries.values())
        if live.gives_way is not None:
            insort(self._giving_way[live.gives_way], (-live.at, live.number, live))

    def least_to_lose(self, purpose: Purpose) -> Live | None:
        """The youngest run that can be displaced with a purpose."""
        runs = self._giving_way[purpose]
        return runs[0][2] if runs else None

    def _stay(self, live: Live) -> None:
        if live.gives_way is not None:
            runs = self._giving_way[live.gives_way]
            del runs[bisect_left(runs, (-live.at, live.number, live))]
            live.gives_way = None


class Pool:
    """The models of the workers that can make the same tasks.

    Attributes:
        demand: the models that tasks of a class wait for, by class and name.
        idle: the models of the workers with a free slot, by name.
        slots: those of all workers.
        ahead: seconds of the tasks that wait, without baking.
        aged_from: the time from which an aged task may start before the upgrades.
    """

    def __init__(self) -> None:
        self.models: dict[str, Model] = {}
        self.demand: tuple[dict[str, Model], ...] = tuple({} for _ in Class)
        self.idle: dict[str, Model] = {}
        self.slots = 0
        self.ahead = 0.0
        self.aged_from = -math.inf
        self._shares = tuple(Shares() for _ in Class)

    def model(self, name: str) -> Model:
        found = self.models.get(name)
        if found is None:
            found = self.models[name] = Model(name, self._shares)
        return found

    def set_weight(self, tenant: str, weight: float) -> None:
        for each in self._shares:
            each.set_weight(tenant, weight)

    def forget_unused(self, now: float) -> None:
        """Forgets the models that nobody has or needs."""
        for name in [name for name, model in self.models.items() if model.is_unused(now)]:
            del self.models[name]

    # ---- Tasks ----

    def use_aged(self, seconds: float, now: float) -> None:
        """Notes the start of an aged task, so that the next one keeps to their part."""
        self.aged_from = now + seconds / (AGED_SHARE * max(1, self.slots))

    def rest(self, model: Model, entry: Entry) -> None:
        self._count(model, entry, 1)

    def wait(self, model: Model, entry: Entry, least: Class) -> None:
        self._count(model, entry, 1)
        model.lanes[least].add(entry)
        self.demand[least][model.name] = model
        if entry.task.kind and entry.task.purpose < Purpose.UPGRADE:
            model.alike.setdefault(entry.task.kind, {})[entry.task.key] = entry

    def unwait(self, model: Model, entry: Entry) -> None:
        self._count(model, entry, -1)
        if entry.lane is None:
            return  # it rests
        least = model.lanes.index(entry.lane)
        entry.lane.remove(entry)
        if not model.lanes[least]:
            del self.demand[least][model.name]
        if entry.task.kind and entry.task.purpose < Purpose.UPGRADE:
            alike = model.alike[entry.task.kind]
            del alike[entry.task.key]
            if not alike:
                del model.alike[entry.task.kind]

    def _count(self, model: Model, entry: Entry, sign: int) -> None:
        seconds = sign * entry.task.seconds
        model.waiting += sign
        # Without tasks it is exactly 0, so that rounding does not add up.
        model.seconds = model.seconds + seconds if model.waiting else 0.0
        if entry.task.purpose > Purpose.BAKE:
            self.ahead = max(0.0, self.ahead + seconds)

    # ---- Workers ----

    def seat(self, worker: Worker) -> None:
        """Notes whether a worker has a free slot."""
        model, name = worker.model, worker.can.name
        if not worker.is_free:
            self.unseat(worker)
            return
        model.idle.setdefault(name, worker)
        self.idle[model.name] = model
        if worker.runs:
            model.unused.pop(name, None)
        else:
            model.unused.setdefault(name, worker)

    def unseat(self, worker: Worker) -> None:
        """Removes a worker from those that have a free slot."""
        model, name = worker.model, worker.can.name
        model.unused.pop(name, None)
        if model.idle.pop(name, None) is not None and not model.idle:
            del self.idle[model.name]
