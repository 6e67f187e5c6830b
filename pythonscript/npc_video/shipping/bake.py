"""Implements `npc-video bake`: makes the clips that a game ships with, for the command line and CI.

Only the project's own engine can read the project, so that engine makes the clips without a window
(`npc_video_player.baking`). This module starts it and shows its reports as a progress bar.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ..baking.protocol import BAKING, EMBEDDED, FARM_TOKEN, NO_SESSION, SAYS
from ..errors import GeneratorUnreachableError, NpcVideoError
from .console import Failure, say
from .engine import Engine
from .godot import import_project, run_project

__all__ = ["add_to", "bake_project"]

_SCENE = "res://addons/npc_video_player/bake.tscn"
_BAR_WIDTH = 30
# Where `npc-video farm up` has its gateway.
_FARM_HERE = "http://127.0.0.1:8420"
# So that no worker waits for the next request, and a farm that grows with its work does so.
_CLIPS_PER_SLOT, _FEWEST_CLIPS = 2, 16
# Each clip waits in a connection of its own, of which there are 100.
_MOST_CLIPS = 64


def add_to(parser: argparse.ArgumentParser, find_engine: Callable[[], Engine | None]) -> None:
    """Adds the command's arguments; `find_engine` returns the Godot that bakes."""
    parser.set_defaults(command=_bake, find_engine=find_engine)
    parser.add_argument("project", type=Path, help="the folder with its project.godot")
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NPC",
        help="the file of a profile, or an NPC's name; repeat it for several, default: all",
    )
    makers = parser.add_mutually_exclusive_group()
    makers.add_argument(
        "--backend",
        default="",
        help=f"the file of a backend in the project, or {EMBEDDED!r}; default: that of the player"
        " that shows the NPC",
    )
    makers.add_argument(
        "--farm",
        nargs="?",
        type=_address,
        const=_FARM_HERE,
        metavar="URL",
        help="make the clips of all NPCs on a farm, while it has nothing more urgent to do; its"
        f" token is in {FARM_TOKEN}; default: {_FARM_HERE}",
    )
    parser.add_argument(
        "--clips", type=_count, default=0, help="the number for each NPC, the most needed first"
    )
    parser.add_argument(
        "--from-session",
        action="append",
        default=[],
        metavar="FILE",
        help="bake the requests that a player recorded in its session_file: a path on your disk, or"
        " one of the game, such as user://ember.jsonl; repeat it for several",
    )


def bake_project(
    engine: Engine,
    project: Path,
    *,
    profiles: list[str],
    backend: str = "",
    farm: str = "",
    clips: int = 0,
    sessions: Sequence[str] = (),
) -> None:
    """Makes the missing clips of a project's NPCs; finished clips stay if the run breaks.

    Args:
        profiles: files of profiles, or names of NPCs; all if there are none.
        backend: a file of the project or `EMBEDDED`; "" for that of each NPC's player.
        farm: the address of a farm that makes all clips; "" for none.
        clips: the number for each NPC; 0 for as many as most reactions need.
        sessions: session files, by their paths on the disk or in the game.

    Raises:
        Failure: some clips are missing; it says why.
    """
    if not (project / "project.godot").is_file():
        raise Failure(f"{project} is no project of Godot: name the folder with its project.godot.")
    if not (project / _SCENE.removeprefix("res://")).is_file():
        raise Failure(f"The addon is not in {project}: npc-video install puts it there.")
    sessions = [path if _is_of_game(path) else str(Path(path).resolve()) for path in sessions]
    for path in sessions:
        if not (_is_of_game(path) or Path(path).is_file()):
            raise Failure(NO_SESSION.format(path))
    there = _asked(farm) if farm else None
    import_project(engine, project)
    wanted = {
        "profiles": profiles,
        "backend": backend,
        "farm": there,
        "clips": clips,
        "sessions": sessions,
    }
    report = _Report(sys.stderr)
    run = run_project(
        engine,
        project,
        *("--headless", _SCENE, "--", BAKING, json.dumps(wanted)),
        seconds=None,
        on_line=report.hear,
    )
    report.end()
    if report.failed:
        raise Failure(report.failed)
    if report.missed:
        count = len(report.missed)
        missed = "1 clip" if count == 1 else f"{count} clips"
        raise Failure(f"{missed} could not be made: bake again to retry.")
    # Objects that the game's scenes leak, of which the engine warns, spoil no clip.
    if run.exit_code != 0 or not report.is_begun:
        say("".join(line for line in run.log.splitlines(True) if not line.startswith(SAYS)))
        reason = run.faults[0] if run.faults else f"exit code {run.exit_code}"
        raise Failure(f"Godot could not bake ({reason}): see its log above.")


