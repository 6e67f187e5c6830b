"""Runs a gateway."""

import argparse
import signal
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from ..gateway.app import create
from ..gateway.services import Services
from ..process import run_until_ended
from .stores import open_stores

__all__ = ["run"]

_CLOSE_SECONDS = 3


class _Server(uvicorn.Server):
    """A server that lets waiting clients go when it is asked to end."""

    def __init__(self, app: Starlette, host: str, port: int):
        config = uvicorn.Config(
            app,
            host,
            port,
            log_level="warning",
            timeout_graceful_shutdown=_CLOSE_SECONDS,
        )
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        services: Services | None = getattr(self._app.state, "services", None)
        if services is not None:
            services.changes.end()


def run(options: argparse.Namespace) -> int:
    app = create(lambda: open_stores(options), generator=options.first)
    server = _Server(app, options.listen, options.port)

    def end(number: signal.Signals) -> bool:
        server.handle_exit(number, None)
        return True

    run_until_ended(server.serve(), parent=options.parent, on_end=end)
    return 0
