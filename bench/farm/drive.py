"""Drives a real farm with the requests of a schedule, and measures what games notice."""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from npc_video.backends.base import GenerationRequest
from npc_video.backends.farm.backend import FarmBackend
from npc_video.errors import (
    GeneratorOverloadedError,
    GeneratorUnreachableError,
)
from npc_video.records import CLIP_SECONDS, Purpose, VideoParams
from npc_video_farm.jobs import Ask, EventKind

from ..simulator.measures import percentile
from .clients import MAX_WAIT_SECONDS, Want
from .real import RealFarm, real_farm
from .schedule import Request, replay, schedule
from .sleeper import GENERATOR

__all__ = ["drive"]

_SCALE = 1.0 / 20.0
_WORKERS, _CLIENTS, _REQUESTS, _LOAD = 4, 300, 400, 1.4
# The 95th percentile of one schedule alone is a matter of chance.
_SEEDS = range(1, 7)
_QUIET, _KILLS, _NO_OPS = 60, 200, 600
_SHARES = 4
_LONGEST_SECONDS, _RETRY_SECONDS = 180.0, 0.5
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class _Result:
    """The urgent waits, in seconds, and the requests without a clip."""

    waits: list[float]
    lost: int
    refused: int


async def drive() -> dict[str, float]:
    """The figures of a farm with four workers; seconds are those of presets ÷ 20."""
    schedules = [
        _renamed(schedule(_CLIENTS, _REQUESTS, _WORKERS, _LOAD, _SCALE, seed), f"world {seed}")
        for seed in _SEEDS
    ]
    async with real_farm() as farm:
        clients = [await _clients(farm, requests) for requests in schedules]
        for _ in range(_WORKERS):
            farm.start_sleeper(_SCALE)
        await farm.sleepers_awake()
        quiet = [await _one(clients[0], want) for want in _quiet(schedules[0][0].want)]
        busy = [await _play(*each) for each in zip(clients, schedules, strict=True)]
        memory = farm.memory_mb()
        again = _renamed(schedules[0][:_KILLS], "again")
        killed = await _play(clients[0], again, _killer(farm))
        twice = await _ended_twice(farm)
        for client in {client for each in clients for client in each.values()}:
            await client.close()
        farm.end_sleepers()
        no_ops, brain = await _no_ops(farm)
        ready = farm.ready_seconds
    waits = [wait for each in busy for wait in each.waits]
    simulated = [wait for each in schedules for wait in replay(each, _WORKERS, _SCALE)]
    return {
        "idle_p50_ms": 1000.0 * percentile(quiet, 0.5),
        "idle_p95_ms": 1000.0 * percentile(quiet, 0.95),
        "urgent_p50_ms": 1000.0 * percentile(waits, 0.5),
        "urgent_p95_ms": 1000.0 * percentile(waits, 0.95),
        "simulated_urgent_p50_ms": 1000.0 * percentile(simulated, 0.5),
        "simulated_urgent_p95_ms": 1000.0 * percentile(simulated, 0.95),
        # The simulation knows no transport, which is all that an idle farm's players wait for.
        "real_to_simulated": (percentile(waits, 0.95) - percentile(quiet, 0.5))
        / percentile(simulated, 0.95),
        "noop_jobs_per_s": no_ops,
        "brain_cpu_ms_per_job": brain,
        "memory_mb": memory,
        "ready_s": ready,
        "refused": sum(each.refused for each in busy),
        "lost": sum(each.lost for each in busy) + killed.lost,
        "twice": twice,
    }


def _quiet(want: Want) -> Iterator[Want]:
    """Urgent wants of a player."""
    for number in range(_QUIET):
        yield replace(want, look=f"quiet {number}", purpose=Purpose.URGENT, due_in=MAX_WAIT_SECONDS)


def _renamed(requests: Iterable[Request], name: str) -> list[Request]:
    """The same requests for other clips, which are not in the cache."""
    return [
        replace(each, want=replace(each.want, look=f"{name} {each.want.look}")) for each in requests
    ]


async def _clients(farm: RealFarm, requests: Iterable[Request]) -> dict[int, FarmBackend]:
    """The backends by player.

    Several players of a game share one, because each takes a while to make; not all, because it has
    a hundred connections, and each clip that is waited for holds one.
    """
    wants = [request.want for request in requests]
    tokens = {game: await farm.token(f"game{game}") for game in {want.game for want in wants}}
    shared = {
        (game, part): farm.client(token)
        for game, token in tokens.items()
        for part in range(_SHARES)
    }
    for client in shared.values():
        await client.health()  # connects
    return {want.player: shared[want.game, want.player % _SHARES] for want in wants}


