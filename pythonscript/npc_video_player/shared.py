"""What all players of a game have in common: one generator, one cache, one pool of decoders.

Made when the first player needs it, ended with the game. What takes long to load is loaded on a
thread meanwhile, so that the engine does not start later for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import npc_video
from godot import Engine, at_exit

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from npc_video import VideoGenerationManager
    from npc_video.generation.events import Event

# Decoding is C code that lets the interpreter go; more threads than this only compete.
_DECODE_THREADS = 2


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


_managers: dict[Settings, VideoGenerationManager] = {}
_told: dict[Settings, tuple[int, list[Event]]] = {}
_decoders: list[ThreadPoolExecutor] = []


def manager(settings: Settings) -> VideoGenerationManager:
    """The generator for these settings."""
    found = _managers.get(settings)
    if found is None:
        backend = npc_video.ProceduralBackend(simulate_latency=settings.simulate_latency)
        config = npc_video.VideoGenerationConfig(preset=settings.preset)
        found = npc_video.VideoGenerationManager(
            config, backend, rungs=(npc_video.Fallback.PLACEHOLDER,)
        )
        _managers[settings] = found
    return found


def news(settings: Settings) -> list[Event]:
    """What the generator has to tell in this frame: the same for every player that asks."""
    frame = Engine.get_process_frames()
    told_in, events = _told.get(settings, (-1, []))
    if told_in != frame:
        events = manager(settings).poll()
        _told[settings] = frame, events
    return events


def decoders() -> ThreadPoolExecutor:
    """The threads on which clips are decoded."""
    if not _decoders:
        from concurrent.futures import ThreadPoolExecutor

        _decoders.append(ThreadPoolExecutor(_DECODE_THREADS, thread_name_prefix="decode"))
    return _decoders[0]


@at_exit
def close() -> None:
    """Stops the threads; the game ends."""
    while _managers:
        _managers.popitem()[1].close()
    while _decoders:
        _decoders.pop().shutdown(cancel_futures=True)