def _bake(options: argparse.Namespace) -> int:
    engine = options.find_engine()
    if engine is None:
        raise Failure("Godot was not found: install one, and name it in the variable GODOT.")
    bake_project(
        engine,
        options.project.resolve(),
        profiles=options.profile,
        backend=options.backend,
        farm=options.farm or "",
        clips=options.clips,
        sessions=options.from_session,
    )
    return 0


def _asked(farm: str) -> Mapping[str, Any]:
    """The farm that bakes, as the engine hears of it.

    It has the `url` and `allowed_origins` of a `FarmBackend`, the `slots` for each of the farm's
    generators, and the `first` of these. The command's user names the farm, so clips may be fetched
    from where it says.

    Raises:
        Failure: it makes no clips; it says what to do.
    """
    # Loads asyncio and more, which the other commands do without.
    from ..backends.farm.backend import FarmBackend, FarmFacts
    from ..backends.token import Token

    async def facts() -> FarmFacts:
        backend = FarmBackend(farm, token=Token.from_environment(FARM_TOKEN))
        try:
            return await backend.facts()
        finally:
            await backend.close()

    try:
        there = asyncio.run(facts())
    except GeneratorUnreachableError as error:
        raise Failure(
            f"{error} Start a farm with `npc-video farm up`, or name its address after --farm."
        ) from error
    except NpcVideoError as error:
        raise Failure(str(error)) from error
    return {
        "url": farm,
        "slots": {
            name: min(_MOST_CLIPS, max(_FEWEST_CLIPS, slots * _CLIPS_PER_SLOT))
            for name, slots in there.generators.items()
        },
        "first": there.first,
        "allowed_origins": [there.clips_from] if there.clips_from else [],
    }


def _is_of_game(path: str) -> bool:
    """Tells whether only the engine knows the file of a path: `user://`, `res://`."""
    return "://" in path


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no address: write the project before --farm, or https://… after it"
        )
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


@dataclass
class _Report:
    """Prints the engine's reports for the reader of the terminal.

    Attributes:
        failed: the reason why no more clips were made, or "".
        missed: the number of clips that failed.
    """

    out: TextIO
    failed: str = ""
    missed: list[str] = field(default_factory=list)
    is_begun: bool = False
    _through: int = -1
    _has_bar: bool = False

    def hear(self, line: str) -> None:
        """Reads a line of the engine's log; called on another thread."""
        if not line.startswith(SAYS):
            return
        told = json.loads(line.removeprefix(SAYS))
        if "failed" in told:
            self.failed = told["failed"]
        elif "missed" in told:
            self.missed.append(told["missed"])
            self._line(told["missed"])
        elif "npc" in told:
            self.is_begun, self._through = True, -1
            rate = f"{told['rate'] * 100:.0f} % of reactions"
            self._line(
                f"{told['npc']}: {told['clips']} clips: {rate}, in {told['folder']}, by"
                f" {told['backend']}."
            )
        elif "aside" in told:
            self._line(told["aside"])
        else:
            self._progress(told)

    def end(self) -> None:
        """Closes the progress bar."""
        if self._has_bar:
            self.out.write("\n")
            self._has_bar = False

    def _progress(self, told: Mapping[str, Any]) -> None:
        if not told["total"]:
            self._line("All clips are in the folder already.")
            return
        through = told["made"] + told["missed_so_far"]
        missed = f", {told['missed_so_far']} failed" if told["missed_so_far"] else ""
        words = f"{told['made']} of {told['total']} clips{missed}{_left(told['seconds_left'])}"
        if self.out.isatty():
            full = round(told["fraction"] * _BAR_WIDTH)
            bar = "#" * full + "." * (_BAR_WIDTH - full)
            self.out.write(f"\r[{bar}] {words}\x1b[K")
            self.out.flush()
            self._has_bar = True
        elif through != self._through:
            self._line(words)
        self._through = through

    def _line(self, words: str) -> None:
        self.end()
        print(words, file=self.out, flush=True)


def _left(seconds: float | None) -> str:
    return "" if not seconds else f", about {seconds:.0f} s left"
