"""The tasks and the workers of a policy, with everything that is counted kept up to date."""

import heapq
import itertools
import math
from collections.abc import Sequence

from ..records import Purpose
from .models import Live, Model, Worker
from .order import class_ends_at, class_of
from .pools import Pool
from .tasks import Task
from .waiting import Entry

__all__ = ["Board"]

# Tasks that change their class in one decision at most, so that each decision remains quick.
_MOST_TURNS = 256


class Board:
    """Tasks wait in lanes or rest, and workers run them.

    Attributes:
        entries: all tasks, by key.
        runs: by number.
        freed: workers that got a free slot since the last decision, by name.
        touched: models that tasks began to wait for since then.
        waiting_of: the number of tasks that wait or rest, by tenant.
    """

    def __init__(self) -> None:
        self.pools: dict[str, Pool] = {}
        self.workers: dict[str, Worker] = {}
        self.entries: dict[str, Entry] = {}
        self.runs: dict[int, Live] = {}
        self.freed: dict[str, Worker] = {}
        self.touched: dict[Model, Pool] = {}
        self.waiting_of: dict[str, int] = {}
        self._weights: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._turns: list[tuple[float, int, Entry]] = []
        self._pushes = itertools.count()

    def pool(self, name: str) -> Pool:
        found = self.pools.get(name)
        if found is None:
            found = self.pools[name] = Pool(self._weights)
        return found

    def set_weight(self, tenant: str, weight: float) -> None:
        self._weights[tenant] = weight  # which all pools read

    # ---- Tasks ----

    def wait(self, entry: Entry, now: float) -> None:
        """Has a task wait in the lane of its class, or rest."""
        task = entry.task
        pool = self.pool(task.pool)
        model = pool.model(task.model)
        if task.not_before > now:
            entry.turn = task.not_before
            pool.rest(model, entry)
        else:
            ends_at = class_ends_at(task.purpose, task.asked_at, task.due_at)
            entry.turn = ends_at if ends_at > now else math.inf
            pool.wait(model, entry, class_of(task.purpose, task.asked_at, task.due_at, now))
            self.touched[model] = pool
        self.waiting_of[task.tenant] = self.waiting_of.get(task.tenant, 0) + 1
        if entry.turn < math.inf:
            heapq.heappush(self._turns, (entry.turn, next(self._pushes), entry))

    def unwait(self, entry: Entry) -> None:
        """Takes a task out of its lane or its rest."""
        pool = self.pool(entry.task.pool)
        pool.unwait(pool.model(entry.task.model), entry)
        entry.turn = math.inf
        tenant = entry.task.tenant
        self.waiting_of[tenant] -= 1
        if not self.waiting_of[tenant]:
            del self.waiting_of[tenant]

    def note_arrival(self, task: Task) -> None:
        """Notes the request of a task for the demand of its model."""
        if task.purpose >= Purpose.UPGRADE:
            pool = self.pool(task.pool)
            pool.note_arrival(task)
            model = pool.model(task.model)
            model.arrivals.note(task.seconds, task.asked_at)
            if task.purpose is Purpose.URGENT:
                model.urgent_arrivals.note(task.seconds, task.asked_at)
                model.urgent_at = max(model.urgent_at, task.asked_at)

    def touch_all(self) -> None:
        """Has all models that tasks wait for looked at again."""
        for pool in self.pools.values():
            for demand in pool.demand:
                self.touched.update(dict.fromkeys(demand.values(), pool))

    def take_turns(self, now: float) -> None:
        """Moves the tasks whose class or rest ends."""
        for _ in range(_MOST_TURNS):
            turn = self.next_turn()
            if turn is None or turn > now:
                return
            _, _, entry = heapq.heappop(self._turns)
            self.unwait(entry)
            self.wait(entry, now)

    def next_turn(self) -> float | None:
        """The time at which a task changes its class or ends its rest; None for never."""
        while self._turns:
            at, _, entry = self._turns[0]
            if entry.turn == at:
                return at
            heapq.heappop(self._turns)  # it has begun, is gone, or got another turn
        return None

    # ---- Runs ----

    def begin(
        self, worker: Worker, entries: Sequence[Entry], at: float, loads: bool = False
    ) -> Live:
        """Begins a run of tasks that do not wait any more."""
        number = next(self._numbers)
        seconds = entries[0].task.seconds + (worker.can.load_seconds if loads else 0.0)
        tasks = {entry.task.key: entry for entry in entries}
        live = Live(number, worker, worker.model, tasks, at, len(entries), at + seconds, loads)
        pool = self.pool(worker.can.pool)
        for entry in entries:
            entry.run = number
            entry.held = 1.0 / len(entries)
            pool.hold(entry.task, entry.held)
        self.runs[number] = live
        worker.runs.add(number)
        pool.begin(live)
        return live

    def leave(self, entry: Entry, now: float, *, in_vain: bool = False) -> Live | None:
        """Takes a task out of its run; returns the run if it has no other task.

        Args:
            in_vain: whether the tenant gets nothing for it and pays nothing.
        """
        live = self.runs[entry.run]
        if entry.paid_in is not None:
            paid = entry.task.seconds / live.size
            took = 0.0 if in_vain else (now - live.at) / live.size
            entry.paid_in.correct(entry.task.tenant, paid, took)
            entry.paid_in = None
        entry.run = 0
        del live.entries[entry.task.key]
        worker = live.worker
        pool = self.pool(worker.can.pool)
        pool.hold(entry.task, -entry.held)
        if live.entries:
            pool.note_way(live)
            return None
        del self.runs[live.number]
        worker.runs.discard(live.number)
        pool.end(live)
        self.free(worker)
        return live

    # ---- Workers ----

    def free(self, worker: Worker) -> None:
        """Notes that a worker may have a free slot."""
        if worker.is_free:
            self.freed[worker.can.name] = worker

    def load(self, worker: Worker, model: Model, now: float) -> None:
        """Gives a worker another model."""
        pool = self.pool(worker.can.pool)
        pool.leave(worker)
        worker.model, worker.loaded_at = model, now
        pool.enter(worker)
