"""Makes the node's shader draw pictures between frames, and reads them back.

`bench/interpolation.py` starts it, and gets the pictures as files of NumPy.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from godot import Control, Image, Node, ProjectSettings, Rect2, SubViewport, Vector2i, exposed
from measurement import Measurement
from npc_video import GeneratedClip, VideoParams
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.clips.reel import Reel
from npc_video_player.sharing import shared

_DECODING_FRAMES = 600  # frames of the engine, in which a frame of a clip is decoded


@exposed
class InterpolationBench(Measurement, Node):
    """The scene of the measurement."""

    def _ready(self) -> None:
        self.begin(_draw_all)


def _draw_all(
    root: Node, clips: dict[str, int], modes: list[str], side: int, rate: int, last: int, to: str
) -> Generator[None]:
    """Writes the pictures of all clips to `to`, in files named after clip and mode.

    Args:
        clips: frames per second by name of the file.
        rate: pictures per second that are drawn.
        last: number of the last one.
    """
    viewport = SubViewport()
    viewport.size = Vector2i(side, side)
    viewport.disable_3d = True
    viewport.render_target_update_mode = SubViewport.UPDATE_ALWAYS
    floor = Control()
    viewport.add_child(floor)
    root.add_child(viewport)
    for name, fps in clips.items():
        for mode in modes:
            pictures = yield from _draw(floor, _clip(name, side, fps), mode, rate, last)
            np.save(Path(to, f"{name}.{mode}.npy"), pictures)


def _draw(
    floor: Any, clip: GeneratedClip, mode: str, rate: int, last: int
) -> Generator[None, None, np.ndarray]:
    reel = Reel(clip, shared.decoders(), shared.pictures(), mode, cost=shared.cost())
    yield from _until(reel, lambda: reel.playback.is_ready)
    reel.begin(0.0)
    layer = ClipLayer(floor, reel, Reel.close)
    try:
        layer.place(Rect2(0.0, 0.0, clip.width, clip.height))
        pictures = []
        for number in range(last + 1):
            # Everything that is mixed is decoded, and the exact moment is shown, however long that
            # takes.
            yield from _until(reel, lambda: reel.playback.following is not None)
            reel.advance(number / rate - reel.playback.position)
            yield
            pictures.append(_shown(floor.get_viewport()))
        return np.stack(pictures)
    finally:
        layer.close()


def _until(reel: Reel, condition: Any) -> Generator[None]:
    for _ in range(_DECODING_FRAMES):
        if reel.playback.error is not None:
            raise reel.playback.error
        if condition():
            return
        yield
    raise TimeoutError(f"nothing was decoded within {_DECODING_FRAMES} frames")


def _shown(viewport: Any) -> np.ndarray:
    """Returns the picture that was drawn last, shape (height, width, 3)."""
    image = viewport.get_texture().get_image()
    image.convert(Image.FORMAT_RGB8)
    pixels = np.frombuffer(image.get_data(), np.uint8)
    return pixels.reshape(image.get_height(), image.get_width(), 3)


def _clip(name: str, side: int, fps: int) -> GeneratedClip:
    return GeneratedClip(
        data=Path(ProjectSettings.globalize_path("res://"), name).read_bytes(),
        media_type="video/mp4",
        width=side,
        height=side,
        fps=fps,
        duration=0.0,
        preset="",
        params=VideoParams(),
        generation_seconds=0.0,
    )