async def _play(
    clients: dict[int, FarmBackend],
    requests: Sequence[Request],
    beside: Callable[[float], Coroutine[None, None, None]] | None = None,
) -> _Result:
    """Sends all requests at their times.

    Args:
        beside: is run beside that, with the time of the last request.
    """
    began = time.perf_counter()

    async def ask(request: Request) -> float:
        await asyncio.sleep(began + request.at - time.perf_counter())
        return await _one(clients, request.want)

    other = None if beside is None else asyncio.create_task(beside(requests[-1].at))
    answers = await asyncio.gather(*map(ask, requests), return_exceptions=True)
    if other is not None:
        await other
    refused = sum(isinstance(answer, GeneratorOverloadedError) for answer in answers)
    return _Result(
        [
            answer
            for answer, request in zip(answers, requests, strict=True)
            if isinstance(answer, float) and request.want.purpose is Purpose.URGENT
        ],
        lost=sum(isinstance(answer, BaseException) for answer in answers) - refused,
        refused=refused,
    )


async def _one(clients: dict[int, FarmBackend], want: Want) -> float:
    """The wait for a clip without its generation, as a game sees it.

    Raises:
        GeneratorOverloadedError: the farm refuses speculation.
        GenerationError: there will be no clip.
        TimeoutError: it does not come within `_LONGEST_SECONDS`.
    """
    # A shorter clip has a shorter usual time, by which the farm decides.
    request = GenerationRequest(
        VideoParams(npc_id=want.look),
        want.preset,
        CLIP_SECONDS * _SCALE,
        deadline=None if want.due_in is None else want.due_in * _SCALE,
        purpose=want.purpose,
    )
    began = time.perf_counter()
    async with asyncio.timeout(_LONGEST_SECONDS):
        while True:
            try:
                await clients[want.player].generate(request, lambda part: None)
                return max(0.0, time.perf_counter() - began - want.seconds * _SCALE)
            except (GeneratorUnreachableError, GeneratorOverloadedError) as error:
                if error.status == _TOO_MANY:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)  # as a game does, while a part is away


def _killer(farm: RealFarm) -> Callable[[float], Coroutine[None, None, None]]:
    """Kills a worker, the brain, the gateway and Valkey, one after the other."""

    async def kill(seconds: float) -> None:
        farm.start_sleeper(_SCALE)  # in the place of the one that dies
        await asyncio.sleep(seconds / 5.0)
        os.kill(farm.sleepers[0].pid, signal.SIGKILL)
        for part in ("brain", "gateway", "valkey-server"):
            await asyncio.sleep(seconds / 5.0)
            os.kill(farm.process(part), signal.SIGKILL)

    return kill


async def _ended_twice(farm: RealFarm) -> int:
    """The number of jobs whose end was counted more than once."""
    ends: Counter[tuple[str, float]] = Counter()
    place = "0-0"
    while True:
        events, _ = await farm.store.events(place, 0.01)
        if not events:
            return sum(count > 1 for count in ends.values())
        for event in events:
            place = event.id
            if event.kind is EventKind.END and event.job is not None:
                ends[event.key, event.job.asked_at] += 1


async def _no_ops(farm: RealFarm) -> tuple[float, float]:
    """Jobs per second that take no time, and the brain's processor time for each, in ms."""
    for _ in range(_WORKERS):
        farm.start_sleeper(0.0)
    await farm.sleepers_awake()
    store, before = farm.store, farm.cpu_seconds("brain")
    began = time.perf_counter()
    for number in range(_NO_OPS):
        body = json.dumps({"npc_id": f"none {number}", "duration": 0.1}).encode()
        ask = Ask(
            f"{number:064x}", Purpose.BAKE, None, "studio", GENERATOR, "", "realtime", 0.1, body
        )
        await store.submit(ask, f"none {number}")
    async with asyncio.timeout(_LONGEST_SECONDS):
        while (await store.open_jobs())[0]:
            await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    return _NO_OPS / seconds, 1000.0 * (farm.cpu_seconds("brain") - before) / _NO_OPS
