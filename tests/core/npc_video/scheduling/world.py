"""Tasks and workers for tests, and their life under virtual time."""

import heapq
import itertools
import random

from npc_video.records import Purpose
from npc_video.scheduling.policy import Policy
from npc_video.scheduling.tasks import Task, WorkerState

URGENT, UPGRADE, SPECULATION, BAKE = reversed(Purpose)

_names = itertools.count()


def task(purpose=URGENT, key=None, **more):
    return Task(key or f"t{next(_names)}", purpose, **more)


def worker(name="w", **more):
    return WorkerState(name, **more)


def policy(*workers, now=0.0):
    made = Policy(random.Random(0))
    for each in workers or (worker(),):
        made.set_worker(each, now)
    return made


def started(decision):
    """The keys of what starts."""
    return [each.key for run in decision.starts for each in run.tasks]


def stopped(decision):
    return [each.key for run in decision.stops for each in run.tasks]


class World:
    """Does what a policy decides; runs take as long as they should.

    Attributes:
        ended: the time of each task's end, by key.
        began: the first start of each task.
        loads: models that were loaded.
    """

    def __init__(self, *workers):
        self.policy = policy(*workers)
        self.can = {each.name: each for each in workers}
        self.now = 0.0
        self.ended, self.began, self.asked = {}, {}, {}
        self.loads = self.displaced = 0
        self._events = []
        self._order = itertools.count()
        self._going = {}

    def ask(self, at, new):
        heapq.heappush(self._events, (at, next(self._order), new))

    def play(self, until=1e9):
        """Plays until then, or until nothing happens any more; returns itself."""
        while True:
            wake = self.policy.next_wake(self.now)
            at = min(self._events[0][0] if self._events else 1e9, 1e9 if wake is None else wake)
            if at >= until or at == 1e9:
                self.now = max(self.now, min(until, at if at < 1e9 else self.now))
                return self
            self.now = max(self.now, at)
            while self._events and self._events[0][0] <= self.now:
                self._happen(heapq.heappop(self._events)[2])
            self._carry_out(self.policy.decide(self.now))

    def wait(self, key):
        return self.began[key] - self.asked[key]

    def _happen(self, event):
        if isinstance(event, Task):
            self.asked.setdefault(event.key, event.asked_at)
            self.policy.add(event, self.now)
        elif event in self._going:
            for each in self._going.pop(event).tasks:
                assert each.key not in self.ended
                self.policy.end(each.key, self.now)
                self.ended[each.key] = self.now

    def _carry_out(self, decision):
        for run in decision.stops:
            del self._going[run.number]
            self.displaced += 1
        for run in decision.starts:
            self._going[run.number] = run
            self.loads += run.loads
            for each in run.tasks:
                self.began.setdefault(each.key, self.now)
            load = self.can[run.worker].load_seconds if run.loads else 0.0
            end = self.now + load + run.tasks[0].seconds
            heapq.heappush(self._events, (end, next(self._order), run.number))
