"""What all players of a game have in common: one generator, one cache, one pool of decoders.

Made when the first player needs it, ended with the game.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from godot import Engine, at_exit
from npc_video import Fallback, ProceduralBackend, VideoGenerationConfig, VideoGenerationManager
from npc_video.manager import Event

# Decoding is C code that lets the interpreter go; more threads than this only compete.
_DECODE_THREADS = 2


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
        backend = ProceduralBackend(simulate_latency=settings.simulate_latency)
        config = VideoGenerationConfig(preset=settings.preset)
        found = VideoGenerationManager(config, backend, rungs=(Fallback.PLACEHOLDER,))
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
        _decoders.append(ThreadPoolExecutor(_DECODE_THREADS, thread_name_prefix="decode"))
    return _decoders[0]


@at_exit
def close() -> None:
    """Stops the threads; the game ends."""
    while _managers:
        _managers.popitem()[1].close()
    while _decoders:
        _decoders.pop().shutdown(cancel_futures=True)
