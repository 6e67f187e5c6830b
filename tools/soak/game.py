"""One game that is played, as a process: what it tells, and how it is doing."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from npc_video.shipping.engine import Engine
from npc_video.shipping.godot import EngineRun, run_project

from tools.soak.frames import Stop
from tools.soak.watch import queued

__all__ = ["Game", "told_in"]

_MARK = "@soak "


def told_in(line: str) -> str:
    """What the game tells in a line of its log, "" in others.

    The engine writes warnings on another stream, and half of one may stand before it.
    """
    return line.partition(_MARK)[2]


class Game:
    """Runs from `start` to its end or to `kill`.

    Attributes:
        on_event: Called with each event that it tells.
        pid: Of its process, 0 before it has told.
        heard_at: When it told something last, in seconds.
        stops: When it was stopped.
    """

    def __init__(
        self, engine: Engine, project: Path, env: Mapping[str, str], on_event: Callable[[Any], None]
    ):
        self._engine, self._project, self._env = engine, project, env
        self._on_event = on_event
        self._stopped_at: float | None = None
        self._queued = 0.0
        self.pid = 0
        self.heard_at = time.perf_counter()
        self.stops: list[Stop] = []
        self.is_killed = False

    def start(
        self, options: Mapping[str, Any], *arguments: str, seconds: float
    ) -> "asyncio.Future[EngineRun]":
        """Plays; the future has how it ended."""
        loop = asyncio.get_running_loop()

        def hear(line: str) -> None:
            if told := told_in(line):
                loop.call_soon_threadsafe(self._hear, told)

        return asyncio.ensure_future(
            asyncio.to_thread(
                run_project,
                self._engine,
                self._project,
                *arguments,
                "--",
                f"--soak={json.dumps(options)}",
                seconds=seconds,
                env=self._env,
                on_line=hear,
            )
        )

    @property
    def is_stopped(self) -> bool:
        return self._stopped_at is not None

    @property
    def silence(self) -> float:
        """Seconds since it told something, or went on; 0 while it is stopped, and after its end.

        Those aside for which other programs had all processors.
        """
        now_queued = queued(self.pid) if self.pid and not self.is_stopped else None
        if now_queued is None:
            return 0.0
        went_on = self.stops[-1].ended if self.stops else 0.0
        seconds = time.perf_counter() - max(self.heard_at, went_on)
        return seconds - (now_queued - self._queued)

    def stop(self) -> None:
        if self.pid and not self.is_stopped:
            self._stopped_at = time.perf_counter()
            self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        if self._stopped_at is not None:
            self._send(signal.SIGCONT)
            self.stops.append(Stop(self._stopped_at, time.perf_counter()))
            self._stopped_at = None

    def tell_stacks(self) -> None:
        """Has all its threads of Python print where they are."""
        self._send(signal.SIGUSR1)

    def kill(self) -> None:
        self.is_killed = True
        self._send(signal.SIGKILL)

    def _hear(self, text: str) -> None:
        with suppress(ValueError):
            event = json.loads(text)
            self.heard_at = time.perf_counter()
            self._queued = queued(self.pid) or 0.0
            self.pid = event.get("pid", self.pid)
            if self.is_killed:
                self.kill()  # it was, before it had told whom
            self._on_event(event)

    def _send(self, number: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
