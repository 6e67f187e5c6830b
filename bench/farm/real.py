"""Starts a real farm with workers that sleep, and reads what its processes use; Linux only."""

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.token import Token
from npc_video_farm.commands.holders import give_token
from npc_video_farm.fleet.valkey_server import socket_of
from npc_video_farm.store.valkey import Store
from npc_video_farm.tenants import Scope

from tests.harness.server import free_port

from .sleeper import GENERATOR

__all__ = ["RealFarm", "real_farm"]

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class RealFarm:
    """A farm that runs.

    Attributes:
        ready_seconds: from its command to its first word that it is ready.
    """

    up: "subprocess.Popen[str]"
    store: Store
    url: str
    address: str
    clips: Path
    sleepers: "list[subprocess.Popen[bytes]]"
    ready_seconds: float

    async def token(self, game: str) -> Token:
        """A token for a game."""
        token = await give_token(self.store, game, (Scope.GENERATE,))
        return Token.from_environment("FARM", {"FARM": token})

    def client(self, token: Token) -> FarmBackend:
        """The backend of one player's game."""
        return FarmBackend(self.url, token=token, generator=GENERATOR)

    def start_sleeper(self, scale: float) -> None:
        command = (sys.executable, "-m", "bench.farm.sleeper", "--store", self.address)
        options = ("--clips", str(self.clips), "--scale", str(scale), "--parent", str(os.getpid()))
        self.sleepers.append(subprocess.Popen([*command, *options], cwd=_ROOT))

    async def sleepers_awake(self) -> None:
        """Waits until all sleepers are workers of the farm."""
        async with asyncio.timeout(_START_SECONDS):
            while True:
                workers = await self.store.workers()
                if sum(each.generator == GENERATOR for each in workers) == len(self.sleepers):
                    return
                await asyncio.sleep(0.05)

    def end_sleepers(self) -> None:
        for sleeper in self.sleepers:
            sleeper.kill()
            sleeper.wait()
        self.sleepers.clear()

    def process(self, part: str) -> int:
        """The id of the process of a part: "brain", "gateway", "valkey-server" or "worker"."""
        children = Path(f"/proc/{self.up.pid}/task/{self.up.pid}/children").read_text("ascii")
        for child in children.split():
            words = re.split(r"[\0 ]", Path(f"/proc/{child}/cmdline").read_text("utf-8"))
            if any(Path(word).name == part for word in words[:5]):
                return int(child)
        raise LookupError(part)

    def cpu_seconds(self, part: str) -> float:
        """The processor time that a part has used."""
        stat = Path(f"/proc/{self.process(part)}/stat").read_text("utf-8").rpartition(")")[2]
        user, system = stat.split()[11:13]
        return (int(user) + int(system)) / _TICK

    def memory_mb(self) -> float:
        """The memory of all but the workers."""
        parts = [self.process(part) for part in ("brain", "gateway", "valkey-server")]
        return sum(map(_resident, [self.up.pid, *parts])) / 1e6


def _resident(process: int) -> float:
    """The bytes of a process, with its part of what several share."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return 1024.0 * int(line.split()[1])
    raise LookupError(process)


@asynccontextmanager
async def real_farm() -> AsyncIterator[RealFarm]:
    """Runs a farm in a folder of its own, without workers that sleep."""
    with tempfile.TemporaryDirectory() as folder:
        data, port = Path(folder) / "data", free_port()
        command = (sys.executable, "-m", "npc_video_farm", "up", "--port", str(port))
        began = time.perf_counter()
        up = subprocess.Popen(
            [*command, "--data", str(data)],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        try:
            assert up.stdout is not None
            lines = iter(up.stdout.readline, "")
            if not any("is ready at" in line for line in lines):
                raise SystemExit("The farm did not start: see the lines above.")
            ready = time.perf_counter() - began
            address = f"unix://{socket_of(data)}"
            store = await Store.open(address)
            url = f"http://127.0.0.1:{port}"
            farm = RealFarm(up, store, url, address, data / "clips", [], ready)
            try:
                yield farm
            finally:
                farm.end_sleepers()
                await store.close()
        finally:
            up.terminate()
            up.wait()
