"""Provides a ComfyUI that dies, comes back and misbehaves, and counts the graphs sent to it."""

import asyncio
import hashlib
import json
import time
from typing import Any

from tests.core.npc_video.backends.comfyui.fake import FakeComfy
from tests.core.npc_video.backends.comfyui.recorded import tiny
from tools.soak.ledger import Attempt, End, Ledger

__all__ = ["Comfy", "workflow"]

_LOOK_S = 0.05


def workflow() -> str:
    """Returns the game's workflow, with placeholders, as JSON."""
    return json.dumps(tiny())


class Comfy:
    """The fake ComfyUI of the tests, observed from outside."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._fake = FakeComfy()
        self._open: dict[str, Attempt] = {}
        self._seen = 0
        self._is_open = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return str(self._fake.server.url)

    async def open(self) -> None:
        if self._is_open:
            return
        await (self._fake.restart() if self._watch else self._fake.start())
        self._is_open = True
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())

    async def die(self) -> None:
        """Forgets all its jobs."""
        if self._is_open:
            self._is_open = False
            self._note()
            await self._fake.kill()
            self._settle(End.FAILED)

    def misbehave(self, mode: str) -> None:
        """Changes its behaviour to a value of `FakeComfy.mode`; "clip" is the normal one."""
        self._fake.mode = mode
        if mode == "clip" and self._fake.running is not None:
            self._fake._interrupted = True  # the running job may be one that never ends

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        await self.die()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            self._note()

    def _note(self) -> None:
        """Records new and finished jobs since the last call."""
        posted: list[Any] = self._fake.posted
        for body in posted[self._seen :]:
            text = json.dumps(body["prompt"], sort_keys=True)
            job = hashlib.sha256(text.encode()).hexdigest()[:12]
            self._open[body["prompt_id"]] = self.ledger.begin(job, time.perf_counter())
        self._seen = len(posted)
        left = {job[1] for job in self._fake.pending}
        if self._fake.running is not None:
            left.add(self._fake.running[1])
        for name in self._open.keys() - left:
            history = self._fake.history.get(name, {})
            made = history.get("status", {}).get("status_str") == "success"
            # A job in no history was removed from the queue.
            end = End.DELIVERED if made else End.FAILED if history else End.GIVEN_UP
            self._open.pop(name).finish(end, time.perf_counter())

    def _settle(self, end: End) -> None:
        for attempt in self._open.values():
            attempt.finish(end, time.perf_counter())
        self._open.clear()
