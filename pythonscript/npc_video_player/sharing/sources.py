"""Where players get their clips from: one manager for all with equal settings.

Made when the first player needs it, ended with the game.
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import npc_video
from godot import Callable as EngineCallable
from godot import ProjectSettings, at_exit, run_on_main_thread
from npc_video import Fallback
from npc_video.errors import InvalidDataError, WorkerError
from npc_video.generation.events import ClipReady, MadeAhead, Upgraded

from ..resources.backend_resources import NpcBackend, make_backend
from ..resources.game_files import is_writable_for_players, read_file, read_picture
from ..resources.game_function import function_backend, is_over
from . import memory, shared

if TYPE_CHECKING:
    from npc_video import (
        ClipCache,
        NpcResponseEvaluator,
        VideoGenerationConfig,
        VideoGenerationManager,
    )
    from npc_video.backends.base import Backend
    from npc_video.generation.events import Event

_MEGABYTE = 1024 * 1024
# Sources without a player that are kept, each with its threads and clips: more than the players of
# most scenes differ in.
_KEPT_DESERTED = 8
_desertions = itertools.count()
# More than any machine has, less than what cannot be counted.
_MAX_CLIPS, _MAX_MEGABYTES = 1_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """What a cache is made for.

    Attributes:
        folder: where clips outlive the game, "" for nowhere.
        baked_folder: where clips lie that were shipped with it, "" for nowhere.

    Raises:
        InvalidDataError: a number is outside its range, or the folder outside of `user://`; a
            script may set them so.
    """

    size: int
    megabytes: float
    policy: str
    folder: str
    baked_folder: str

    def __post_init__(self) -> None:
        if not 1 <= self.size <= _MAX_CLIPS:
            raise InvalidDataError(f"cache_size: {self.size} is outside 1 to {_MAX_CLIPS} clips.")
        if not 0.0 <= self.megabytes <= _MAX_MEGABYTES:
            raise InvalidDataError(
                f"cache_megabytes: {self.megabytes:g} is outside 0 to {_MAX_MEGABYTES} MB."
            )
        if self.folder and not is_writable_for_players(self.folder):
            raise InvalidDataError(
                f"cache_folder: {self.folder!r} is not below user://, where alone players can"
                " write: use one such as user://npc_video."
            )


@dataclass(frozen=True, slots=True)
class Settings:
    """What a source is made for; players with equal ones share it.

    Attributes:
        generator: a function of the game, which then counts instead of the backend.
        backend: `NpcBackend.describe`, "" for the embedded generator, None where none makes clips.
        simulate_latency: of the embedded generator.
        eyes: where the generator that moves pictures is to have them blink.
        fallbacks: those that the players can show.
    """

    generator: EngineCallable | None
    backend: str | None
    simulate_latency: bool
    eyes: tuple[tuple[float, float, float, float], ...]
    cache: CacheSettings
    fallbacks: frozenset[Fallback]
    config: VideoGenerationConfig

    @property
    def origin(self) -> tuple[Any, ...]:
        """Clips of one origin are in one cache, however they are asked for."""
        return self.generator, self.backend, self.simulate_latency, self.eyes, self.cache


class Source:
    """Where players get clips: a manager, and those who hear what it tells.

    Attributes:
        deserted_as: orders sources by when the last player went.
    """

    def __init__(self, manager: VideoGenerationManager):
        self.manager = manager
        self.deserted_as = next(_desertions)
        self._listeners: dict[str, Callable[[Event], None]] = {}
        self._players_of: Counter[str] = Counter()
        self._foreseen: dict[str, NpcResponseEvaluator] = {}

    @property
    def players(self) -> int:
        """How many get their clips here now."""
        return len(self._listeners)

    def join(
        self,
        viewer: str,
        listener: Callable[[Event], None],
        npc_id: str,
        evaluator: NpcResponseEvaluator,
    ) -> None:
        """A player of this NPC comes: it hears the news, and the NPC's future is foreseen.

        Args:
            viewer: what the player is called when it asks for clips.
        """
        self._listeners[viewer] = listener
        self._players_of[npc_id] += 1
        if self._players_of[npc_id] == 1 and self._foreseen.get(npc_id) is not evaluator:
            self._forget(npc_id)
            self.learn(npc_id, evaluator, _learned(npc_id))

    def learned(self, npc_id: str) -> dict[str, Any]:
        """What is known of how an NPC of these players is played with."""
        return self.manager.learned(npc_id)

    def learn(
        self, npc_id: str, evaluator: NpcResponseEvaluator, learned: dict[str, Any] | None
    ) -> None:
        """Foresees an NPC by what was `learned` of it, and by nothing else."""
        self.manager.add_npc(npc_id, evaluator, learned)
        self._foreseen[npc_id] = evaluator

    def foresees(self, npc_id: str) -> bool:
        return npc_id in self._foreseen

    def leave(self, viewer: str, npc_id: str) -> None:
        """It goes; what is made for it alone is given up, unless it is back in the next frame.

        A player that a game moves to another place in its tree leaves it and comes back.
        """
        del self._listeners[viewer]
        self.deserted_as = next(_desertions)
        self._players_of[npc_id] -= 1
        run_on_main_thread(self._give_up, viewer, npc_id)

    def _give_up(self, viewer: str, npc_id: str) -> None:
        if self not in _sources.values():
            return  # closed meanwhile
        if viewer not in self._listeners:
            self.manager.leave(viewer)
        if not self._players_of[npc_id]:
            self._forget(npc_id)

    def _forget(self, npc_id: str) -> None:
        if self._foreseen.pop(npc_id, None) is not None:
            memory.learned[npc_id] = self.manager.learned(npc_id)
            self.manager.remove_npc(npc_id)

    def poll(self) -> None:
        """Tells all players what has happened; whichever of them comes first in a frame."""
        for event in self.manager.poll():
            if isinstance(event, ClipReady | Upgraded | MadeAhead):
                shared.first_pictures().keep(event.clip)
            for listener in list(self._listeners.values()):
                listener(event)


_sources: dict[Settings, Source] = {}
_caches: dict[tuple[Any, ...], ClipCache] = {}


def _learned(npc_id: str) -> dict[str, Any] | None:
    """What is known of an NPC, which may be in another place as well, or not have left it yet."""
    for each in _sources.values():
        if each.foresees(npc_id):
            return each.learned(npc_id)
    return memory.learned.get(npc_id)


def source(settings: Settings, backend: NpcBackend | None, mine: Source | None = None) -> Source:
    """What all players with these settings share.

    Args:
        mine: where the player that asks has got its clips until now.

    Raises:
        InvalidDataError: a setting or the backend is wrong.
    """
    found = _sources.get(settings)
    if found is None:
        _close_deserted()
        found = _changed(settings, mine) or Source(_make(settings, backend))
        _sources[settings] = found
    return found


def managers() -> Iterator[VideoGenerationManager]:
    """Of all players that are, and of those before them whose clips may be asked for again."""
    return (source.manager for source in _sources.values())


def caches() -> Iterable[ClipCache]:
    """Of the same players."""
    return _caches.values()


def _close_deserted() -> None:
    """Ends what no player uses, but for those that were used last: their players may come back.

    Where the function that made the clips went with its scene, nobody will.
    """
    deserted = [settings for settings, found in _sources.items() if not found.players]
    deserted.sort(key=lambda settings: _sources[settings].deserted_as)
    may_return = [
        each for each in deserted if each.generator is None or not is_over(each.generator)
    ]
    for settings in deserted:
        if settings not in may_return[-_KEPT_DESERTED:]:
            _close(settings)


def _close(settings: Settings) -> None:
    closed = _sources.pop(settings)
    if not any(other.origin == settings.origin for other in _sources):
        _caches.pop(settings.origin, None)
    # It may have clips to write.
    threading.Thread(target=closed.manager.close, name="npc_video closing").start()


def _changed(settings: Settings, mine: Source | None) -> Source | None:
    """A source that nobody else needs as it is, with other settings from now on.

    So a property that is changed again and again, as by a slider, leaves no threads behind.
    """
    kept = settings.origin, settings.fallbacks
    for before, each in sorted(_sources.items(), key=lambda item: item[1] is not mine):
        if (before.origin, before.fallbacks) == kept and each.players <= (each is mine):
            del _sources[before]
            each.manager.update_config(settings.config)
            return each
    return None


def _make(settings: Settings, backend: NpcBackend | None) -> VideoGenerationManager:
    made: Backend | None = None
    if settings.generator is not None:
        made = function_backend(settings.generator)
    elif settings.backend == "":
        made = npc_video.ProceduralBackend(
            simulate_latency=settings.simulate_latency, eyes=settings.eyes
        )
    elif settings.backend is not None:
        made = make_backend(backend, eyes=settings.eyes)
    cache = _caches.get(settings.origin)
    if cache is None:
        cache = _caches[settings.origin] = _cache(settings.cache)
    return npc_video.VideoGenerationManager(
        settings.config, made, cache=cache, fallbacks=settings.fallbacks, read_picture=read_picture
    )


def _cache(settings: CacheSettings) -> ClipCache:
    baked = disk = None
    if settings.baked_folder:
        from npc_video.cache.baked import BakedTier  # 4 ms, for games with baked clips

        folder = settings.baked_folder.rstrip("/")
        baked = BakedTier(lambda name: read_file(f"{folder}/{name}"), folder)
    if settings.folder:
        from npc_video.cache.disk import DiskTier  # 20 ms, for games with a cache on disk

        disk = DiskTier(Path(ProjectSettings.globalize_path(settings.folder)))
    return npc_video.ClipCache(
        settings.size,
        max_bytes=round(settings.megabytes * _MEGABYTE),
        policy=settings.policy,
        baked=baked,
        disk=disk,
    )


@at_exit
def close() -> None:
    """Stops the workers, all at once; the game ends."""
    closing = [
        threading.Thread(target=_end, args=(each.manager,), daemon=True)
        for each in _sources.values()
    ]
    _sources.clear()
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
    _caches.clear()


def _end(manager: VideoGenerationManager) -> None:
    with suppress(WorkerError):  # the game does not wait for a generator that goes on
        manager.close()
