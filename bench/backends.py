"""Measures generators: a job's overhead in the client, the gain of pools, many faults.

`python -m bench.backends` prints a table, and a line of JSON last. The pools run under a virtual
clock; the servers of the other parts answer on this machine.
"""

import asyncio
import gzip
import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from npc_video.backends.base import Backend, GenerationRequest, OnEarly, OnProgress, ignore
from npc_video.backends.comfyui import ComfyUiBackend, CustomWorkflow
from npc_video.backends.http.backend import HttpBackend
from npc_video.backends.http_session import Limits
from npc_video.backends.pool.backend import BackendPool
from npc_video.backends.scripted import Script, ScriptedBackend
from npc_video.generation.events import ClipReady, Failed
from npc_video.manager import VideoGenerationManager
from npc_video.quality import typical_seconds
from npc_video.records import (
    QUALITY_PRESETS,
    GeneratedClip,
    Purpose,
    VideoGenerationConfig,
    VideoParams,
)

from bench import _virtual_time as virtual
from bench._first_picture import first_pictures
from tests.core.npc_video.backends.comfyui.fake import FakeComfy
from tests.core.npc_video.backends.comfyui.recorded import CLIP, picture, tiny
from tests.core.npc_video.backends.serving import answer, reset, serving

_PRESET = QUALITY_PRESETS["realtime"]
_USUAL = typical_seconds(_PRESET)


def main() -> None:
    overheads = {
        "comfyui": asyncio.run(_comfyui_overhead()),
        "http": asyncio.run(_http_overhead(polled=False)),
        "http_polled": asyncio.run(_http_overhead(polled=True)),
    }
    print(f"{'overhead of a job':<24}{'median ms':>12}{'p95 ms':>12}")
    for name, values in overheads.items():
        print(f"{name:<24}{statistics.median(values):>12.1f}{_p95(values):>12.1f}")

    efficiency = {str(count): _efficiency(count) for count in (1, 2, 4)}
    print(f"\n{'hosts':<24}{'of the ideal':>12}")
    for hosts, share in efficiency.items():
        print(f"{hosts:<24}{share:>12.3f}")

    waits = {name: _urgent_waits(load) for name, load in (("alone", 0.0), ("speculation", 2.0))}
    print(f"\n{'urgent wait':<24}{'median s':>12}{'p95 s':>12}")
    for name, values in waits.items():
        print(f"{name:<24}{statistics.median(values):>12.2f}{_p95(values):>12.2f}")

    early = first_pictures()
    print(f"\n{'first picture after':<24}{'of the time':>12}")
    for name, shares in early.items():
        print(f"{name:<24}{statistics.median(shares):>12.2f}")

    jobs, errors = _faulty_jobs()
    print("\n1,000 jobs, 5 % of each fault:", ", ".join(f"{v} {k}" for k, v in jobs.items()))
    for text, count in errors.most_common():
        print(f"  {count:>4} {text}")
    result = {
        "overhead_p95_ms": round(max(map(_p95, overheads.values())), 2),
        "overheads_p95_ms": {name: round(_p95(v), 2) for name, v in overheads.items()},
        "pool_efficiency": {count: round(share, 4) for count, share in efficiency.items()},
        "urgent_wait_ratio": round(_p95(waits["speculation"]) / _p95(waits["alone"]), 4),
        "first_picture": {name: round(statistics.median(v), 3) for name, v in early.items()},
        "jobs": jobs,
    }
    print(json.dumps(result))


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * len(values))]


# ---- Overhead of the client ----

_JOBS = 60


async def _comfyui_overhead() -> list[float]:
    """Returns the milliseconds from the request to the clip, without the server's own time."""
    fake = FakeComfy()
    await fake.start()
    backend = ComfyUiBackend(fake.server.url, CustomWorkflow(tiny(slow=0.2)))
    image = picture()
    try:
        return await _overhead(backend, lambda: fake.took[-1], image=image)
    finally:
        await backend.close()
        await fake.stop()


