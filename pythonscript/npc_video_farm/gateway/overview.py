"""The state of the farm for people, as the page shows it."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

from npc_video.records import Purpose

from ..errors import FarmError
from ..jobs import WorkerView
from .flow import Flow
from .services import Services

__all__ = ["farm_of", "overview", "watch_overview"]

_PAUSE_SECONDS = 1.0


def farm_of(services: Services) -> dict[str, Any]:
    """The facts about the farm that every holder of a token may know."""
    census = services.census
    return {
        "project": services.project,
        "slots": census.slots(),
        "generators": [{"name": name, "slots": census.slots(name)} for name in census.generators],
        "first": census.first,
        "ready": not census.is_away and census.has_brain and bool(census.workers),
    }


async def overview(services: Services) -> dict[str, Any]:
    """All that the page shows.

    Raises:
        FarmError: the store does not answer.
    """
    census, metrics = services.census, services.metrics
    told: dict[str, Any] = farm_of(services)
    told["now"] = census.now
    told["store"] = not census.is_away
    told["workers"] = [_worker(worker) for worker in census.workers]
    told["outcomes"] = metrics.outcomes
    told["waits"] = metrics.recent_waits
    figures = census.figures
    told["brain"] = census.has_brain
    told["totals"] = dict(census.counts)
    told["classes"] = [
        {
            "name": purpose.word,
            "waiting": figures.waiting.get(purpose.word, 0) if figures else 0,
            "running": figures.running.get(purpose.word, 0) if figures else 0,
        }
        for purpose in sorted(Purpose, reverse=True)
    ]
    if figures:
        told["backlog"] = dict(figures.backlog_seconds)
        told["wanted"] = dict(figures.wanted_workers)
        told["failures"] = [dataclasses.asdict(failure) for failure in figures.failures]
        told["tenants"] = [
            {
                "id": name,
                "waiting": tenant.waiting,
                "running": tenant.running,
                "used": await services.store.used_today(name),
            }
            for name, tenant in sorted(figures.tenants.items())
        ]
    return told


def watch_overview(services: Services) -> Flow:
    """The same as server-sent events, one each second."""
    return Flow(_events(services), "text/event-stream", {"Cache-Control": "no-store"})


async def _events(services: Services) -> AsyncIterator[bytes]:
    while True:
        try:
            told = await overview(services)
        except FarmError:
            told = {"store": False}
        yield f"data: {json.dumps(told)}\n\n".encode()
        await asyncio.sleep(_PAUSE_SECONDS)


def _worker(worker: WorkerView) -> dict[str, Any]:
    return {
        "id": worker.id,
        "generator": worker.generator,
        "model": worker.model,
        "state": worker.state.value,
        "slots": worker.slots,
        "running": len(worker.running),
    }
