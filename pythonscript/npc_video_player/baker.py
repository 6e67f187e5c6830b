"""The scene that `npc-video bake` runs: bakes the clips of a project's NPCs, and ends.

It runs as a game does, without an editor and without a window, so that generators work that are
scripts of the game. What it tells is a line of JSON each, after `SAYS`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import npc_video
from godot import OS, Engine, Node, ProjectSettings, ResourceLoader, exposed
from npc_video import NpcResponseEvaluator, VideoParams
from npc_video.backends.base import Backend
from npc_video.backends.pictures import Pictures
from npc_video.bake_words import EMBEDDED, SAYS
from npc_video.baking import Progress, bake
from npc_video.cache.baked import BakedFolder
from npc_video.errors import InvalidDataError, NpcVideoError
from npc_video.prediction.forecast import Forecast, Walk
from npc_video.session import read_session

from .backend_resources import NpcBackend, make_backend
from .cast import Part, cast_of
from .game_files import read_picture
from .jobs import Job

__all__ = ["NpcBaker"]

_FRAMES_PER_SECOND = 60  # without a window the engine would run as fast as it can


@exposed
class NpcBaker(Node):
    """Bakes what its arguments say, one NPC after the other, and ends the engine."""

    def _ready(self) -> None:
        Engine.max_fps = _FRAMES_PER_SECOND
        self._has_missed = False
        try:
            self._wanted = json.loads(OS.get_cmdline_user_args()[-1])
            self._parts = cast_of(self._wanted["profiles"])
            self._bake_next()
        except NpcVideoError as error:
            self._fail(str(error))

    def _bake_next(self) -> None:
        if not self._parts:
            self.get_tree().quit(1 if self._has_missed else 0)
            return
        part = self._parts.pop(0)
        try:
            forecast = self._forecast(part)
            backend = self._backend(part)
        except (NpcVideoError, OSError) as error:
            self._fail(f"{part.name}: {error}")
            return
        except Exception as error:  # else nobody would end the engine
            self._fail(f"{part.name}: it broke: {error!r}.")
            return
        count = min(self._wanted["clips"] or forecast.count_for(), len(forecast))
        clips = [params for params, _ in forecast.weighted[:count]]
        _say(npc=part.name, clips=count, rate=forecast.hit_rate(count), folder=part.folder)
        self._job = Job(_work(part, clips, backend), self._finish, self._fail)

    def _forecast(self, part: Part) -> Forecast:
        session = self._wanted["session"]
        if session:
            return read_session(Path(session), part.npc)
        npc = part.npc
        evaluator = NpcResponseEvaluator(npc.metadata(), dress=npc.dress)
        return Walk(evaluator, with_opening=npc.opens_with_generated).finish()

    def _backend(self, part: Part) -> Backend:
        chosen = self._wanted["generator"]
        if chosen == EMBEDDED or not (chosen or part.backend):
            return npc_video.ProceduralBackend(eyes=part.npc.eyes)
        if not chosen:
            return make_backend(part.backend, eyes=part.npc.eyes)
        path = chosen if "://" in chosen else f"res://{chosen}"
        found = ResourceLoader.load(path) if ResourceLoader.exists(path) else None
        if not isinstance(found, NpcBackend):
            raise InvalidDataError(
                f"generator: {chosen!r} is no generator of the project: name the file of one, or"
                f" {EMBEDDED!r}."
            )
        return make_backend(found, "generator", part.npc.eyes)

    def _finish(self, progress: Progress) -> None:
        self._has_missed = self._has_missed or bool(progress.missed)
        _tell(progress)
        for missed in progress.missed:
            words = f"{missed.params.expression}, {missed.params.animation}: {missed.reason}"
            _say(missed=words)
        self._bake_next()

    def _fail(self, reason: str) -> None:
        _say(failed=reason)
        self.get_tree().quit(1)


def _work(
    part: Part, clips: list[VideoParams], backend: Backend
) -> Callable[[Callable[..., None]], Any]:
    """Makes the clips that are not in the folder of an NPC."""
    path = Path(ProjectSettings.globalize_path(part.folder))
    preset = npc_video.QUALITY_PRESETS[part.preset]

    async def work(tell: Callable[..., None]) -> Progress:
        try:
            there = await asyncio.to_thread(BakedFolder, path)
            wanted = [params for params in clips if params.cache_key() not in there]
            return await bake(
                wanted,
                there,
                backend,
                preset,
                pictures=Pictures(read_picture),
                tell=lambda progress: tell(_tell, progress),
            )
        finally:
            await backend.close()

    return work


def _tell(progress: Progress) -> None:
    _say(
        made=progress.made,
        missed_so_far=len(progress.missed),
        total=progress.total,
        fraction=progress.fraction,
        seconds_left=progress.seconds_left,
    )


def _say(**what: Any) -> None:
    print(SAYS + json.dumps(what), flush=True)
