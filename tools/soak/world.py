"""Runs everything around the game, and makes its troubles."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from npc_video.shipping.console import say

from tools.soak.clock import Clock
from tools.soak.comfy import Comfy
from tools.soak.disk import Disk
from tools.soak.game import Game
from tools.soak.ledger import Ledger
from tools.soak.neighbours import OtherGame, Writer
from tools.soak.plan import Kind, Trouble
from tools.soak.services import VideoService, make_clips

__all__ = ["World"]

# Services that replace each other share a ledger, by its name.
_SERVICES = {
    "http": "http",
    "pool_a": "pool",
    "pool_b": "pool",
    "pool_c": "pool",
    "local": "failover",
    "cloud": "failover",
}


class World:
    """The surroundings of one game.

    Args:
        folder: The folder of the clip cache.
        may_mount: True if that may become a disk of its own.

    Attributes:
        ledgers: The jobs of services, by name.
        done: The number of troubles of each kind.
    """

    def __init__(self, seed: int, folder: Path, clock: Clock, *, may_mount: bool):
        self.clips = make_clips()
        self.ledgers = {name: Ledger() for name in dict.fromkeys(_SERVICES.values())}
        self.services = {
            name: VideoService(f"{seed} {name}", self.ledgers[ledger], self.clips)
            for name, ledger in _SERVICES.items()
        }
        self.comfy = Comfy()
        self.ledgers["comfyui"] = self.comfy.ledger
        self.disk = Disk(folder, may_mount=may_mount)
        self.clock = clock
        self.done: dict[Kind, int] = dict.fromkeys(Kind, 0)
        self._closed_port = VideoService("", Ledger(), self.clips)
        self._running: set[asyncio.Task[None]] = set()

    async def open(self) -> dict[str, str]:
        """Starts all services; returns their addresses, and one at which nothing listens."""
        reached = {**self.services, "closed_port": self._closed_port}
        for service in reached.values():
            await service.open()
        await self.comfy.open()
        await self._closed_port.close()
        addresses = {name: service.url for name, service in reached.items()}
        return {**addresses, "comfyui": self.comfy.url}

    async def trouble(
        self, troubles: list[Trouble], game: Game, others: tuple[OtherGame, Writer]
    ) -> None:
        """Makes the troubles, each at its time from now."""
        began = time.perf_counter()
        try:
            for trouble in troubles:
                await asyncio.sleep(max(0.0, began + trouble.at - time.perf_counter()))
                task = asyncio.create_task(self._make(trouble, game, others))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            await asyncio.gather(*self._running)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def heal(self) -> None:
        """Repairs everything, and ends the waits for results that would never come."""
        self.clock.jump(0.0)
        self.disk.heal()
        self.comfy.misbehave("clip")
        await self.comfy.open()
        for service in self.services.values():
            await service.heal()

    async def close(self) -> None:
        for service in self.services.values():
            await service.close()
        await self.comfy.close()
        self.disk.close()

    async def _make(self, trouble: Trouble, game: Game, others: tuple[OtherGame, Writer]) -> None:
        say(f"{trouble.at:7.1f} s  {trouble}")
        self.done[trouble.kind] += 1
        if trouble.kind in (Kind.REFUSE, Kind.COMFY_DIES):
            await self._go_down(trouble)
            return
        begin, end = self._acts(trouble, game, others)
        begin()
        try:
            await asyncio.sleep(trouble.seconds)
        finally:
            end()

    async def _go_down(self, trouble: Trouble) -> None:
        if trouble.kind is Kind.COMFY_DIES:
            await self.comfy.die()
            await asyncio.sleep(trouble.seconds)
            await self.comfy.open()
            return
        service = list(self.services.values())[int(trouble.value)]
        await service.close()
        await asyncio.sleep(trouble.seconds)
        await service.open()

    def _acts(
        self, trouble: Trouble, game: Game, others: tuple[OtherGame, Writer]
    ) -> tuple[Callable[[], object], Callable[[], object]]:
        def nothing() -> None:
            pass

        return {
            Kind.STOP: (game.stop, game.go_on),
            Kind.FULL: (self.disk.fill, self.disk.heal),
            Kind.READ_ONLY: (self.disk.forbid, self.disk.heal),
            Kind.CLOCK: (
                lambda: self.clock.jump(float(trouble.value)),
                lambda: self.clock.jump(0.0),
            ),
            Kind.SERVICES: (lambda: self._set_mood(trouble.value), nothing),
            Kind.COMFY_MODE: (
                lambda: self.comfy.misbehave(trouble.value),
                lambda: self.comfy.misbehave("clip"),
            ),
            Kind.KILL_GAME: (others[0].kill, nothing),
            Kind.KILL_WRITER: (others[1].kill, nothing),
        }[trouble.kind]

    def _set_mood(self, mood: str) -> None:
        for service in self.services.values():
            service.mood = mood
