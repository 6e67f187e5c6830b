"""Bakes the clips of a project's NPCs in the scene of `npc-video bake`, and ends.

It runs as a game does, without an editor and without a window, so that generators work that are
scripts of the game. Its reports are lines of JSON, each after `SAYS`.
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
from npc_video.backends.farm.backend import FarmBackend
from npc_video.backends.pictures import Pictures
from npc_video.backends.token import Token
from npc_video.baking.bake import BakeProgress, ClipToBake, bake
from npc_video.baking.protocol import EMBEDDED, FARM_TOKEN, NO_SESSION, SAYS
from npc_video.baking.session import NotPlayedError, read_sessions
from npc_video.cache.baked import BakedFolder
from npc_video.errors import InvalidDataError, NpcVideoError
from npc_video.prediction.forecast import Forecast, Walk

from ..resources.backend_resources import NpcBackend, make_backend
from ..resources.farm_backend import NpcFarmBackend
from ..resources.game_files import read_picture
from ..sharing.background_job import BackgroundJob
from .cast import Part, cast_of, scripts_with_generators

__all__ = ["NpcBaker"]

_FRAMES_PER_SECOND = 60  # without a window the engine would run as fast as it can


@exposed
class NpcBaker(Node):
    """Bakes as its arguments say, and ends the engine.

    NPCs are baked one after the other, because each may have its own generator; on a farm, all with
    the same generator together.
    """

    def _ready(self) -> None:
        Engine.max_fps = _FRAMES_PER_SECOND
        self._has_missed = self._has_begun = False
        self._left_out: list[str] = []
        try:
            self._wanted = json.loads(OS.get_cmdline_user_args()[-1])
            self._farm = self._wanted["farm"]
            self._sessions = [
                Path(ProjectSettings.globalize_path(path)) for path in self._wanted["sessions"]
            ]
            for path in self._sessions:
                if not path.is_file():
                    raise InvalidDataError(NO_SESSION.format(path))
            self._parts = cast_of(self._wanted["profiles"])
            self._groups = self._grouped()
            self._tell_of_functions()
            self._bake_next()
        except NpcVideoError as error:
            self._fail(str(error))

    def _bake_next(self) -> None:
        if not self._groups:
            if self._left_out and not self._has_begun:
                self._fail(self._left_out[0])
            else:
                self._quit(1 if self._has_missed else 0)
            return
        parts = self._groups.pop(0)
        chosen: list[tuple[Part, list[VideoParams]]] = []
        part = parts[0]
        try:
            for part in parts:
                looks = self._looks(part)
                if looks is not None:
                    chosen.append((part, looks))
            if not chosen:
                self._bake_next()
                return
            backend = self._backend(parts[0])
        except NotPlayedError as error:
            self._fail(str(error))
            return
        except (NpcVideoError, OSError) as error:
            self._fail(f"{part.name}: {error}")
            return
        except Exception as error:  # otherwise nobody would end the engine
            self._fail(f"{part.name}: it broke: {error!r}.")
            return
        self._has_begun = True
        where = "" if self._farm else f"{part.name}: "
        self._job = BackgroundJob(
            _work(chosen, backend), self._finish, lambda reason: self._fail(f"{where}{reason}")
        )

    def _grouped(self) -> list[list[Part]]:
        """Returns the NPCs, those that are baked together in one list.

        Raises:
            InvalidDataError: the farm does not have the generator of an NPC.
        """
        if not self._farm:
            return [[part] for part in self._parts]
        groups: dict[str, list[Part]] = {}
        for part in self._parts:
            groups.setdefault(self._generator_of(part), []).append(part)
        return list(groups.values())

    def _generator_of(self, part: Part) -> str:
        """Returns the farm's generator for an NPC.

        It is the one that the NPC's own backend names at a farm, or else the farm's first.

        Raises:
            InvalidDataError: the farm does not have it.
        """
        backends = () if part.backend is None else part.backend._leaves()
        farms = (backend for backend in backends if isinstance(backend, NpcFarmBackend))
        named = (farm.generator for farm in farms if farm.generator)
        name, known = next(named, self._farm["first"]), self._farm["slots"]
        if name not in known:
            raise InvalidDataError(
                f"{part.name}: the farm has no worker for the generator {name!r}; it has"
                f" {', '.join(known)}."
            )
        return str(name)

    def _looks(self, part: Part) -> list[VideoParams] | None:
        """Chooses the looks of an NPC, and reports it; None if it is left out.

        Raises:
            NotPlayedError: the NPC was named, but is not in the recorded sessions.
        """
        try:
            forecast = self._forecast(part)
        except NotPlayedError as error:
            if self._wanted["profiles"]:
                raise
            self._left_out.append(str(error))
            _say(aside=f"Left out: {error}")
            return None
        count = min(self._wanted["clips"] or forecast.count_for(), len(forecast))
        _say(
            npc=part.name,
            clips=count,
            rate=forecast.hit_rate(count),
            folder=part.folder,
            backend=self._backend_of(part),
        )
        return [params for params, _ in forecast.weighted[:count]]

    def _forecast(self, part: Part) -> Forecast:
        if self._sessions:
            return read_sessions(self._sessions, part.npc)
        npc = part.npc
        evaluator = NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
        return Walk(evaluator, with_opening=npc.opens_with_generated).finish()

    def _tell_of_functions(self) -> None:
        """Reports where a game's function makes clips, which only runs while the game is played."""
        if self._farm or self._wanted["backend"] or all(part.backend for part in self._parts):
            return
        for path, call in scripts_with_generators().items():
            _say(
                aside=f"{path} calls {call}: what that sets makes clips only while the game runs."
                " Name a backend with --backend, or the embedded one makes the clips of its"
                " NPC."
            )

    def _backend_of(self, part: Part) -> str:
        """Describes the backend of an NPC."""
        if self._farm:
            return f"{self._generator_of(part)} of the farm at {self._farm['url']}"
        chosen = self._wanted["backend"]
        if self._is_embedded(part):
            return "the embedded generator"
        path = "" if part.backend is None else part.backend.resource_path.partition("::")[0]
        return chosen or path or "its own backend"

    def _is_embedded(self, part: Part) -> bool:
        chosen = self._wanted["backend"]
        return chosen == EMBEDDED or not (chosen or part.backend)

    def _backend(self, part: Part) -> Backend:
        if self._farm:
            name = self._generator_of(part)
            return FarmBackend(
                self._farm["url"],
                token=Token.from_environment(FARM_TOKEN),
                generator=name,
                slots=self._farm["slots"][name],
                allowed_origins=self._farm["allowed_origins"],
            )
        chosen = self._wanted["backend"]
        if self._is_embedded(part):
            return npc_video.ProceduralBackend(eyes=part.npc.eyes)
        if not chosen:
            return make_backend(part.backend, eyes=part.npc.eyes)
        path = chosen if "://" in chosen else f"res://{chosen}"
        found = ResourceLoader.load(path) if ResourceLoader.exists(path) else None
        if not isinstance(found, NpcBackend):
            raise InvalidDataError(
                f"backend: {chosen!r} is no backend of the project: name the file of one, or"
                f" {EMBEDDED!r}."
            )
        return make_backend(found, "backend", part.npc.eyes)

    def _finish(self, progress: BakeProgress) -> None:
        self._has_missed = self._has_missed or bool(progress.missed)
        _tell(progress)
        for missed in progress.missed:
            look = f"{missed.params.expression}, {missed.params.animation}"
            whose = f"{missed.params.npc_name}, " if self._farm else ""
            _say(missed=f"{whose}{look}: {missed.reason}")
        self._bake_next()

    def _quit(self, code: int) -> None:
        if (tree := self.get_tree()) is not None:
            tree.quit(code)

    def _fail(self, reason: str) -> None:
        _say(failed=reason)
        self._quit(1)


