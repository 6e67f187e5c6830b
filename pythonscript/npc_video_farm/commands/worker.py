"""Runs a worker. SIGTERM lets it finish what it can; an interruption ends it at once."""

import argparse
import signal

from npc_video.shipping.console import Failure

from ..generators import load_generators
from ..process import run_until_ended
from ..worker.worker import FarmWorker
from .options import config_of
from .stores import open_stores

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    generators = load_generators(config_of(options))
    name = options.generator or next(iter(generators))
    if name not in generators:
        raise Failure(f"There is no generator {name!r}: choose from {', '.join(generators)}.")
    working: FarmWorker | None = None

    async def work() -> None:
        nonlocal working
        store, clips = await open_stores(options)
        working = FarmWorker(options.store, store, clips, generators[name], name)
        try:
            await working.work()
        finally:
            for backend in generators.values():
                await backend.close()
            await store.close()

    def leave(number: signal.Signals) -> bool:
        if working is None or number is not signal.SIGTERM:
            return False
        working.leave()
        return True

    run_until_ended(work(), parent=options.parent, on_end=leave)
    return 0
