"""Measures decisions about waiting clips: the policy's, a game's queue's and a pool's.

`python -m bench.scheduling` prints a table, and a line of JSON last. Each line of the table has
some waiting clips and some workers, all of them busy. An event ends a run or adds a clip, which
keeps their number; a decision follows each. The processor's time counts, not that of a clock, so
that other programs do not matter much.
"""

import gc
import heapq
import itertools
import json
import random
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from npc_video.backends.base import Capabilities, GenerationRequest
from npc_video.backends.pool.jobs import PoolJob
from npc_video.backends.pool.jobs import Run as PoolRun
from npc_video.backends.pool.plan import Plan
from npc_video.generation.jobs import Job, Start
from npc_video.generation.queue import GenerationQueue
from npc_video.quality import typical_seconds
from npc_video.records import QUALITY_PRESETS, Purpose, VideoParams
from npc_video.scheduling.policy import Policy
from npc_video.scheduling.tasks import Run, Task, WorkerState

_PRESETS = tuple(QUALITY_PRESETS.values())[:3]
# The purposes of a game's clips, in shares of all of them.
_PURPOSES = (Purpose.BAKE, Purpose.SPECULATION, Purpose.UPGRADE, Purpose.URGENT)
_SHARES = (4, 3, 2, 1)
_LOAD_SECONDS = 10.0
_TENANTS = 20
# When a run ends, its number, and the run itself, by whose number heaps never compare it.
_Begun = tuple[float, int, Any]
_Decided = tuple[list[int], list[_Begun]]  # the numbers of stopped runs, and the runs that begin


@dataclass(frozen=True, slots=True)
class _Case:
    waiting: int
    workers: int
    models: int = 1
    events: int = 10_000

    @property
    def name(self) -> str:
        return f"{self.waiting}x{self.workers}x{self.models}"


def main() -> None:
    cases = {
        "policy": [
            _Case(1_000, 100, 8),
            _Case(10_000, 1_000),
            _Case(10_000, 1_000, 8),
            _Case(10_000, 1_000, 50),
        ],
        "queue": [_Case(32, 2, events=2_000), _Case(1_000, 100, events=2_000)],
        "pool": [_Case(32, 4, events=2_000), _Case(1_000, 100, events=2_000)],
    }
    subjects: dict[str, Callable[[_Case], _Subject]] = {
        "policy": _Policy,
        "queue": _Queue,
        "pool": _Pool,
    }
    print(f"{'':<8}{'waiting':>9}{'workers':>9}{'models':>8}{'mean us':>10}{'p99 us':>10}")
    result: dict[str, dict[str, dict[str, float]]] = {}
    for kind, rows in cases.items():
        result[kind] = {}
        for case in rows:
            times = _drive(subjects[kind](case), case)
            mean, p99 = statistics.fmean(times), statistics.quantiles(times, n=100)[98]
            sizes = f"{case.waiting:>9}{case.workers:>9}{case.models:>8}"
            print(f"{kind:<8}{sizes}{mean:>10.1f}{p99:>10.1f}")
            result[kind][case.name] = {"mean": round(mean, 1), "p99": round(p99, 1)}
    worst = result["policy"]["10000x1000x8"]
    summary = {"decision_us": worst["mean"], "decision_p99_us": worst["p99"], "by_size": result}
    print(json.dumps(summary))


class _Subject(ABC):
    """A maker of decisions, behind the same few calls; times are in seconds."""

    @abstractmethod
    def ask(self, number: int, now: float) -> None:
        """Adds a clip that waits."""

    @abstractmethod
    def decide(self, now: float) -> _Decided: ...

    @abstractmethod
    def end(self, run: Any, now: float) -> None:
        """Ends a run, as its `_Begun` names it."""