def _work(
    chosen: list[tuple[Part, list[VideoParams]]], backend: Backend
) -> Callable[[Callable[..., None]], Any]:
    """Makes the clips that the folders of NPCs lack."""

    async def work(tell: Callable[..., None]) -> BakeProgress:
        try:
            return await bake(
                await asyncio.to_thread(_missing, chosen),
                backend,
                pictures=Pictures(read_picture),
                tell=lambda progress: tell(_tell, progress),
            )
        finally:
            await backend.close()

    return work


def _missing(chosen: list[tuple[Part, list[VideoParams]]]) -> list[ClipToBake]:
    paths = {part.folder: Path(ProjectSettings.globalize_path(part.folder)) for part, _ in chosen}
    folders = {path: BakedFolder(path) for path in paths.values()}
    clips = []
    for part, looks in chosen:
        folder, preset = folders[paths[part.folder]], npc_video.QUALITY_PRESETS[part.preset]
        clips += [ClipToBake(look, preset, folder) for look in looks]
    return [clip for clip in clips if clip.params.cache_key() not in clip.folder]


def _tell(progress: BakeProgress) -> None:
    _say(
        made=progress.made,
        missed_so_far=len(progress.missed),
        total=progress.total,
        fraction=progress.fraction,
        seconds_left=progress.seconds_left,
    )


def _say(**what: Any) -> None:
    print(SAYS + json.dumps(what), flush=True)
