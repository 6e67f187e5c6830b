"""Runs a game as a process, and reads its events."""

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
    """Returns the event in a line of the game's log, "" for other lines.

    The engine writes warnings to another stream, and half of one may precede the event.
    """
    return line.partition(_MARK)[2]


class Game:
    """A game that runs from `start` to its end or to `kill`.

    Attributes:
        on_event: Called with each of its events.
        pid: The id of its process, 0 until its first event.
        heard_at: The time of its last event, in seconds.
        stops: The times in which it was stopped.
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
        """Starts the game; the future has the result."""
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
        """Returns the seconds since its last event, or since it went on.

        It is 0 while the game is stopped, and after its end. The times in which other programs had
        all processors do not count.
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
        """Makes all its Python threads print their stacks."""
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
                self.kill()  # it was stopped before its first event
            self._on_event(event)

    def _send(self, number: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
