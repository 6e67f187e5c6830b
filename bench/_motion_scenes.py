"""Draws scenes at any time, as the truth for pictures between two frames."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from numpy.typing import NDArray

SIDE = 256  # pixels
_EMBER_SECONDS = 3.0
_WAVES = 10
_SHORTEST, _LONGEST = 9.0, 70.0  # pixels of a wave
_PAN = 70.0, -45.0  # pixels per second
_TURN, _ZOOM, _ZOOMS = 0.5, 0.25, 0.5  # radians per second, part of the size, per second
# Corner and side in pixels, and their speed in pixels per second.
_BLOCKS = (
    (20.0, 30.0, 72.0, 60.0, 20.0),
    (150.0, 20.0, 56.0, -45.0, 50.0),
    (40.0, 150.0, 64.0, 30.0, -55.0),
    (170.0, 160.0, 64.0, -70.0, -10.0),
)
_CUT_SECONDS = 1.0

Picture = NDArray[np.uint8]
_Field = NDArray[np.float32]


def scenes() -> Mapping[str, Callable[[float], Picture]]:
    """Returns by name a function from seconds to the picture as I420, BT.709, limited range."""
    drawn = {
        "pan": _pan,
        "turn_and_zoom": _turn_and_zoom,
        "blocks": _blocks,
        "cut": _cut,
    }
    return {
        "bounce": partial(_ember, EmberPainter(SIDE, SIDE), "bounce"),
        "look_around": partial(_ember, EmberPainter(SIDE, SIDE), "look_around"),
        **{name: partial(_encoded, draw) for name, draw in drawn.items()},
    }


def as_rgb(planes: Picture) -> Picture:
    """Returns a picture of a scene as the screen should show it, shape (SIDE, SIDE, 3)."""
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    rgb = frame.reformat(
        format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG
    )
    return rgb.to_ndarray().astype(np.uint8, copy=False)


def _ember(painter: EmberPainter, animation: str, seconds: float) -> Picture:
    return painter.paint(pose("happy", "happy", animation, 1.0, seconds / _EMBER_SECONDS % 1.0))


def _encoded(draw: Callable[[float], Picture], seconds: float) -> Picture:
    frame = av.VideoFrame.from_ndarray(draw(seconds), format="rgb24")
    planes = frame.reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    return planes.to_ndarray().astype(np.uint8, copy=False)


def _pan(seconds: float) -> Picture:
    x, y = _places()
    return _pattern(1, x - _PAN[0] * seconds, y - _PAN[1] * seconds)


def _turn_and_zoom(seconds: float) -> Picture:
    x, y = (axis - SIDE / 2 for axis in _places())
    angle = _TURN * seconds
    size = 1.0 + _ZOOM * np.sin(2.0 * np.pi * _ZOOMS * seconds)
    cos, sin = np.cos(angle) / size, np.sin(angle) / size
    return _pattern(2, cos * x + sin * y, cos * y - sin * x)


def _blocks(seconds: float) -> Picture:
    x, y = _places()
    picture = _pattern(3, x, y)
    for number, (left, top, side, right, down) in enumerate(_BLOCKS):
        across, along = x - left - right * seconds, y - top - down * seconds
        inside = (across >= 0.0) & (across < side) & (along >= 0.0) & (along < side)
        picture[inside] = _pattern(4 + number, across, along)[inside]
    return picture


def _cut(seconds: float) -> Picture:
    return _pan(seconds) if seconds < _CUT_SECONDS else _blocks(seconds)


def _places() -> tuple[_Field, _Field]:
    """Returns the centres of all pixels."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32) + 0.5
    return x, y


def _pattern(seed: int, x: _Field, y: _Field) -> Picture:
    """Returns a colourful texture at these places: a sum of waves, which can move by any part."""
    values = [np.full_like(x, 128.0) for _ in range(3)]
    for wave in _waves(seed):
        value = np.sin(wave[0] * x + wave[1] * y + wave[2])
        for channel, strength in zip(values, wave[3:], strict=True):
            channel += strength * value
    return np.clip(np.rint(np.stack(values, axis=-1)), 0, 255).astype(np.uint8)


def _waves(seed: int) -> Iterator[NDArray[np.float32]]:
    """Yields each wave's frequency across and down, its phase, and its strength in each colour."""
    chance = np.random.default_rng(seed)
    for _ in range(_WAVES):
        length = np.exp(chance.uniform(np.log(_SHORTEST), np.log(_LONGEST)))
        angle, phase = chance.uniform(0.0, 2.0 * np.pi, 2)
        way = 2.0 * np.pi / length * np.array([np.cos(angle), np.sin(angle)])
        strengths = 20.0 + chance.uniform(-8.0, 8.0, 3)
        yield np.array([*way, phase, *strengths], np.float32)
