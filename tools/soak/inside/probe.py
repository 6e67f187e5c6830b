"""Observes the game from inside: the time of its frames, and the objects that it holds."""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import signal
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from godot import Node, Performance, exposed
from npc_video_player.sharing import sources

# Longer frames are reported one by one, in seconds.
_LONG = 0.25
_TICK = 0.5
_PLENTY = 1_000_000

# Requested from outside only when nothing moves any more: this may crash while threads run.
faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)


@exposed
class SoakProbe(Node):
    """Prints events as lines of JSON that begin with "@soak"."""

    def __init__(self) -> None:
        self._frame_at = time.perf_counter()
        self._told_at = 0.0
        self._frames = 0
        self._long: list[tuple[float, float, float]] = []
        self._queued = 0.0
        self._caches: set[int] = set()
        self._evicted = 0

    def _ready(self) -> None:
        self.process_mode = Node.PROCESS_MODE_ALWAYS
        self.process_priority = _PLENTY

    def tell(self, event: dict[str, Any]) -> None:
        """Prints an event."""
        print("@soak", json.dumps({"at": time.perf_counter(), **event}))

    def _process(self, delta: float) -> None:
        now, queued = time.perf_counter(), _queued()
        seconds, self._frame_at = now - self._frame_at, now
        waited, self._queued = queued - self._queued, queued
        self._frames += 1
        self._see_what_is_thrown_away()
        if seconds > _LONG:
            self._long.append((now, seconds, waited))
        if now - self._told_at > _TICK:
            self._tick(now)

    def _see_what_is_thrown_away(self) -> None:
        """Reports clips that are gone: with their cache, or because others needed the room."""
        caches = list(sources.caches())
        there = {id(cache) for cache in caches}
        evicted = sum(cache.stats().memory.evictions for cache in caches)
        if self._caches - there or evicted > self._evicted:
            self.tell({"e": "cleared"})
        self._caches, self._evicted = there, evicted

    def _tick(self, now: float) -> None:
        objects = int(Performance.get_monitor(Performance.OBJECT_COUNT))
        self.tell({"e": "tick", "frames": self._frames, "long": self._long, "objects": objects})
        self._told_at, self._frames, self._long = now, 0, []

    def close_deserted(self) -> None:
        """Closes objects that are kept for players that may come back, because none does.

        The rest is what the game needs for its present players, and what has leaked.
        """
        for settings, source in list(sources._sources.items()):
            if not source.players:
                sources._close(settings)

    def is_closing(self) -> bool:
        """Tells whether some of them are still closing."""
        return any(thread.name == "npc_video closing" for thread in threading.enumerate())

    def tell_state(self, where: str) -> None:
        """Reports all counts of the present moment."""
        counts = {
            name: int(Performance.get_monitor(getattr(Performance, constant)))
            for name, constant in (
                ("objects", "OBJECT_COUNT"),
                ("resources", "OBJECT_RESOURCE_COUNT"),
                ("nodes", "OBJECT_NODE_COUNT"),
                ("orphans", "OBJECT_ORPHAN_NODE_COUNT"),
                ("texture_bytes", "RENDER_TEXTURE_MEM_USED"),
            )
        }
        names = sorted(thread.name.rstrip("0123456789_") for thread in threading.enumerate())
        threads = {name: names.count(name) for name in names}
        managers = [_numbers(manager) for manager in sources.managers()]
        counts["allocated_bytes"] = _allocated()
        tiers = [cache.stats() for cache in sources.caches()]
        cached = {
            "clips": sum(tier.memory.entries for tier in tiers),
            "bytes": sum(tier.memory.bytes for tier in tiers),
        }
        self.tell(
            {"e": "state", "where": where, "counts": counts, "threads": threads, "cached": cached}
            | {"managers": managers}
        )


class _Allocated(ctypes.Structure):
    """glibc's struct mallinfo2, whose fields are numbers of bytes or of blocks."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    ]  # fmt: skip


def _allocated() -> int:
    """Returns the bytes in use of the C library's memory; 0 without glibc.

    Freed memory that the library keeps does not count; after much fragmentation that is the larger
    part.
    """
    gc.collect()
    tell = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if tell is None:
        return 0
    tell.restype = _Allocated
    told = tell()
    return int(told.uordblks + told.hblkhd)


def _queued() -> float:
    """Returns the seconds in which the main thread could have run and had no processor."""
    return int(Path("/proc/self/schedstat").read_text(encoding="utf-8").split()[1]) / 1e9


def _numbers(manager: Any) -> dict[str, Any]:
    stats = manager.stats()
    return {name: value for name, value in asdict(stats).items() if isinstance(value, int | float)}
