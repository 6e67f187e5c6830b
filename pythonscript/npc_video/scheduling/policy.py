"""Assigns the tasks of many tenants to many workers.

A policy makes all decisions of a farm, without I/O and without a clock: the same code runs under
the simulator's virtual time. Its state is settled after each decision, so an event concerns only
the worker that became free and the model whose tasks wait, however many there are.
"""

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import replace

from ..records import Purpose
from .admission import Refusal, refusal
from .affinity import best_lane, first_for_loader, idle_loader
from .attempts import doom_of, pardoned, pause_after
from .board import Board
from .demand import wanted_workers
from .models import Live, Model, Worker
from .order import Class
from .pools import Pool
from .preemption import making_way
from .tasks import Decision, GivenUp, Run, Task, WorkerState
from .waiting import Entry, Lane

__all__ = ["Policy"]

_HIGHEST_FIRST = tuple(reversed(Class))
# Whether to load another model depends on the time: what waits for it is tried again after this.
_RETRY_SECONDS = 1.0


class Policy:
    """Waiting tasks, workers and their runs.

    Tell it each event, then `decide`, and carry the decision out. Events of unknown tasks and
    workers are ignored, because they may cross decisions.

    Args:
        chance: for the pauses after failures.
    """

    def __init__(self, chance: random.Random | None = None):
        self._chance = chance or random.Random()
        self._board = Board()
        self._most_waiting: dict[str, float] = {}
        self._orders = itertools.count(1)
        self._retry_at = math.inf
        # The decision that is being made.
        self._starts: dict[int, Live] = {}
        self._stops: list[Run] = []

    # ---- Queries ----

    @property
    def waiting(self) -> tuple[Task, ...]:
        return tuple(entry.task for entry in self._board.entries.values() if not entry.run)

    @property
    def running(self) -> tuple[Run, ...]:
        return tuple(live.run for live in self._board.runs.values())

    def task(self, key: str) -> Task | None:
        """A task that waits or runs, as it is now."""
        entry = self._board.entries.get(key)
        return None if entry is None else entry.task

    def run_of(self, key: str) -> Run | None:
        """The run of a task; None while it waits, and for an unknown one."""
        entry = self._board.entries.get(key)
        return self._board.runs[entry.run].run if entry is not None and entry.run else None

    def refusal(self, task: Task) -> Refusal | None:
        """The reason for not adding a task now; None if it may wait."""
        pool = self._board.pool(task.pool)
        ahead = pool.ahead / pool.slots if pool.slots else math.inf
        most = self._most_waiting.get(task.tenant, math.inf)
        return refusal(task.purpose, ahead, self._board.waiting_of.get(task.tenant, 0), most)

    def wanted_workers(self, now: float) -> dict[tuple[str, str], float]:
        """The number of workers that each pool and model needs, for autoscaling."""
        wanted: dict[tuple[str, str], float] = {}
        for pool_name, pool in self._board.pools.items():
            pool.forget_unused(now)
            for name, model in pool.models.items():
                wanted[pool_name, name] = wanted_workers(model.arrivals.rate(now), model.seconds)
        return wanted

    def next_wake(self, now: float) -> float | None:
        """The time of the next decision without an event; None for never."""
        turn = self._board.next_turn()
        at = self._retry_at if turn is None else min(turn, self._retry_at)
        return None if at == math.inf else max(now, at)

    # ---- Events of tenants and tasks ----

    def set_tenant(self, name: str, weight: float = 1.0, most_waiting: float = math.inf) -> None:
        """Sets the weight of a tenant, above 0, and the most of its tasks that may wait."""
        self._most_waiting[name] = most_waiting
        self._board.set_weight(name, weight)

    def add(self, task: Task, now: float) -> None:
        """Adds a task; one with a known key is joined, which may promote it."""
        if task.key in self._board.entries:
            self.promote(task.key, task.purpose, task.due_at, now)
            return
        entry = self._board.entries[task.key] = Entry(task, next(self._orders))
        self._board.note_arrival(task)
        self._board.wait(entry, now)

    def promote(self, key: str, purpose: Purpose, due_at: float | None, now: float) -> None:
        """Raises the purpose of a task, and brings its deadline forward; never the opposite."""
        entry = self._board.entries.get(key)
        if entry is None:
            return
        old = entry.task
        dues = [at for at in (old.due_at, due_at) if at is not None]
        new = replace(old, purpose=max(old.purpose, purpose), due_at=min(dues, default=None))
        if new == old:
            return
        if new.purpose > old.purpose:
            self._board.note_arrival(replace(new, asked_at=now))
        if entry.run:
            entry.task = new
            pool = self._board.pool(new.pool)
            pool.hold(old, -entry.held)
            pool.hold(new, entry.held)
            pool.note_way(self._board.runs[entry.run])
        else:
            self._board.unwait(entry)
            entry.task = new
            self._board.wait(entry, now)

    def end(self, key: str, now: float) -> Run | None:
        """Removes a task that is done, failed for good or unwanted.

        Returns its run if that has no other task: the one to stop if it goes on.
        """
        entry = self._board.entries.get(key)
        if entry is None:
            return None
        live = self._stop(entry, now)
        del self._board.entries[key]
        if live is None:
            return None
        return Run(live.number, live.worker.can.name, (entry.task,), live.at, live.loads)

    def fail(self, key: str, now: float, rest: float = 0.0) -> GivenUp | None:
        """Has a failed task wait for its next attempt, or gives it up.

        Args:
            rest: the least seconds until then.
        """
        entry = self._board.entries.get(key)
        if entry is None:
            return None
        self._stop(entry, now)
        attempt = entry.task.attempt + 1
        pause = pause_after(attempt, self._chance, rest)
        if pause is None:
            del self._board.entries[key]
            return GivenUp(entry.task, f"The clip failed {attempt} times.")
        entry.task = replace(entry.task, attempt=attempt, not_before=now + pause)
        self._board.wait(entry, now)
        return None

    def give_back(self, key: str, now: float) -> None:
        """Has a task wait again that its worker gives back, which is no failure."""
        entry = self._board.entries.get(key)
        if entry is not None and entry.run:
            self._board.leave(entry, now, in_vain=True)
            self._board.wait(entry, now)

    # ---- Events of workers ----

    def set_worker(self, state: WorkerState, now: float) -> None:
        """Adds a worker, or notes its change; its model changes only while it has no runs."""
        board = self._board
        worker = board.workers.get(state.name)
        pool = board.pool(state.pool if worker is None else worker.can.pool)
        if worker is None:
            worker = board.workers[state.name] = Worker(state, pool.model(state.model), now)
            pool.enter(worker)
        elif state == worker.can and (worker.runs or state.model == worker.model.name):
            return
        else:
            pool.slots -= worker.can.slots
            worker.can = replace(state, pool=worker.can.pool)
            for number in worker.runs:
                pool.note_way(board.runs[number])
            pool.seat(worker)
            if not worker.runs and worker.model.name != state.model:
                board.load(worker, pool.model(state.model), now)
        pool.slots += state.slots
        board.free(worker)

    def lose_worker(self, name: str, now: float) -> tuple[GivenUp, ...]:
        """Removes a worker that is gone; its tasks wait again, or are given up."""
        board = self._board
        worker = board.workers.pop(name, None)
        if worker is None:
            return ()
        given_up: list[GivenUp] = []
        for live in [board.runs[number] for number in sorted(worker.runs)]:
            for entry in tuple(live.entries.values()):
                board.leave(entry, now, in_vain=True)
                kills, attempt = entry.task.kills + 1, entry.task.attempt + 1
                entry.task = replace(entry.task, kills=kills, attempt=attempt)
                if reason := doom_of(entry.task):
                    del board.entries[entry.task.key]
                    given_up.append(GivenUp(entry.task, reason))
                else:
                    board.wait(entry, now)
        pool = board.pool(worker.can.pool)
        pool.slots -= worker.can.slots
        pool.leave(worker)
        board.freed.pop(name, None)
        return tuple(given_up)

    def pardon(self, key: str) -> None:
        """Notes that a worker is back that was lost with a task."""
        entry = self._board.entries.get(key)
        if entry is not None:
            entry.task = pardoned(entry.task)

    def resume(self, worker: str, tasks: Sequence[Task], at: float) -> Run | None:
        """Adds tasks that a worker makes since `at`, instead of those with the same keys.

        Returns None if the worker is unknown; then nothing changes.
        """
        board = self._board
        found = board.workers.get(worker)
        if found is None:
            return None
        for task in tasks:
            self.end(task.key, at)
        entries = [Entry(task, next(self._orders)) for task in tasks]
        board.entries.update((entry.task.key, entry) for entry in entries)
        model = board.pool(found.can.pool).model(tasks[0].model)
        if model is not found.model and not found.runs:
            board.load(found, model, at)
        return board.begin(found, entries, at).run

    # ---- Decisions ----

    def decide(self, now: float) -> Decision:
        """The runs to stop and to start."""
        board = self._board
        self._starts, self._stops = {}, []
        board.take_turns(now)
        if now >= self._retry_at:
            self._retry_at = math.inf
            board.touch_all()
        while board.freed or board.touched:
            freed, board.freed = board.freed, {}
            for worker in freed.values():
                self._fill(worker, now)
            touched, board.touched = board.touched, {}
            for least in _HIGHEST_FIRST:
                for model, pool in touched.items():
                    while model.lanes[least] and self._place(pool, model, least, now):
                        pass
        starts = tuple(live.run for live in self._starts.values())
        return Decision(starts, tuple(self._stops))

    def _fill(self, worker: Worker, now: float) -> None:
        """Gives a worker the tasks that suit it best."""
        pool = self._board.pool(worker.can.pool)
        while worker.is_free:
            lane = best_lane(pool, worker, now)
            if lane is None:
                if any(pool.demand):
                    self._retry(now)
                return
            self._start(pool, worker, lane, now)

    def _place(self, pool: Pool, model: Model, least: Class, now: float) -> bool:
        """Starts the first task of a lane if a worker is idle or makes way."""
        worker = None
        if pool.idle:
            worker = next(iter(model.idle.values()), None) or idle_loader(pool, model, least, now)
        if worker is None and least is Class.URGENT:
            live = making_way(pool, model, now)
            if live is not None:
                worker = live.worker
                self._displace(live, now)
        if worker is None:
            if pool.idle or least is Class.URGENT:
                self._retry(now)
            return False
        self._start(pool, worker, model.lanes[least], now)
        return True

    def _start(self, pool: Pool, worker: Worker, lane: Lane, now: float) -> None:
        """Starts the first task of a lane, in the lower purposes with others of its kind."""
        board, first = self._board, lane.first()
        assert first is not None
        model = pool.model(first.task.model)
        loads = model is not worker.model
        if loads:
            first = first_for_loader(worker, model, lane)
        entries = [first]
        if worker.can.batch > 1 and first.task.kind in model.alike:
            alike = model.alike[first.task.kind]
            if first.task.key in alike:
                others = (entry for entry in alike.values() if entry is not first)
                entries += itertools.islice(others, worker.can.batch - 1)
        if first.lane is model.lanes[Class.AGED]:
            pool.aged_turn.use(first.task.seconds, pool.slots, now)
        for entry in entries:
            assert entry.lane is not None
            entry.lane.charge(entry, entry.task.seconds / len(entries))
            board.unwait(entry)
        if loads:
            board.load(worker, model, now)
        live = board.begin(worker, entries, now, loads)
        self._starts[live.number] = live

    def _displace(self, live: Live, now: float) -> None:
        """Has a run make way; its tasks wait again."""
        run = live.run
        is_new = self._starts.pop(live.number, None) is not None
        if not is_new:
            self._stops.append(run)
        for entry in tuple(live.entries.values()):
            self._board.leave(entry, now, in_vain=True)
            if not is_new:
                entry.task = replace(entry.task, displaced=entry.task.displaced + 1)
            self._board.wait(entry, now)

    def _stop(self, entry: Entry, now: float) -> Live | None:
        """Takes a task out of where it waits or runs; returns a run that is over."""
        if entry.run:
            return self._board.leave(entry, now)
        self._board.unwait(entry)
        return None

    def _retry(self, now: float) -> None:
        self._retry_at = min(self._retry_at, now + _RETRY_SECONDS)
