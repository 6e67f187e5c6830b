"""A pool: workers that can make the same tasks, by model."""

from bisect import bisect_left, insort
from collections.abc import Mapping

from ..records import Purpose
from .batches import may_share
from .giving_way import gives_way
from .holdings import Holdings
from .models import Live, Model, Worker
from .order import AgedTurn, Class
from .shares import Shares
from .tasks import Task
from .waiting import Entry

__all__ = ["Pool"]


class Pool:
    """The models of the workers that can make the same tasks.

    Attributes:
        demand: the models that tasks of a class wait for, by class and name.
        idle: the models of the workers with a free slot, by name.
        homeless: the models that tasks wait for and no worker has, by name.
        giving_way: the models of the runs that can be displaced, by purpose and name.
        slots: those of all workers.
        ahead: seconds of the tasks that wait, without baking.

    Args:
        weights: as of `Shares`.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.models: dict[str, Model] = {}
        self.demand: tuple[dict[str, Model], ...] = tuple({} for _ in Class)
        self.idle: dict[str, Model] = {}
        self.homeless: dict[str, Model] = {}
        self.giving_way: tuple[dict[str, Model], ...] = ({}, {})
        self.slots = 0
        self.ahead = 0.0
        self.aged_turn = AgedTurn()
        # The slots that tenants hold, for tasks of a purpose and above.
        self._holdings = {
            purpose: Holdings(weights) for purpose in (Purpose.UPGRADE, Purpose.URGENT)
        }
        self._shares = tuple(Shares(weights) for _ in Class)

    def model(self, name: str) -> Model:
        found = self.models.get(name)
        if found is None:
            found = self.models[name] = Model(name, self._shares)
        return found

    def forget_unused(self, now: float) -> None:
        """Forgets the models that nobody has or needs."""
        for name in [name for name, model in self.models.items() if model.is_unused(now)]:
            del self.models[name]

    # ---- Tasks ----

    def rest(self, model: Model, entry: Entry) -> None:
        self._count(model, entry, 1)

    def wait(self, model: Model, entry: Entry, least: Class) -> None:
        self._count(model, entry, 1)
        model.lanes[least].add(entry)
        self.demand[least][model.name] = model
        if entry.task.kind and may_share(entry.task.purpose):
            model.alike.setdefault(entry.task.kind, {})[entry.task.key] = entry

    def unwait(self, model: Model, entry: Entry) -> None:
        self._count(model, entry, -1)
        if entry.lane is None:
            return  # it rests
        least = model.lanes.index(entry.lane)
        entry.lane.remove(entry)
        if not model.lanes[least]:
            del self.demand[least][model.name]
        if entry.task.kind and may_share(entry.task.purpose):
            alike = model.alike[entry.task.kind]
            del alike[entry.task.key]
            if not alike:
                del model.alike[entry.task.kind]

    def _count(self, model: Model, entry: Entry, sign: int) -> None:
        seconds = sign * entry.task.seconds
        model.waiting += sign
        # Without tasks it is exactly 0, so that rounding does not add up.
        model.seconds = model.seconds + seconds if model.waiting else 0.0
        self._note_home(model)
        if entry.task.purpose > Purpose.BAKE:
            self.ahead = max(0.0, self.ahead + seconds)

    def _note_home(self, model: Model) -> None:
        if model.is_homeless:
            self.homeless[model.name] = model
        else:
            self.homeless.pop(model.name, None)

    # ---- Runs ----

    def begin(self, live: Live) -> None:
        live.model.begin(live)
        self.note_way(live)
        self.seat(live.worker)

    def end(self, live: Live) -> None:
        live.model.end(live)
        self._stay(live)
        self.seat(live.worker)

    def note_way(self, live: Live) -> None:
        """Notes whether a run can be displaced, which changes when somebody waits for it."""
        self._stay(live)
        model, can = live.model, live.worker.can
        if not can.finishes_started and not can.is_leaving:
            tasks = [entry.task for entry in live.entries.values()]
            if all(gives_way(task.purpose, task.displaced) for task in tasks):
                live.gives_way = max(task.purpose for task in tasks)
        if live.gives_way is not None:
            insort(model.giving_way[live.gives_way], (-live.at, live.number, live))
            self.giving_way[live.gives_way][model.name] = model

    def _stay(self, live: Live) -> None:
        if live.gives_way is None:
            return
        model = live.model
        runs = model.giving_way[live.gives_way]
        del runs[bisect_left(runs, (-live.at, live.number, live))]
        if not runs:
            del self.giving_way[live.gives_way][model.name]
        live.gives_way = None

    # ---- Fair shares of the slots ----

    def note_arrival(self, task: Task) -> None:
        for purpose, holdings in self._holdings.items():
            if task.purpose >= purpose:
                holdings.note_arrival(task.tenant, task.seconds, task.asked_at)

    def hold(self, task: Task, slots: float) -> None:
        """Adds to the slots that a task's tenant holds; a negative number ends some."""
        for purpose, holdings in self._holdings.items():
            if task.purpose >= purpose:
                holdings.hold(task.tenant, slots)

    def is_scarce(self, least: Class) -> bool:
        """Whether the tenants lately need more slots than there are, for a class and above."""
        return self._holdings[_counted_in(least)].is_scarce

    def has_share(self, tenant: str, least: Class, now: float) -> bool:
        """Whether a tenant holds its fair share of the slots already, in a class and above.

        What players wait for is shared by itself: a tenant may have its upgrades made while all
        that is urgent of the others is made too.
        """
        return self._holdings[_counted_in(least)].has_share(tenant, self.slots, now)

    # ---- Workers ----

    def enter(self, worker: Worker) -> None:
        """Counts a worker to those of its model."""
        worker.model.workers += 1
        self._note_home(worker.model)
        self.seat(worker)

    def leave(self, worker: Worker) -> None:
        self.unseat(worker)
        worker.model.workers -= 1
        self._note_home(worker.model)

    def seat(self, worker: Worker) -> None:
        """Notes whether a worker has a free slot."""
        model, name = worker.model, worker.can.name
        if not worker.is_free:
            self.unseat(worker)
            return
        model.idle.setdefault(name, worker)
        self.idle[model.name] = model
        if worker.can_load:
            model.unused.setdefault(name, worker)
        else:
            model.unused.pop(name, None)

    def unseat(self, worker: Worker) -> None:
        """Removes a worker from those that have a free slot."""
        model, name = worker.model, worker.can.name
        model.unused.pop(name, None)
        if model.idle.pop(name, None) is not None and not model.idle:
            del self.idle[model.name]


def _counted_in(least: Class) -> Purpose:
    return Purpose.URGENT if least is Class.URGENT else Purpose.UPGRADE
