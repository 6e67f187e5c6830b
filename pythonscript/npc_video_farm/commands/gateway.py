"""Runs a gateway."""

import argparse

import uvicorn

from ..gateway.app import create
from ..process import run_until_ended
from .stores import open_stores

__all__ = ["run"]

_CLOSE_SECONDS = 3


def run(options: argparse.Namespace) -> int:
    async def serve() -> None:
        app = create(lambda: open_stores(options), generator=options.first)
        config = uvicorn.Config(
            app,
            options.listen,
            options.port,
            log_level="warning",
            timeout_graceful_shutdown=_CLOSE_SECONDS,
        )
        await uvicorn.Server(config).serve()

    run_until_ended(serve(), parent=options.parent)
    return 0
