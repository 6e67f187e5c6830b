"""What all players of a game have in common: one generator, one cache, one pool of decoders.

Made when the first player needs it, ended with the game. What takes long to load is loaded on a
thread meanwhile, so that the engine does not start later for it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import npc_video
from godot import at_exit
from npc_video.generation.events import ClipReady, MadeAhead, Upgraded
from npc_video.media.first_pictures import FirstPictures

from .reel import EnginePicture, Reels

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator, VideoGenerationManager
    from npc_video.generation.events import Event

# Decoding is C code that lets the interpreter go; more threads than this only compete.
_DECODE_THREADS = 2
# With 50 clips of 512², which take about half as much, this stays below 25 MB.
_FIRST_PICTURES_BYTES = 12 * 1024 * 1024


def load() -> None:
    """Begins to load what the first player will need."""
    threading.Thread(target=_load, name="npc_video loading", daemon=True).start()


def _load() -> None:
    for name in npc_video.__all__:
        getattr(npc_video, name)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a generator is made for; players with equal ones share it."""

    preset: str
    simulate_latency: bool
    fallback: str
    progressive: bool
    predictive: bool
    max_wait: float


class Source:
    """Where players get clips: a manager, and those who hear what it tells."""

    def __init__(self, manager: VideoGenerationManager):
        self.manager = manager
        self._listeners: list[Callable[[Event], None]] = []
        self._players_of: Counter[str] = Counter()
        self._learned: dict[str, dict[str, Any]] = {}

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
                first_pictures().keep(event.clip)
            for listener in list(self._listeners):
                listener(event)


_sources: dict[Settings, Source] = {}


def source(settings: Settings) -> Source:
    """What all players with these settings share."""
    found = _sources.get(settings)
    if found is None:
        backend = npc_video.ProceduralBackend(simulate_latency=settings.simulate_latency)
        config = npc_video.VideoGenerationConfig(
            preset=settings.preset,
            fallback=npc_video.Fallback(settings.fallback),
            progressive=settings.progressive,
            predictive=settings.predictive,
            max_wait=settings.max_wait,
        )
        found = _sources[settings] = Source(npc_video.VideoGenerationManager(config, backend))
    return found


@cache
def decoders() -> ThreadPoolExecutor:
    """The threads on which clips are decoded."""
    return ThreadPoolExecutor(_DECODE_THREADS, thread_name_prefix="decode")


@cache
def first_pictures() -> FirstPictures:
    """Of the clips that came last or were shown last."""
    return FirstPictures(decoders(), EnginePicture, _FIRST_PICTURES_BYTES)


@cache
def reels() -> Reels:
    """What plays."""
    return Reels(decoders(), first_pictures())


@at_exit
def close() -> None:
    """Stops the threads; the game ends."""
    while _sources:
        _sources.popitem()[1].manager.close()
    if decoders.cache_info().currsize:
        decoders().shutdown(cancel_futures=True)
    for made in (reels, first_pictures, decoders):
        made.cache_clear()
