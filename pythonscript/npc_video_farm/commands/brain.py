"""Runs a brain, which leads or waits for the end of the one that leads."""

import argparse

from ..brain.brain import Brain
from ..process import run_until_ended
from .stores import open_stores

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    async def think() -> None:
        store, clips = await open_stores(options)
        try:
            await Brain(store, clips).run()
        finally:
            await store.close()

    run_until_ended(think(), parent=options.parent)
    return 0
