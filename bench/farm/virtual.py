"""A farm under virtual time: the policy that ships, and workers that only take their time."""

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from npc_video.quality import typical_seconds
from npc_video.records import Purpose
from npc_video.scheduling.policy import Policy
from npc_video.scheduling.tasks import Decision, Run, Task, WorkerState

from .clients import Want

__all__ = ["Account", "Fleet", "VirtualFarm"]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The workers of a farm.

    Attributes:
        models: the one that each worker has at the beginning.
        load_seconds: the time of loading another model.
        scale: multiplies the time of each clip.
    """

    models: Sequence[str]
    load_seconds: float = 0.0
    scale: float = 1.0


@dataclass(slots=True)
class Account:
    """The counts of one run.

    Attributes:
        waits: by purpose, of each request of a player that was not answered from the cache: seconds
            until its generation began, and whether it did; else until it was left.
        work: seconds of the workers, by what they did: a purpose, "loading", or "lost" for what
            was stopped.
    """

    waits: dict[Purpose, list[tuple[float, bool]]] = field(
        default_factory=lambda: {purpose: [] for purpose in Purpose}
    )
    work: dict[str, float] = field(default_factory=dict)
    runs: int = 0
    loads: int = 0

    def note_work(self, name: str, seconds: float) -> None:
        self.work[name] = self.work.get(name, 0.0) + seconds


@dataclass(slots=True)
class _Job:
    want: Want
    asked_at: float
    has_begun: bool = False


class VirtualFarm:
    """Takes requests at given times, which only grow.

    Args:
        on_done: called with each finished key and the time; may ask for more.
        model_of: the model for a game's clips.
    """

    def __init__(
        self,
        fleet: Fleet,
        model_of: Callable[[int], str],
        on_done: Callable[[Want, float], None] = lambda want, now: None,
    ):
        self._fleet = fleet
        self._model_of = model_of
        self._on_done = on_done
        self._policy = Policy(random.Random("farm"))
        self._jobs: dict[str, _Job] = {}
        self._done: set[str] = set()
        self._runs: dict[int, Run] = {}
        self._ends: list[tuple[float, int]] = []
        self._wake: float | None = None
        self.account = Account()
        for number, model in enumerate(fleet.models):
            state = WorkerState(
                f"w{number}", model=model, load_seconds=fleet.load_seconds * fleet.scale
            )
            self._policy.set_worker(state, 0.0)

    def ask(self, want: Want, now: float) -> None:
        if want.key in self._done:
            self._on_done(want, now)
            return
        job = self._jobs.get(want.key)
        due_at = None if want.due_in is None else now + want.due_in * self._fleet.scale
        if job is not None:
            if want.purpose > job.want.purpose:
                if not job.has_begun:
                    self._note_wait(job, now, has_begun=False)
                job.want, job.asked_at = want, now
                self._policy.promote(want.key, want.purpose, due_at, now)
                if job.has_begun:
                    self._note_wait(job, now, has_begun=True)
        else:
            task = Task(
                want.key,
                want.purpose,
                tenant=str(want.game),
                model=self._model_of(want.game),
                seconds=typical_seconds(want.preset) * self._fleet.scale,
                kind=want.preset.name,
                asked_at=now,
                due_at=due_at,
            )
            if self._policy.refusal(task) is not None:
                return
            self._jobs[want.key] = _Job(want, now)
            self._policy.add(task, now)
        self._settle(now)

    def leave(self, key: str, now: float) -> None:
        """Gives up a request, unless it has begun: then its clip is made for the cache."""
        job = self._jobs.get(key)
        if job is not None and not job.has_begun:
            del self._jobs[key]
            self._policy.end(key, now)
            self._note_wait(job, now, has_begun=False)
            self._settle(now)

    def advance(self, until: float) -> None:
        """Lets the time pass."""
        while True:
            end = self._ends[0][0] if self._ends else math.inf
            wake = self._wake if self._wake is not None else math.inf
            now = min(end, wake)
            if now > until or now == math.inf:
                return
            if end <= wake:
                self._end(heapq.heappop(self._ends)[1], now)
            self._settle(now)

    def _settle(self, now: float) -> None:
        self._do(self._policy.decide(now), now)
        self._wake = self._policy.next_wake(now)

    def _do(self, decision: Decision, now: float) -> None:
        for run in decision.stops:
            if self._runs.pop(run.number, None) is None:
                continue
            self.account.note_work("lost", now - run.at)
            for task in run.tasks:
                job = self._jobs[task.key]
                job.has_begun, job.asked_at = False, now
        for run in decision.starts:
            self._start(run, now)

    def _start(self, run: Run, now: float) -> None:
        account, scale = self.account, self._fleet.scale
        loading = self._fleet.load_seconds * scale if run.loads else 0.0
        seconds = 0.0
        for task in run.tasks:
            job = self._jobs[task.key]
            job.has_begun = True
            seconds = max(seconds, job.want.seconds * scale)
            self._note_wait(job, now + loading, has_begun=True)
        account.runs += 1
        account.loads += run.loads
        self._runs[run.number] = run
        heapq.heappush(self._ends, (now + loading + seconds, run.number))

    def _end(self, number: int, now: float) -> None:
        run = self._runs.pop(number, None)
        if run is None:
            return
        loading = self._fleet.load_seconds * self._fleet.scale if run.loads else 0.0
        self.account.note_work("loading", loading)
        purpose = max(self._jobs[task.key].want.purpose for task in run.tasks)
        self.account.note_work(purpose.word, now - run.at - loading)
        for task in run.tasks:
            self._policy.end(task.key, now)
            job = self._jobs.pop(task.key)
            self._done.add(task.key)
            self._on_done(job.want, now)

    def _note_wait(self, job: _Job, now: float, *, has_begun: bool) -> None:
        wait = (now - job.asked_at, has_begun)
        if job.want.game >= 0:
            self.account.waits[job.want.purpose].append(wait)
