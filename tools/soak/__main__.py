"""Plays, and prints the results: a table, and the same as JSON in the last line.

The exit code is 1 if something was wrong.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from npc_video.shipping.console import Failure, say
from npc_video.shipping.engine import Engine

from tools.engine import find
from tools.paths import BUILD
from tools.screen import screen
from tools.soak import disk
from tools.soak.account import Account
from tools.soak.clock import Clock
from tools.soak.frames import Frame, longest
from tools.soak.game import Game
from tools.soak.neighbours import OtherGame, Writer
from tools.soak.plan import plan
from tools.soak.project import CACHE, make_project
from tools.soak.verdict import Seen, judge, numbers, own_faults, table
from tools.soak.watch import sample
from tools.soak.world import World

_TIME_SCALE = 10.0
_WARM_S = 12.0
# Seconds for everything before and after the play.
_AROUND_S = 300.0
_HANG_S = 15.0
_IN_NAMESPACE = "NPC_VIDEO_SOAK_MAY_MOUNT"


def main() -> int:
    parser = argparse.ArgumentParser(prog="run.py soak")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--headless", action="store_true")
    options = parser.parse_args()
    if sys.platform != "linux":
        raise Failure("The soak stops, mounts and watches as Linux does: run it there.")
    if _IN_NAMESPACE not in os.environ:
        before = disk.namespace()
        if not before:
            say("Nothing can be mounted here: a file in the folder's place stands for a full disk.")
        os.environ[_IN_NAMESPACE] = "1" if before else ""
        command = [*before, sys.executable, "-m", "tools.soak", *sys.argv[1:]]
        os.execvp(command[0], command)
    if os.environ[_IN_NAMESPACE]:
        disk.own_shared_memory()
    seed = random.randrange(10_000) if options.seed is None else options.seed
    say(f"The seed is {seed}.")
    engine = find()
    if engine is None:
        raise Failure("Godot was not found: `python3 run.py engine` gets one.")
    with ExitStack() as stack:
        env = None if options.headless else stack.enter_context(screen())
        if env is None:
            say("It plays without a window.")
        seen = asyncio.run(_soak(engine, seed, options.minutes * 60.0, env))
    wrong = judge(seen)
    figures = {"seed": seed, "minutes": options.minutes, "window": env is not None}
    figures |= numbers(seen, wrong)
    print(table(figures))
    print(json.dumps(figures), flush=True)
    return int(bool(wrong))


async def _soak(
    engine: Engine, seed: int, seconds: float, window: Mapping[str, str] | None
) -> Seen:
    folder = BUILD / "soak"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clock = Clock(folder)
    data = folder / "data"
    world = World(seed, data / CACHE, clock, may_mount=bool(os.environ[_IN_NAMESPACE]))
    make_project(folder / "project", engine, world.clips[0])
    env = {**(window or {}), **clock.env, "XDG_DATA_HOME": str(data)}
    options = {
        "seed": seed,
        "addresses": await world.open(),
        "time_scale": _TIME_SCALE,
        "warm_seconds": _WARM_S,
        "play_seconds": seconds,
        "is_local": False,
    }
    watching = _Watch(Game(engine, folder / "project", env, lambda event: watching.hear(event)))
    watching.seen.ledgers = world.ledgers
    local = {**options, "is_local": True, "play_seconds": 1e6, "seed": seed + 1000}
    other = OtherGame(engine, folder / "project", env, local)
    writer = Writer(data / CACHE, seed, dict(os.environ))
    look = [] if window is not None else ["--headless"]
    run = watching.game.start(
        options, *look, "--verbose", "--audio-driver", "Dummy", seconds=seconds + _AROUND_S
    )
    watcher = asyncio.create_task(watching.watch())
    troubling: asyncio.Task[None] | None = None
    try:
        await watching.until("play", run)
        other.start()
        writer.start()
        troubles = plan(seed, seconds)
        troubling = asyncio.create_task(world.trouble(troubles, watching.game, (other, writer)))
        await watching.until("calm", run)
        troubling.cancel()
        await asyncio.gather(troubling, return_exceptions=True)
        watching.game.go_on()
        await other.close()
        await writer.close()
        await world.heal()
        ended = await run
    finally:
        watcher.cancel()
        for task in (other, writer):
            await task.close()
        if not run.done():
            watching.game.kill()
            await asyncio.gather(run, return_exceptions=True)
        await world.close()
    (folder / "log.txt").write_text(ended.log, "utf-8")
    for number, log in enumerate(other.logs, start=1):
        (folder / f"other_{number}.txt").write_text(log, "utf-8")
    say(f"The game's log is {folder / 'log.txt'}.")
    seen = watching.result()
    seen.faults = own_faults(ended.log.splitlines(), ended.faults) + other.faults + writer.faults
    seen.exit_code = ended.exit_code
    seen.troubles = {kind.value: count for kind, count in world.done.items()}
    return seen


class _Watch:
    """Reads the game's events, and watches its process."""

    def __init__(self, game: Game):
        self.game = game
        self.seen = Seen(Account(), {})
        self._frames: list[Frame] = []
        self._phases: dict[str, asyncio.Event] = {}
        self._is_measured = False

    def hear(self, event: dict[str, Any]) -> None:
        what = event["e"]
        if what == "tick":
            if self._is_measured:
                self.seen.frames += event["frames"]
                self.seen.objects.append((event["at"], float(event["objects"])))
                self._frames += [Frame(*long) for long in event["long"]]
        elif what == "state":
            self.seen.states[event["where"]] = event
        elif what == "odd":
            self.seen.odd.append(event["what"])
        elif what == "phase":
            say(f"Phase: {event['phase']}")
            self._is_measured = event["phase"] in ("play", "calm")
            self._phases.setdefault(event["phase"], asyncio.Event()).set()
        else:
            self.seen.account.take(event)
        if what in ("state", "phase"):
            self._measure()

    async def until(self, phase: str, run: "asyncio.Future[Any]") -> None:
        """Waits for the phase, or for the end of the game."""
        reached = asyncio.create_task(self._phases.setdefault(phase, asyncio.Event()).wait())
        await asyncio.wait({reached, run}, return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()

    async def watch(self) -> None:
        """Checks once a second, and ends a game that hangs."""
        while True:
            await asyncio.sleep(1.0)
            if self._is_measured:
                self._measure()
            if self.game.silence > _HANG_S:
                self.seen.hangs.append(self.game.silence)
                self.game.tell_stacks()
                await asyncio.sleep(2.0)
                self.game.kill()
                return

    def result(self) -> Seen:
        self.seen.longest_frame = longest(self._frames, self.game.stops)
        return self.seen

    def _measure(self) -> None:
        if found := sample(self.game.pid, time.perf_counter()):
            self.seen.samples.append(found)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        say(str(failure))
        sys.exit(1)
