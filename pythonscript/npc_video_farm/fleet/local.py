"""A whole farm on one machine: Valkey, a brain, a gateway, and a worker for each generator."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from npc_video.shipping.console import Failure
from valkey.asyncio import Valkey
from valkey.exceptions import ConnectionError  # noqa: A004

from ..errors import StoreAwayError
from ..store.valkey import Store
from .children import Child, keep
from .valkey_server import socket_of, valkey_server

__all__ = ["LocalFarm", "Others", "check_port", "running"]

_T = TypeVar("_T")

Others = Callable[[Store], AbstractAsyncContextManager[None]]
"""Runs the processes beside Valkey for a block."""

_START_SECONDS = 30.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class LocalFarm:
    """The settings of a farm on one machine.

    Attributes:
        data: the folder for jobs and clips.
        config: the file with the generators; None for the embedded one.
        generators: their names, the farm's first one first.
        listen: the address at which games reach the gateway.
        valkey: the address of a Valkey that is there; "" to start one.
        clips: the place of the clips, such as s3://BUCKET/PREFIX; "" for a folder in `data`.
    """

    data: Path
    config: Path | None
    generators: Sequence[str]
    listen: str
    port: int
    valkey: str = ""
    clips: str = ""

    @property
    def store(self) -> str:
        """The address of the store."""
        return self.valkey or f"unix://{socket_of(self.data)}"

    @property
    def clips_at(self) -> str:
        """The place of the clips."""
        return self.clips or str(self.data / "clips")

    @property
    def address(self) -> str:
        """The gateway's address for games; on another machine, with this one's name."""
        is_everywhere = self.listen in ("0.0.0.0", "::")
        host = socket.gethostname() if is_everywhere else self.listen
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def reachable(self) -> str:
        """The address at which this machine reaches the gateway."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.listen, self.listen)

    @property
    def children(self) -> list[Child]:
        """The processes beside Valkey."""
        store = ("--store", self.store)
        clips = ("--clips", self.clips_at)
        config = () if self.config is None else ("--config", str(self.config))
        at = ("--listen", self.listen, "--port", str(self.port), "--first", self.generators[0])
        workers = [
            _part(f"The worker for {name}", "worker", *store, *clips, *config, "--generator", name)
            for name in self.generators
        ]
        return [
            _part("The brain", "brain", *store, *clips),
            _part("The gateway", "gateway", *store, *clips, *at),
            *workers,
        ]


def check_port(listen: str, port: int) -> None:
    """Raises Failure if another program listens there, or this one may not."""
    try:
        family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if sys.platform != "win32":  # where this would share the port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((listen, port))
    except (OSError, OverflowError) as error:
        raise Failure(
            f"Port {port} of {listen} cannot be used ({error}): another farm may run there. End it,"
            " or choose another with --port."
        ) from error


@asynccontextmanager
async def running(
    farm: LocalFarm, say: Callable[[str], None], others: Others | None = None
) -> AsyncIterator[Store]:
    """Runs a farm for the block, which begins when games can ask for clips.

    Args:
        others: runs the brain, the gateway and the workers; by default, this machine does.

    Raises:
        FarmError: it does not start; the text says what to do.
    """
    async with AsyncExitStack() as stack:
        if not farm.valkey:
            await _end_orphan(farm.store)
            stack.push_async_callback(_ended, _kept([valkey_server(farm.data)], say))
        patience = 0.0 if farm.valkey else _START_SECONDS  # a named one is there, or is not
        store = await _within(patience, lambda: Store.open(farm.store))
        stack.push_async_callback(store.close)
        if others is None:
            stack.push_async_callback(_ended, _kept(farm.children, say))
        else:
            await stack.enter_async_context(others(store))
        await _within(_START_SECONDS, lambda: _check_ready(farm, store))
        yield store


def _part(name: str, *command: str) -> Child:
    """A process of this package, which ends with the present one."""
    program = (sys.executable, "-m", "npc_video_farm", *command, "--parent", str(os.getpid()))
    return Child(name, program)


def _kept(children: Sequence[Child], say: Callable[[str], None]) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(keep(child, say)) for child in children]


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _end_orphan(url: str) -> None:
    """Ends the Valkey of a farm that was killed, which would write to the same files."""
    with suppress(ConnectionError, OSError):
        client = Valkey.from_url(url)
        try:
            await client.shutdown()
        finally:
            await client.aclose()


async def _check_ready(farm: LocalFarm, store: Store) -> None:
    """Raises StoreAwayError while a part of the farm is not there."""
    alive = {worker.generator for worker in await store.workers()}
    missing = [f"a worker for {name}" for name in farm.generators if name not in alive]
    if not await store.has_leader():
        missing.append("the brain")
    try:
        _, writer = await asyncio.open_connection(farm.reachable, farm.port)
        writer.close()
    except OSError:
        missing.append("the gateway")
    if missing:
        raise StoreAwayError(
            f"The farm does not start, for lack of {' and '.join(missing)}: see the lines above."
        )


async def _within(seconds: float, ask: Callable[[], Awaitable[_T]]) -> _T:
    """The answer, asked again until it comes; raises the last error after some seconds."""
    ends = time.perf_counter() + seconds
    while True:
        try:
            return await ask()
        except StoreAwayError:
            if time.perf_counter() >= ends:
                raise
        await asyncio.sleep(_POLL_SECONDS)
