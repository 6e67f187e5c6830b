"""Runs other programs on the same folder of clips: a second game, and a writer without one."""

import asyncio
import itertools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from npc_video.shipping.engine import Engine

from tools.paths import ROOT
from tools.soak.game import Game
from tools.soak.verdict import own_faults

__all__ = ["OtherGame", "Writer"]

_LONGEST_S = 36_000.0


class OtherGame:
    """A game without a window; whenever it is killed, the next one begins.

    Attributes:
        began: The number of games.
        faults: Their errors.
        logs: The logs of those with errors.
    """

    def __init__(self, engine: Engine, project: Path, env: Mapping[str, str], options: Any):
        self.began = 0
        self.faults: list[str] = []
        self.logs: list[str] = []
        self._made_of = engine, project, env
        self._options = options
        self._is_wanted = True
        self._game: Game | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._play())

    def kill(self) -> None:
        if self._game is not None:
            self._game.kill()

    async def close(self) -> None:
        if self._task is not None:
            self._is_wanted = False
            self.kill()
            await self._task

    async def _play(self) -> None:
        while self._is_wanted:
            self.began += 1
            game = self._game = Game(*self._made_of, _leave)
            options = {**self._options, "seed": self._options["seed"] + self.began}
            run = await game.start(options, "--headless", seconds=_LONGEST_S)
            found = own_faults(run.log.splitlines(), run.faults)
            faults = [fault for fault in found if not (game.is_killed and "SIGKILL" in fault)]
            self.faults += [f"the other game: {fault}" for fault in faults]
            if faults:
                self.logs.append(run.log)


def _leave(event: Any) -> None:
    """Ignores its events."""


class Writer:
    """`tools.soak.writer`; whenever it is killed, the next one begins.

    Attributes:
        began: The number of writers.
        faults: Their output when they broke.
    """

    def __init__(self, folder: Path, seed: int, env: Mapping[str, str]):
        self.began = 0
        self.faults: list[str] = []
        self._folder, self._seed, self._env = folder, seed, env
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_killed = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._write())

    def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._is_killed = True
            self._process.kill()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.kill()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _write(self) -> None:
        for number in itertools.count():
            self.began += 1
            self._is_killed = False
            command = ["-m", "tools.soak.writer", str(self._folder), f"{self._seed} {number}"]
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, env=self._env, stderr=asyncio.subprocess.PIPE
            )
            try:
                _, said = await self._process.communicate()
            finally:
                self.kill()
            if not self._is_killed:
                self.faults.append(f"the writer broke: {said.decode(errors='replace')[-400:]}")
                await asyncio.sleep(1.0)
