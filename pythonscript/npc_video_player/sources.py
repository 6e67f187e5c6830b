"""Where players get their clips from: one manager and one cache for all with equal settings.

Made when the first player needs it, ended with the game.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import npc_video
from godot import Callable as EngineCallable
from godot import FileAccess, ProjectSettings, at_exit
from npc_video import Fallback
from npc_video.generation.events import ClipReady, MadeAhead, Upgraded

from . import shared
from .backend_resources import NpcBackend, make_backend
from .game_function import function_backend

if TYPE_CHECKING:
    from npc_video import ClipCache, NpcResponseEvaluator, VideoGenerationManager
    from npc_video.backends.base import Backend
    from npc_video.generation.events import Event

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What a source is made for; players with equal ones share it.

    Attributes:
        generator: a function of the game, which then counts instead of the backend.
        backend: `NpcBackend.describe`, "" for the embedded generator.
        simulate_latency: of the embedded generator.
        cache_folder: where clips outlive the game, "" for nowhere.
        baked_folder: where clips lie that were shipped with it, "" for nowhere.
    """

    generator: EngineCallable | None
    backend: str
    simulate_latency: bool
    preset: str
    fallback: str
    progressive: bool
    predictive: bool
    max_wait: float
    cache_size: int
    cache_megabytes: float
    cache_policy: str
    cache_folder: str
    baked_folder: str


class Source:
    """Where players get clips: a manager, and those who hear what it tells."""

    def __init__(self, manager: VideoGenerationManager):
        self.manager = manager
        self._listeners: list[Callable[[Event], None]] = []
        self._players_of: Counter[str] = Counter()
        self._learned: dict[str, dict[str, Any]] = {}

    @property
    def is_used(self) -> bool:
        """Whether a player gets its clips here."""
        return bool(self._listeners)

    def join(
        self, listener: Callable[[Event], None], npc_id: str, evaluator: NpcResponseEvaluator
    ) -> None:
        """A player of this NPC comes: it hears the news, and the NPC's future is foreseen."""
        self._listeners.append(listener)
        self._players_of[npc_id] += 1
        if self._players_of[npc_id] == 1:
            self.manager.add_npc(npc_id, evaluator, self._learned.get(npc_id))

    def leave(self, listener: Callable[[Event], None], npc_id: str) -> None:
        """It goes; with the last one of the NPC, what is made for that is given up."""
        self._listeners.remove(listener)
        self._players_of[npc_id] -= 1
        if not self._players_of[npc_id]:
            self._learned[npc_id] = self.manager.learned(npc_id)
            self.manager.remove_npc(npc_id)

    def poll(self) -> None:
        """Tells all players what has happened; whichever of them comes first in a frame."""
        for event in self.manager.poll():
            if isinstance(event, ClipReady | Upgraded | MadeAhead):
                shared.first_pictures().keep(event.clip)
            for listener in list(self._listeners):
                listener(event)


_sources: dict[Settings, Source] = {}


def source(settings: Settings, backend: NpcBackend | None) -> Source:
    """What all players with these settings share.

    Raises:
        InvalidDataError: a setting or the backend is wrong.
    """
    found = _sources.get(settings)
    if found is None:
        _close_deserted()
        found = _sources[settings] = Source(_make(settings, backend))
    return found


def managers() -> Iterator[VideoGenerationManager]:
    """Of all players that are, and of those before them whose clips may be asked for again."""
    return (source.manager for source in _sources.values())


def _close_deserted() -> None:
    """Ends what no player will use again: the function that made its clips went with its scene."""
    for settings, found in list(_sources.items()):
        function = settings.generator
        if function is not None and not function.is_valid() and not found.is_used:
            del _sources[settings]
            # It may have clips to write.
            threading.Thread(target=found.manager.close, name="npc_video closing").start()


def _make(settings: Settings, backend: NpcBackend | None) -> VideoGenerationManager:
    config = npc_video.VideoGenerationConfig(
        preset=settings.preset,
        fallback=Fallback(settings.fallback),
        progressive=settings.progressive,
        predictive=settings.predictive,
        max_wait=settings.max_wait,
        cache_size=settings.cache_size,
    )
    made: Backend
    if settings.generator is not None:
        made = function_backend(settings.generator)
    elif backend is None:
        made = npc_video.ProceduralBackend(simulate_latency=settings.simulate_latency)
    else:
        made = make_backend(backend)
    return npc_video.VideoGenerationManager(
        config, made, cache=_cache(settings), read_picture=read_file
    )


def _cache(settings: Settings) -> ClipCache:
    baked = disk = None
    if settings.baked_folder:
        from npc_video.cache.baked import BakedTier

        baked = BakedTier(lambda name: read_file(f"{settings.baked_folder}/{name}"))
    if settings.cache_folder:
        from npc_video.cache.disk import DiskTier

        disk = DiskTier(Path(ProjectSettings.globalize_path(settings.cache_folder)))
    return npc_video.ClipCache(
        settings.cache_size,
        max_bytes=round(settings.cache_megabytes * _MEGABYTE),
        policy=settings.cache_policy,
        baked=baked,
        disk=disk,
    )


def read_file(path: str) -> bytes:
    """A file of the game, from its package too; called on a thread.

    Raises:
        FileNotFoundError: there is none.
    """
    if not FileAccess.file_exists(path):
        raise FileNotFoundError(path)
    return bytes(FileAccess.get_file_as_bytes(path))


@at_exit
def close() -> None:
    """Stops the workers; the game ends."""
    while _sources:
        _sources.popitem()[1].manager.close()
