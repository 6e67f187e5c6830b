"""Measures the cost of players for the main thread: ours, Godot's own, and none, in turns.

Godot's VideoStreamPlayer decodes on the main thread, ours does not. So this does not measure the
whole work, but the time that a game loses.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from godot import (
    Image,
    ImageTexture,
    Node,
    RenderingServer,
    TextureRect,
    VideoStreamPlayer,
    VideoStreamTheora,
)
from npc_video_player import NpcVideoPlayer
from playback_stage import (
    Frames,
    MeasurementError,
    Silent,
    Stage,
    Steps,
    at_rest,
    clip_of,
    percentile,
    player,
    provide,
    resident_bytes,
    wait,
)

_WARM_UP = 45  # frames, until clips are open, their first pictures decoded and faded in
_COUNTS = (1, 4, 16)
_MANY = 64


@dataclass(slots=True)
class Row:
    """A way to play so many clips.

    Attributes:
        fps: of a clip, 0 if the player does not count its frames.
        in_frame: called in each frame, with its number.
        playing: how many of them play; the others rest.
    """

    name: str
    count: int
    make: Callable[[int], Node]
    fps: int
    in_frame: Callable[[int], None] = lambda _: None
    playing: int = -1
    main: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    paces: list[float] = field(default_factory=list)
    frames: Frames = field(default_factory=Frames)

    def __post_init__(self) -> None:
        if self.playing < 0:
            self.playing = self.count

    def to_dict(self) -> dict[str, Any]:
        """Returns milliseconds, but for `memory`, bytes more than the empty scene, and `pace`."""
        wall = self.frames.wall
        return {
            "name": self.name,
            "count": self.count,
            "main": statistics.median(self.added),
            "main_p99": percentile(self.frames.main, 0.99),
            "p50": percentile(wall, 0.5),
            "p99": percentile(wall, 0.99),
            "max": max(wall),
            "memory": statistics.median(self.memory),
            "pace": statistics.median(self.paces) if self.fps else None,
        }


def measure(stage: Stage, rounds: int, frames: int) -> Steps:
    """Measures the rows of a table.

    Args:
        rounds: the number of measurements of each row, after an empty scene each time; those of one
            player twice as many.
        frames: the length of each.
    """
    provide_clips("balanced", max(_COUNTS), "ember_512.webm", side=512, fps=24)
    provide_clips("realtime", _MANY, "ember_256.webm", side=256, fps=8)
    ours = {name: partial(_ours, "balanced", name) for name in ("none", "blend")}
    rows = [Row("empty", 0, _theora, 0), _bare_texture()]
    for count in _COUNTS:
        rows.append(Row("VideoStreamPlayer", count, _theora, 0))
        rows.append(Row("ours", count, ours["none"], 24))
    rows.append(Row("ours, blend", max(_COUNTS), ours["blend"], 24))
    rows.append(Row("ours, 256² 8 fps", _MANY, partial(_ours, "realtime", "none"), 8))
    empty = rows[0]
    # A single player makes a smaller difference than two turns do.
    singles = [row for row in rows[1:] if row.count == 1]
    for turn in [rows[1:], singles] * rounds:
        for row in turn:
            yield from measure_above(stage, empty, row, frames)
    return told(rows)


def told(rows: list[Row]) -> dict[str, Any]:
    """Returns the figures of rows, the first of which is the empty scene."""
    empty = rows[0]
    empty.added, empty.memory = empty.main, [statistics.median(empty.memory)]
    return {"rows": [row.to_dict() for row in rows]}


def measure_above(stage: Stage, empty: Row, row: Row, frames: int) -> Steps:
    """Measures the empty scene, then a row, and notes the difference."""
    for measured in (empty, row):
        yield from _play(stage, measured, frames)
    row.added.append(row.main[-1] - empty.main[-1])
    row.memory[-1] -= empty.memory[-1]


def _play(stage: Stage, row: Row, frames: int) -> Steps:
    nodes = [row.make(number) for number in range(row.count)]
    for number, node in enumerate(nodes):
        stage.add(node, number, row.count)
        if isinstance(node, VideoStreamPlayer):
            node.play()
    yield from wait(_WARM_UP)
    shown = _shown(nodes) if row.fps else 0
    with stage.meter.running() as measured:
        for frame in range(frames):
            row.in_frame(frame)
            yield
    if row.fps:
        due = row.playing * row.fps * sum(measured.wall) * 1e-3
        row.paces.append((_shown(nodes) - shown) / due)
    elif not all(node.is_playing() for node in nodes if isinstance(node, VideoStreamPlayer)):
        raise MeasurementError(f"{row.name}: not all of them play")
    row.main.append(statistics.mean(measured.main))
    row.frames.main += measured.main
    row.frames.wall += measured.wall
    row.memory.append(resident_bytes())
    stage.clear()


def _shown(nodes: list[Any]) -> int:
    return sum(node.get_stats()["frames_shown"] for node in nodes)


def provide_clips(preset: str, count: int, file: str, *, side: int, fps: int) -> None:
    """Provides a clip for each of the NPCs, so that none shares the decoding of another."""
    clips = [
        clip_of(file, at_rest(npc_name(number)), preset=preset, width=side, height=side, fps=fps)
        for number in range(count)
    ]
    sample = _ours(preset, "none", 0)
    provide(sample, clips, Silent(), progressive=False, predictive=False)
    sample.free()


def npc_name(number: int) -> str:
    return f"NPC {number}"


def _ours(preset: str, interpolation: str, number: int) -> NpcVideoPlayer:
    return player(npc_name(number), preset, interpolation=interpolation)


def _bare_texture() -> Row:
    """Measures the engine alone with pictures of our clips' size, changed 24 times a second."""
    pictures = [Image.create_empty(512, 768, False, Image.FORMAT_R8) for _ in range(2)]
    texture = ImageTexture.create_from_image(pictures[0])

    def make(number: int) -> Node:
        node = TextureRect()
        node.texture, node.expand_mode = texture, TextureRect.EXPAND_IGNORE_SIZE
        return node

    def change(frame: int) -> None:
        if frame % 5 in (0, 2):
            RenderingServer.texture_2d_update(texture.get_rid(), pictures[frame % 2], 0)

    return Row("bare texture", 1, make, 0, change)


def _theora(number: int) -> Node:
    stream = VideoStreamTheora()
    stream.file = "res://ember.ogv"
    node = VideoStreamPlayer()
    node.stream, node.loop, node.expand = stream, True, True
    return node