async def _http_overhead(*, polled: bool) -> list[float]:
    took: list[float] = []
    began: dict[str, float] = {}

    async def handle(question: Any) -> bytes:
        if question.method == "POST" and polled:
            name = f"/jobs/{len(began)}"
            began[name] = time.perf_counter()
            return answer(202, {"statusUrl": name})
        seconds = 0.2 + 0.01 * (len(took) % 10)
        if question.method == "POST":
            await asyncio.sleep(seconds)
            took.append(seconds)
        elif question.path in began:
            if time.perf_counter() - began[question.path] < seconds:
                return answer(body={"status": "running"})
            del began[question.path]
            took.append(seconds)
        return answer(body=CLIP, media_type="video/mp4")

    async with serving(handle) as server:
        backend = HttpBackend(server.url)
        try:
            return await _overhead(backend, lambda: took[-1])
        finally:
            await backend.close()


async def _overhead(backend: Backend, took: Callable[[], float], **more: Any) -> list[float]:
    values = []
    for seed in range(_JOBS):
        params = VideoParams(npc_id="ember", prompt="a laugh", seed=seed)
        started = time.perf_counter()
        await backend.generate(GenerationRequest(params, _PRESET, deadline=5.0, **more), ignore)
        values.append(1000.0 * (time.perf_counter() - started - took()))
    return values[5:]  # the first ones load libraries and open connections


# ---- Pools ----

_FACTORS = {1: (1.0,), 2: (1.0, 2.5), 4: (0.6, 1.0, 1.7, 3.0)}
_POOL_JOBS = 400


def _efficiency(count: int) -> float:
    """Returns a pool's output in a time, as a part of that of hosts that never wait."""
    factors = _FACTORS[count]
    chance = random.Random(count)

    async def whole() -> float:
        hosts = {
            str(number): _Host(factor, random.Random(chance.random()))
            for number, factor in enumerate(factors)
        }
        pool = BackendPool(hosts, clock=virtual.clock)
        await asyncio.gather(*(_ask(pool, seed) for seed in range(_POOL_JOBS)))
        seconds = virtual.clock()
        await pool.close()
        return sum(host.busy for host in hosts.values()) / (seconds * len(hosts))

    return float(virtual.run(whole()))


def _urgent_waits(load: float) -> list[float]:
    """Returns the seconds that urgent jobs wait on two hosts.

    The urgent jobs keep them busy half of the time, and speculation would do so `load` times.
    """
    arrivals, guesses = random.Random(1), random.Random(2)
    waits: list[float] = []
    hosts = {str(number): _Host(1.0, random.Random(number)) for number in range(2)}

    async def urgent(pool: BackendPool, seed: int) -> None:
        asked = virtual.clock()
        await _ask(pool, seed)
        waits.append(_Host.began[seed] - asked)

    async def whole() -> None:
        _Host.began.clear()
        pool = BackendPool(hosts, clock=virtual.clock)
        async with asyncio.TaskGroup() as jobs:
            guessing = jobs.create_task(_guess(pool, load, guesses))
            async with asyncio.TaskGroup() as wanted:
                for seed in range(3_000):
                    await asyncio.sleep(arrivals.expovariate(0.5 * len(hosts) / _USUAL))
                    wanted.create_task(urgent(pool, seed))
            guessing.cancel()
        await pool.close()

    virtual.run(whole())
    return waits


async def _guess(pool: BackendPool, load: float, chance: random.Random) -> None:
    """Requests speculative jobs without end; of the waiting ones the newest sixteen are kept."""
    if not load:
        return
    waiting: list[asyncio.Task[Any]] = []
    for seed in range(1_000_000, 10_000_000):
        await asyncio.sleep(chance.expovariate(load * 2 / _USUAL))
        waiting = [task for task in waiting if not task.done()]
        waiting.append(asyncio.create_task(_ask(pool, seed, Purpose.SPECULATION)))
        if len(waiting) > 16:
            waiting.pop(0).cancel()


async def _ask(pool: BackendPool, seed: int, purpose: Purpose = Purpose.URGENT) -> GeneratedClip:
    params = VideoParams(npc_id="ember", seed=seed)
    return await pool.generate(GenerationRequest(params, _PRESET, purpose=purpose), ignore)


class _Host(ScriptedBackend):
    """A GPU that runs one job at a time, in `factor` times the usual duration with some spread.

    A job that is given up runs to the end of its step.
    """

    began: ClassVar[dict[int, float]] = {}
    _STEP = 0.1

    def __init__(self, factor: float, chance: random.Random):
        super().__init__()
        self._factor, self._chance = factor, chance
        self._gpu = asyncio.Lock()
        self.busy = 0.0

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        seconds = self._factor * _USUAL * self._chance.lognormvariate(0.0, 0.15)
        async with self._gpu:
            self.began.setdefault(request.params.seed, virtual.clock())
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                await asyncio.sleep(self._STEP)
                raise
            self.busy += seconds
            self.default = Script()
            return await super().generate(request, on_progress, on_early)