class _Policy(_Subject):
    def __init__(self, case: _Case):
        self._chance, self._models = random.Random(1), case.models
        self._policy = Policy(random.Random(2))
        for number in range(case.workers):
            model = f"m{number % case.models}"
            state = WorkerState(f"w{number}", model=model, load_seconds=_LOAD_SECONDS)
            self._policy.set_worker(state, 0.0)

    def ask(self, number: int, now: float) -> None:
        self._policy.add(self._task(number, now), now)

    def decide(self, now: float) -> _Decided:
        decision = self._policy.decide(now)
        begun: list[_Begun] = []
        for run in decision.starts:
            seconds = run.tasks[0].seconds + (_LOAD_SECONDS if run.loads else 0.0)
            begun.append((now + seconds, run.number, run))
        return [run.number for run in decision.stops], begun

    def end(self, run: Run, now: float) -> None:
        self._policy.end(run.tasks[0].key, now)

    def _task(self, number: int, now: float) -> Task:
        chance = self._chance
        (purpose,) = chance.choices(_PURPOSES, _SHARES)
        preset = chance.choice(_PRESETS)
        return Task(
            str(number),
            purpose,
            tenant=f"t{chance.randrange(_TENANTS)}",
            model=f"m{int(self._models * chance.random() ** 2)}",  # some are asked for more
            seconds=typical_seconds(preset),
            kind=preset.name,
            asked_at=now,
            due_at=now + 5.0 if purpose is Purpose.URGENT else None,
        )


class _Queue(_Subject):
    def __init__(self, case: _Case):
        slots = {f"w{number}": 1 for number in range(case.workers)}
        self._chance, self._backends = random.Random(1), list(slots)
        self._queue = GenerationQueue(slots, length=case.waiting + case.workers)

    def ask(self, number: int, now: float) -> None:
        params = VideoParams(seed=number)
        (purpose,) = self._chance.choices(_PURPOSES, _SHARES)
        preset = self._chance.choice(_PRESETS)
        worth, owner = self._chance.random(), f"n{number % 50}"
        key = params.cache_key()
        self._queue.add(Job(key, params, preset, purpose, worth, owner, now, number))

    def decide(self, now: float) -> _Decided:
        assignment = self._queue.assign(now, self._backends)
        begun: list[_Begun] = [
            (now + typical_seconds(start.job.preset), start.ticket, start)
            for start in assignment.starts
        ]
        return [start.ticket for start in assignment.stops], begun

    def end(self, run: Start, now: float) -> None:
        self._queue.finish(run.ticket)


class _Pool(_Subject):
    def __init__(self, case: _Case):
        self._chance, self._models = random.Random(1), case.models
        workers = {f"w{number}": Capabilities() for number in range(case.workers)}
        self._plan = Plan(workers, share=0.75)

    def ask(self, number: int, now: float) -> None:
        (purpose,) = self._chance.choices(_PURPOSES, _SHARES)
        params = VideoParams(seed=number, loras=(f"m{self._chance.randrange(self._models)}",))
        request = GenerationRequest(params, self._chance.choice(_PRESETS), purpose=purpose)
        self._plan.add(PoolJob(number, request, now))

    def decide(self, now: float) -> _Decided:
        stops, starts = self._plan.assign(now)
        begun: list[_Begun] = [
            (now + typical_seconds(run.jobs[0].request.preset), run.number, run) for run in starts
        ]
        return [run.number for run in stops], begun

    def end(self, run: PoolRun, now: float) -> None:
        self._plan.finish(run, now)


def _drive(subject: _Subject, case: _Case) -> list[float]:
    """Lets runs end and clips be asked for, in turn; the microseconds that each took."""
    now = 0.0
    going: list[_Begun] = []
    stopped: set[int] = set()
    numbers = itertools.count()

    def ask() -> None:
        subject.ask(next(numbers), now)

    def end() -> None:
        subject.end(run, now)

    def decide() -> None:
        stops, begun = subject.decide(now)
        stopped.update(stops)
        for each in begun:
            heapq.heappush(going, each)

    for _ in range(case.waiting + case.workers):
        ask()
    decide()
    times: list[float] = []
    for _ in _events(case):
        now, number, run = heapq.heappop(going)
        while number in stopped:
            now, number, run = heapq.heappop(going)
        times += [_timed(end, decide), _timed(ask, decide)]
    return times


def _events(case: _Case) -> Iterator[int]:
    """Counts the ends of runs; the collector of garbage runs before, not meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield from range(case.events // 2)
    finally:
        gc.enable()


def _timed(event: Callable[[], object], decide: Callable[[], None]) -> float:
    """Microseconds of the processor for an event and the decision after it."""
    begun = time.thread_time()
    event()
    decide()
    return 1e6 * (time.thread_time() - begun)


if __name__ == "__main__":
    main()
