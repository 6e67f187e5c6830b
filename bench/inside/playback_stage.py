"""Shares the players' scene, its clips and a meter among the parts of the measurement."""

from __future__ import annotations

import math
import os
import sys
import time
from array import array
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from godot import ProjectSettings, Vector2
from npc_video import (
    GeneratedClip,
    Profile,
    VideoGenerationConfig,
    VideoGenerationManager,
    VideoParams,
)
from npc_video.backends.base import Backend, GenerationRequest, OnEarly, OnProgress, ignore
from npc_video.cache import ClipCache
from npc_video_player import NpcVideoPlayer
from npc_video_player.sharing import sources

# The side in pixels. It is small, because without a graphics card the renderer takes its time from
# the same processor.
WINDOW = 512

Steps = Generator[None, None, Any]


class MeasurementError(Exception):
    """The measurement did not measure what it should."""


class Silent(Backend):
    """A generator that makes nothing, because all clips exist."""

    async def generate(
        self, request: GenerationRequest, on_progress: OnProgress, on_early: OnEarly = ignore
    ) -> GeneratedClip:
        raise MeasurementError(f"a clip was asked for that is not there: {request.params}")

    async def close(self) -> None:
        pass


def _numbers() -> array[float]:
    """Returns an array, which takes an eighth of the memory of a list; memory is measured too."""
    return array("f")


@dataclass(slots=True)
class Frames:
    """Milliseconds of each frame: of the main thread's work, and from one to the next."""

    main: array[float] = field(default_factory=_numbers)
    wall: array[float] = field(default_factory=_numbers)


class Meter:
    """Records every frame while it runs."""

    def __init__(self) -> None:
        self._into: Frames | None = None
        self._main = self._wall = 0.0

    def tick(self) -> None:
        """Records a frame; called once in every frame."""
        main, wall = time.thread_time(), time.perf_counter()
        if self._into is not None:
            self._into.main.append((main - self._main) * 1e3)
            self._into.wall.append((wall - self._wall) * 1e3)
        self._main, self._wall = main, wall

    @contextmanager
    def running(self) -> Iterator[Frames]:
        self._into = frames = Frames()
        yield frames
        self._into = None


class Stage:
    """The scene, in which `root` is drawn."""

    def __init__(self, root: Any):
        self.meter = Meter()
        self.root = root
        self._nodes: list[Any] = []

    def add(self, node: Any, place: int, of: int) -> None:
        """Puts `node` into a grid of `of` places, of at least 16."""
        across = max(4, math.isqrt(of))
        side = WINDOW / across
        node.set_position(Vector2(place % across * side, place // across * side))
        node.set_size(Vector2(side, side))
        self.root.add_child(node)
        self._nodes.append(node)

    def remove(self, node: Any) -> None:
        self._nodes.remove(node)
        node.free()

    def clear(self) -> None:
        for node in list(self._nodes):
            self.remove(node)


def wait(frames: int) -> Steps:
    for _ in range(frames):
        yield


def until(condition: Any, frames: int = 600) -> Steps:
    for _ in range(frames):
        if condition():
            return
        yield
    raise MeasurementError(f"what was awaited did not come within {frames} frames")


def player(npc: str, preset: str, **properties: Any) -> NpcVideoPlayer:
    """Returns a player of the NPC called `npc`, whose failures end the measurement."""
    made = NpcVideoPlayer()
    made.npc_name = npc
    for name, value in {"preset": preset, **properties}.items():
        setattr(made, name, value)
    made.generation_failed.connect(_fail)
    return made


def provide(
    sample: NpcVideoPlayer, clips: Iterable[GeneratedClip], backend: Backend, **config: Any
) -> VideoGenerationManager:
    """Gives all players with the settings of `sample` a generator whose cache holds `clips`."""
    clips = list(clips)
    cache = ClipCache(2 * len(clips) + 50)
    for clip in clips:
        cache.put(clip.params.cache_key(), clip)
    made = VideoGenerationManager(
        VideoGenerationConfig(preset=sample.preset.word, **config), backend, cache=cache
    )
    settings = sample._settings()
    if settings in sources._sources:
        sources._sources.pop(settings).manager.close()
    sources._sources[settings] = sources.Source(made)
    return made


def clip_of(file: str, params: VideoParams, **description: Any) -> GeneratedClip:
    """Returns the clip in a file of the project, with these parameters; see `GeneratedClip`."""
    return GeneratedClip(
        data=_read(file),
        media_type="video/webm",
        duration=3.0,
        params=params,
        generation_seconds=0.0,
        **description,
    )


def at_rest(npc: str, **changes: Any) -> VideoParams:
    """Returns the look that a player of this NPC shows from the beginning, or another."""
    look = replace(Profile(name=npc).apply_profile(VideoParams()), **changes)
    return replace(look, prompt=f"{look.expression} expression, {look.emotion} mood")


def resident_bytes() -> int:
    """Returns the memory of this process, as Linux reports it."""
    if sys.platform != "linux":
        _fail("Memory is measured on Linux only.")
    pages = Path("/proc/self/statm").read_text("utf-8").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def percentile(values: Iterable[float], part: float) -> float:
    """Returns the value that this part of `values` does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


_files: dict[str, bytes] = {}


def _read(file: str) -> bytes:
    if file not in _files:
        folder = ProjectSettings.globalize_path("res://")
        _files[file] = Path(os.fspath(folder), file).read_bytes()
    return _files[file]


def _fail(reason: str) -> None:
    raise MeasurementError(reason)