# ---- Many faults ----

_FAULTY_JOBS = 1_000
_AT_ONCE = 12
_LIMITS = Limits(connect_seconds=1.0, answer_seconds=0.3, generate_seconds=0.3, max_bytes=200_000)
_DEADLINE = 120.0

Reply = Callable[[Any], Awaitable[bytes | None]]


def _faulty_jobs() -> tuple[dict[str, int], Counter[str]]:
    """Counts the results of jobs whose server often fails, as the game receives them."""
    config = VideoGenerationConfig(
        preset="realtime", predictive=False, progressive=False, max_wait=60.0
    )
    ends: dict[int, list[ClipReady | Failed]] = {seed: [] for seed in range(_FAULTY_JOBS)}
    with _in_thread(serving(_faulty_server())) as server:
        hosts = {str(n): HttpBackend(server.url, limits=_LIMITS, slots=2) for n in range(4)}
        manager = VideoGenerationManager(config, BackendPool(hosts))
        asked, quiet_since = 0, time.perf_counter()
        while True:
            news = [event for event in manager.poll() if isinstance(event, ClipReady | Failed)]
            for event in news:
                ends[event.params.seed].append(event)
            done = sum(bool(events) for events in ends.values())
            while asked < _FAULTY_JOBS and asked - done < _AT_ONCE:
                manager.request(VideoParams(npc_id=f"npc{asked}", seed=asked))
                asked += 1
            now = time.perf_counter()
            quiet_since = now if news else quiet_since
            if done == _FAULTY_JOBS or now - quiet_since > _DEADLINE:
                break
            time.sleep(0.002)
        time.sleep(1.0)  # for a second delivery
        for late in manager.poll():
            if isinstance(late, ClipReady | Failed):
                ends[late.params.seed].append(late)
        manager.close()
    firsts = [events[0] for events in ends.values() if events]
    jobs = {
        "clip": sum(isinstance(event, ClipReady) for event in firsts),
        "error": sum(isinstance(event, Failed) for event in firsts),
        "lost": sum(not events for events in ends.values()),
        "twice": sum(len(events) > 1 for events in ends.values()),
    }
    reasons = (event.reason for event in firsts if isinstance(event, Failed))
    return jobs, Counter(reason.split(" at http")[0][:70] for reason in reasons)


def _faulty_server() -> Reply:
    """Answers with a clip, and in one of twenty cases with each of the faults."""
    chance = random.Random(0)

    async def handle(question: Any) -> bytes | None:
        number = int(20 * chance.random())
        if number < len(_FAULTS):
            return await _FAULTS[number](question)
        await asyncio.sleep(0.01)
        return answer(body=CLIP, media_type="video/mp4")

    return handle


async def _reset(question: Any) -> None:
    reset(question.writer)


async def _break_off(question: Any) -> None:
    question.writer.write(answer(body=CLIP, media_type="video/mp4")[:-1000])


async def _stall(question: Any) -> None:
    question.writer.write(b"HTTP/1.1 200 OK\r\ncontent-")
    await asyncio.sleep(60.0)


async def _endless(question: Any) -> None:
    question.writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    while True:
        question.writer.write(b"4000\r\n" + bytes(0x4000) + b"\r\n")
        await question.writer.drain()


def _says(status: int = 200, body: Any = b"", **headers: Any) -> Reply:
    async def reply(question: Any) -> bytes:
        return answer(status, body, **headers)

    return reply


_FAULTS: list[Reply] = [
    _reset,
    _break_off,
    _stall,
    _endless,
    _says(500, {"error": "no memory"}),
    _says(429, retry_after=1),
    _says(body=b"{"),
    _says(body=b"<html>", media_type="text/html"),
    _says(302, location="http://127.0.0.2:9/v.mp4"),
    _says(body=gzip.compress(bytes(5_000_000)), content_encoding="gzip"),
]


class _in_thread:  # noqa: N801 - it is used like a function
    """Runs an async context manager on the loop of another thread, as a separate server."""

    def __init__(self, context: Any):
        self._context = context

    def __enter__(self) -> Any:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self._run(self._context.__aenter__())

    def __exit__(self, *error: object) -> None:
        self._run(self._context.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30.0)


if __name__ == "__main__":
    main()
