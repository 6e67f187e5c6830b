"""Shares one manager among all players with equal settings.

It is made when the first player needs it, and ends with the game.
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
from . import npc_memory, shared

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
# The number of unused sources that are kept, each with its threads and clips: most scenes have
# fewer different settings.
_KEPT_DESERTED = 8
_desertions = itertools.count()
# More than any machine has, and less than a value that cannot be counted.
_MAX_CLIPS, _MAX_MEGABYTES = 1_000_000, 1_000_000


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """The settings of a cache.

    Attributes:
        folder: the folder in which clips outlive the game, "" for none.
        baked_folder: the folder of clips that were shipped with it, "" for none.

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
    """The settings of a source; players with equal ones share it.

    Attributes:
        generator: a function of the game, which then replaces the backend.
        backend: `NpcBackend.describe`, "" for the embedded generator, None if none makes clips.
        simulate_latency: of the embedded generator.
        eyes: the eyes that the generator of moving pictures blinks.
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
        """Returns the key of the shared cache: clips of one origin share one."""
        return self.generator, self.backend, self.simulate_latency, self.eyes, self.cache


class Source:
    """A manager and its players, which listen to its events.

    Attributes:
        deserted_as: orders sources by the time at which the last player left.
    """

    def __init__(self, manager: VideoGenerationManager):
        self.manager = manager
        self.deserted_as = next(_desertions)
        self._listeners: dict[str, Callable[[Event], None]] = {}
        self._players_of: Counter[str] = Counter()
        self._foreseen: dict[str, NpcResponseEvaluator] = {}

    @property
    def players(self) -> int:
        """Returns the number of players that use it."""
        return len(self._listeners)

    def join(
        self,
        viewer: str,
        listener: Callable[[Event], None],
        npc_id: str,
        evaluator: NpcResponseEvaluator,
    ) -> None:
        """Adds a player of this NPC: it gets the events, and the NPC's future is predicted.

        Args:
            viewer: the player's name in its requests.
        """
        self._listeners[viewer] = listener
        self._players_of[npc_id] += 1
        if self._players_of[npc_id] == 1 and self._foreseen.get(npc_id) is not evaluator:
            self._forget(npc_id)
            self.learn(npc_id, evaluator, _learned(npc_id))

    def learned(self, npc_id: str) -> dict[str, Any]:
        """Returns what prediction has learned about an NPC of these players."""
        return self.manager.learned(npc_id)

    def learn(
        self, npc_id: str, evaluator: NpcResponseEvaluator, learned: dict[str, Any] | None
    ) -> None:
        """Replaces what prediction knows about an NPC by `learned`."""
        self.manager.add_npc(npc_id, evaluator, learned)
        self._foreseen[npc_id] = evaluator

    def foresees(self, npc_id: str) -> bool:
        return npc_id in self._foreseen

    def leave(self, viewer: str, npc_id: str) -> None:
        """Removes a player; clips for it alone are given up, unless it is back in the next frame.

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
            npc_memory.learned[npc_id] = self.manager.learned(npc_id)
            self.manager.remove_npc(npc_id)

    def poll(self) -> None:
        """Passes new events to all players, when the first of them in a frame calls it."""
        for event in self.manager.poll():
            if isinstance(event, ClipReady | Upgraded | MadeAhead):
                shared.first_pictures().keep(event.clip)
            for listener in list(self._listeners.values()):
                listener(event)


_sources: dict[Settings, Source] = {}
_caches: dict[tuple[Any, ...], ClipCache] = {}


def _learned(npc_id: str) -> dict[str, Any] | None:
    """Returns what is known of an NPC, also from another source, or before the NPC has left it."""
    for each in _sources.values():
        if each.foresees(npc_id):
            return each.learned(npc_id)
    return npc_memory.learned.get(npc_id)


def source(settings: Settings, backend: NpcBackend | None, mine: Source | None = None) -> Source:
    """Returns the source for all players with these settings.

    Args:
        mine: the present source of the player.

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
    """Yields the managers of all players, and of earlier ones whose clips may be wanted again."""
    return (source.manager for source in _sources.values())


def caches() -> Iterable[ClipCache]:
    """Returns the caches of the same players."""
    return _caches.values()


def _close_deserted() -> None:
    """Closes unused sources, but for the latest, whose players may come back.

    If the function that made the clips went with its scene, nobody will come back.
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
    threading.Thread(target=_end, args=(closed.manager,), name="npc_video closing").start()


def _changed(settings: Settings, mine: Source | None) -> Source | None:
    """Gives new settings to a source with a single user, or returns None.

    So a property that changes again and again, as by a slider, leaves no threads behind.
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
    """Stops all workers at once at exit."""
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
    with suppress(WorkerError):  # nobody waits for a generator that cannot be interrupted
        manager.close()
