"""Measures decisions about waiting clips: the policy's, a game's queue's and a pool's.

`python -m bench.scheduling` prints a table, and a line of JSON last. Each line of the table has
some waiting clips and some workers, all of them busy. An event ends a run or adds a clip, which
keeps their number; a decision follows each. The processor's time counts, not that of a clock, so
that other programs do not matter much.
"""

import gc
import heapq
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    measured: dict[str, Callable[[_Case], list[float]]] = {
        "policy": _policy,
        "queue": _queue,
        "pool": _pool,
    }
    print(f"{'':<8}{'waiting':>9}{'workers':>9}{'models':>8}{'mean us':>10}{'p99 us':>10}")
    result: dict[str, dict[str, dict[str, float]]] = {}
    for kind, rows in cases.items():
        result[kind] = {}
        for case in rows:
            times = measured[kind](case)
            mean, p99 = statistics.fmean(times), statistics.quantiles(times, n=100)[98]
            sizes = f"{case.waiting:>9}{case.workers:>9}{case.models:>8}"
            print(f"{kind:<8}{sizes}{mean:>10.1f}{p99:>10.1f}")
            result[kind][case.name] = {"mean": round(mean, 1), "p99": round(p99, 1)}
    worst = result["policy"]["10000x1000x8"]
    summary = {"decision_us": worst["mean"], "decision_p99_us": worst["p99"], "by_size": result}
    print(json.dumps(summary))


def _policy(case: _Case) -> list[float]:
    chance = random.Random(1)
    policy, now = Policy(random.Random(2)), 0.0
    for number in range(case.workers):
        model = f"m{number % case.models}"
        state = WorkerState(f"w{number}", model=model, load_seconds=_LOAD_SECONDS)
        policy.set_worker(state, now)
    going: list[tuple[float, int, Run]] = []
    stopped: set[int] = set()
    numbers = iter(range(10**9))

    def ask() -> None:
        policy.add(_task(next(numbers), case.models, now, chance), now)

    def decide() -> None:
        decision = policy.decide(now)
        stopped.update(run.number for run in decision.stops)
        for run in decision.starts:
            seconds = run.tasks[0].seconds + (_LOAD_SECONDS if run.loads else 0.0)
            heapq.heappush(going, (now + seconds, run.number, run))

    def end() -> None:
        policy.end(run.tasks[0].key, now)

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


def _task(number: int, models: int, now: float, chance: random.Random) -> Task:
    (purpose,) = chance.choices(_PURPOSES, _SHARES)
    preset = chance.choice(_PRESETS)
    return Task(
        str(number),
        purpose,
        tenant=f"t{chance.randrange(_TENANTS)}",
        model=f"m{int(models * chance.random() ** 2)}",  # some are asked for more than others
        seconds=typical_seconds(preset),
        kind=preset.name,
        asked_at=now,
        due_at=now + 5.0 if purpose is Purpose.URGENT else None,
    )


def _queue(case: _Case) -> list[float]:
    chance, now = random.Random(1), 0.0
    slots = {f"w{number}": 1 for number in range(case.workers)}
    queue, backends = GenerationQueue(slots, length=case.waiting + case.workers), list(slots)
    going: list[tuple[float, int, Start]] = []
    stopped: set[int] = set()
    numbers = iter(range(10**9))

    def ask() -> None:
        number = next(numbers)
        params = VideoParams(seed=number)
        (purpose,) = chance.choices(_PURPOSES, _SHARES)
        preset = chance.choice(_PRESETS)
        worth, owner = chance.random(), f"n{number % 50}"
        queue.add(Job(params.cache_key(), params, preset, purpose, worth, owner, now, number))

    def decide() -> None:
        assignment = queue.assign(now, backends)
        stopped.update(start.ticket for start in assignment.stops)
        for start in assignment.starts:
            heapq.heappush(going, (now + typical_seconds(start.job.preset), start.ticket, start))

    def end() -> None:
        queue.finish(ticket)

    for _ in range(case.waiting + case.workers):
        ask()
    decide()
    times: list[float] = []
    for _ in _events(case):
        now, ticket, _ = heapq.heappop(going)
        while ticket in stopped:
            now, ticket, _ = heapq.heappop(going)
        times += [_timed(end, decide), _timed(ask, decide)]
    return times


def _pool(case: _Case) -> list[float]:
    chance, now = random.Random(1), 0.0
    plan = Plan({f"w{number}": Capabilities() for number in range(case.workers)}, share=0.75)
    going: list[tuple[float, int, PoolRun]] = []
    stopped: set[int] = set()
    numbers = iter(range(10**9))

    def ask() -> None:
        number = next(numbers)
        (purpose,) = chance.choices(_PURPOSES, _SHARES)
        params = VideoParams(seed=number, loras=(f"m{chance.randrange(case.models)}",))
        request = GenerationRequest(params, chance.choice(_PRESETS), purpose=purpose)
        plan.add(PoolJob(number, request, now))

    def decide() -> None:
        stops, starts = plan.assign(now)
        stopped.update(run.number for run in stops)
        for run in starts:
            seconds = typical_seconds(run.jobs[0].request.preset)
            heapq.heappush(going, (now + seconds, run.number, run))

    def end() -> None:
        plan.finish(run, now)

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
