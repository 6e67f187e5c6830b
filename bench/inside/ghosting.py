"""Plays one clip after another on a screen, and records the screen beside both clips alone.

`bench/ghosting.py` starts it, and gets the pictures as files of NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
from godot import Control, Image, Node, ProjectSettings, Rect2, SubViewport, Vector2i, exposed
from measurement import Measurement
from npc_video import GeneratedClip, VideoParams
from npc_video_player import NpcVideoPlayer
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.screen.screen import Screen
from npc_video_player.sharing import shared

_DECODING_FRAMES = 600  # frames of the engine, in which an awaited frame is decoded
_MAX_FRAMES = 120  # frames in which the second clip must have taken over
_STEP = 1.0 / 60.0


@exposed
class GhostingBench(Measurement, Node):
    """The scene of the measurement."""

    def _ready(self) -> None:
        self.begin(_show_all)


def _show_all(
    root: Node, pairs: list[str], modes: list[str], roles: list[str], phases: list[float], **to: Any
) -> Generator[None]:
    """Writes the shown pictures to files named after pair, mode, role and number of the phase.

    Args:
        phases: places in the first clip at which the second comes.
    """
    floors = [_floor(root, to["side"]) for _ in range(3)]
    for pair in pairs:
        clips = [_clip(f"{pair}_{number}", **to) for number in range(2)]
        for mode in modes:
            for role in roles:
                for number, phase in enumerate(phases):
                    shown = yield from _show(floors, clips, mode, role, phase)
                    np.save(Path(to["to"], f"{pair}.{mode}.{role}.{number}.npy"), shown)


def _floor(root: Node, side: int) -> Control:
    viewport = SubViewport()
    viewport.size = Vector2i(side, side)
    viewport.disable_3d = True
    viewport.render_target_update_mode = SubViewport.UPDATE_ALWAYS
    floor = Control()
    viewport.add_child(floor)
    root.add_child(viewport)
    return floor


class _NoPictures:
    """An NPC without a still."""

    def picture_of(self, params: VideoParams) -> None:
        return None


def _show(
    floors: list[Control], clips: list[GeneratedClip], mode: str, role: str, phase: float
) -> Generator[None, None, np.ndarray]:
    """Returns luma, shape (frames, 3, height, width): shown, first and second alone."""
    first, second = clips
    keep = shared.first_pictures()
    keep.keep(second)
    yield from _until(lambda: keep.of(second))
    player = NpcVideoPlayer()
    screen = Screen(floors[0], _NoPictures(), shared.reels())
    screen.crossfade = player.crossfade
    player.free()
    area = Rect2(0.0, 0.0, first.width, first.height)
    screen.place(area)
    screen.play_as(mode, loops=True, speed=1.0)
    screen.open(first)
    alone: list[ClipLayer] = []
    try:
        yield from _until(lambda: (screen.advance(0.0), screen.clip)[1])
        shown = _clip_on(screen)
        alone.append(_beside(shown, floors[1], area))
        # It has played once, as most clips have when another follows.
        ahead = (1.0 + phase) * shown.reel.playback.length
        while _clip_on(screen).reel.played < ahead:
            yield from _step(screen, 1.0 / 24.0)
        pictures = [(yield from _seen(floors))]
        screen.open(second, at_once=role == "hit")
        for _ in range(_MAX_FRAMES):
            yield from _step(screen, _STEP)
            shown = _clip_on(screen)
            if len(alone) == 1 and shown.reel.clip is second:
                alone.append(_beside(shown, floors[2], area))
            pictures.append((yield from _seen(floors)))
            if len(alone) == 2 and len(screen.layers) == 1:
                return np.stack(pictures)
        raise TimeoutError(f"the second clip was not there after {_MAX_FRAMES} frames")
    finally:
        screen.close()
        for layer in alone:
            layer.close()


def _step(screen: Screen, seconds: float) -> Generator[None]:
    """Plays on after the due frames are decoded, however long that takes."""
    reels = [layer.reel for layer in screen.layers if isinstance(layer, ClipLayer)]
    opening = screen._arriving
    if opening is not None:
        yield from _until(lambda: opening.reel.playback.is_ready)
    yield from _until(lambda: all(reel.playback.following for reel in reels))
    screen.advance(seconds)


def _clip_on(screen: Screen) -> ClipLayer:
    assert screen.clip is not None
    return screen.clip


def _beside(layer: ClipLayer, floor: Control, area: Rect2) -> ClipLayer:
    """Shows the same reel by itself."""
    layer.reel.users += 1
    other = ClipLayer(floor, layer.reel, shared.reels().leave)
    other.place(area)
    return other


def _seen(floors: list[Control]) -> Generator[None, None, np.ndarray]:
    yield
    return np.stack([_luma(floor.get_viewport()) for floor in floors])


def _luma(viewport: Any) -> np.ndarray:
    image = viewport.get_texture().get_image()
    image.convert(Image.FORMAT_RGB8)
    pixels = np.frombuffer(image.get_data(), np.uint8)
    rgb = pixels.reshape(image.get_height(), image.get_width(), 3)
    return (rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)).astype(np.float32)


def _until(condition: Callable[[], Any]) -> Generator[None]:
    for _ in range(_DECODING_FRAMES):
        if condition():
            return
        yield
    raise TimeoutError(f"not true within {_DECODING_FRAMES} frames")


def _clip(name: str, *, side: int, fps: int, **_: Any) -> GeneratedClip:
    folder = Path(ProjectSettings.globalize_path("res://"))
    return GeneratedClip(
        data=(folder / f"{name}.mp4").read_bytes(),
        media_type="video/mp4",
        width=side,
        height=side,
        fps=fps,
        duration=3.0,
        preset="balanced",
        params=VideoParams(expression=name),
        generation_seconds=0.0,
    )
