"""Draws Ember, a friendly young dragon, in any `FacePose`.

The picture is built from back to front: night and glow, wings, body, ears, flame, horns, head, then
the parts from `features` and `signs`. Lengths are in units of half the shorter side.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .canvas import Blend, Canvas, Colour, colour
from .controls import FacePose
from .features import INK, OUTLINE, draw_features
from .shapes import Frame, leaf, ramp, stripes
from .signs import draw_signs

__all__ = ["EmberPainter"]

_NIGHT_TOP, _NIGHT_BOTTOM = colour("18204a"), colour("4a2f63")
_GLOW, _SPARK = colour("ff9a4d"), colour("ffc46b")
_BLACK = colour("000000")
_SKIN, _SKIN_LIT, _SKIN_SHADE = colour("f4773c"), colour("ffb566"), colour("d9573a")
_SKIN_DARK = colour("a83c38")
_CREAM_SHADE = colour("f2b277")
_WEB, _WEB_SHADE = colour("ffc37a"), colour("e0643e")
_WING, _WING_SHADE = colour("c9503f"), colour("7d2f45")
_HORN, _HORN_SHADE, _HORN_RING = colour("fff3d8"), colour("d9a46c"), colour("b97f52")
_HORN_LINE = np.array([[0.0, 0.0], [0.0, -0.33]], np.float32)
_HORN_RADII = np.array([0.092, 0.01], np.float32)
_BELOW = 9.0
_EVERYWHERE = (-9.0, -9.0, 9.0, 9.0)
_WING_STEP = 0.05  # radians
_WEBBING = 0.12  # the distance, in units, at which two leaves of a fin still grow together
_FLAME, _FLAME_MIDDLE, _FLAME_CORE = colour("ff5a2c"), colour("ffa62e"), colour("fff3a8")


class EmberPainter:
    """Paints poses at one size; for one thread at a time.

    Args:
        width, height: pixels, even.
    """

    def __init__(self, width: int, height: int) -> None:
        self._canvas = Canvas(width, height)
        self._size = width, height
        self._glow = _glow(width, height)
        self._nights: dict[int, Canvas] = {}

    def paint(self, pose: FacePose) -> NDArray[np.uint8]:
        """The picture of `pose` as I420, BT.709, limited range: shape (height · 3 / 2, width)."""
        canvas = self._canvas
        canvas.start_from(self._night(pose), self._glow, 0.15 + 0.4 * pose.glow)
        _embers(canvas, pose)
        head = _head_frame(pose)
        _body(canvas, head, pose)
        for side in (-1, 1):
            _ear(canvas, head, pose, side)
        _flame(canvas, head, pose)
        for side in (-1, 1):
            _horn(canvas, head, pose, side)
        _skull(canvas, head, pose)
        draw_features(canvas, head, pose)
        draw_signs(canvas, head, pose)
        return canvas.picture()

    def _night(self, pose: FacePose) -> Canvas:
        """The night with the wings in front; cached, as wings are slow to draw and move little."""
        level = round((0.75 + 0.4 * pose.wings) / _WING_STEP)
        if level not in self._nights:
            self._nights[level] = night = _night(*self._size)
            for side in (-1, 1):
                root = Frame().at(0.36 * side, 0.92, sx=side).at(0.0, 0.0, turn=-level * _WING_STEP)
                _fin(night, root, (0.62, 0.2, 0.55), _WING, _WING_SHADE)
        return self._nights[level]


def _night(width: int, height: int) -> Canvas:
    canvas = Canvas(width, height)
    for region in canvas.bands(Frame(), *_EVERYWHERE):
        sky = Blend(_NIGHT_TOP, _NIGHT_BOTTOM, ramp(region.y, -1.0, 1.0))
        # Beyond the corners of a square picture it gets no darker.
        corners = ramp(np.minimum(np.hypot(region.x, region.y), math.sqrt(2.0)), 0.8, 2.2)
        canvas.paint(region, np.ones_like(region.x), Blend(sky, _BLACK, corners))
    return canvas


def _glow(width: int, height: int) -> Canvas:
    """The light behind the head, on a black canvas."""
    canvas = Canvas(width, height)
    for region in canvas.bands(Frame(), *_EVERYWHERE):
        canvas.paint(region, region.halo(1.0, 1.0), _GLOW)
    return canvas


def _head_frame(pose: FacePose) -> Frame:
    """The frame of the head: tilted and scaled about the neck, so that a nod does not slide."""
    wide = pose.scale * (1.0 + pose.squash)
    tall = pose.scale * (1.0 - pose.squash + 0.006 * pose.breath)
    neck = Frame().at(pose.shift_x, 0.60 + pose.shift_y, turn=pose.tilt, sx=wide, sy=tall)
    return neck.at(0.0, -0.50)


def _embers(canvas: Canvas, pose: FacePose) -> None:
    for index in range(9):
        way = (pose.drift + index * 0.618) % 1.0
        x = 1.7 * ((index * 0.382 + 0.11) % 1.0) - 0.85 + 0.05 * math.sin(9.0 * way + index)
        size = 0.035 + 0.03 * ((index * 0.27) % 1.0)
        region = canvas.region(Frame().at(x, 1.0 - 1.9 * way), -size, -size, size, size)
        light = region.halo(size, size)
        light *= 0.9 * math.sin(math.pi * way) * (0.4 + 0.6 * pose.glow)
        canvas.glow(region, light, _SPARK)


def _body(canvas: Canvas, head: Frame, pose: FacePose) -> None:
    """Neck, shoulders and belly; in a tall picture the body goes straight down to the edge."""
    frame = Frame().at(0.35 * pose.shift_x, 0.88 + 0.25 * pose.shift_y - 0.012 * pose.breath)
    _neck(canvas, head, frame)
    for region in canvas.bands(frame, -0.56, -0.30, 0.56, _BELOW):
        upper = replace(region, y=np.minimum(region.y, 0.2))
        shoulders = upper.ellipse(0.0, 0.2, 0.5 + 0.012 * pose.breath, 0.46)
        shade = Blend(_SKIN, _SKIN_SHADE, ramp(region.y, -0.3, 0.15))
        canvas.outlined(region, shoulders, shade, INK, OUTLINE)
    region = canvas.region(frame, -0.28, -0.26, 0.28, _BELOW)
    upper = replace(region, y=np.minimum(region.y, 0.22))
    belly = region.cover(upper.ellipse(0.0, 0.22, 0.27, 0.46))
    lines = region.cover(stripes(region.y + 0.6 * region.x * region.x, 0.12, 0.02))
    lines *= 0.45
    canvas.paint(region, belly, Blend(_CREAM_SHADE, _SKIN_SHADE, lines))


def _neck(canvas: Canvas, head: Frame, body: Frame) -> None:
    ends = np.array([head.place(0.0, 0.38), body.place(0.0, -0.08)], np.float32)
    (x0, y0), (x1, y1) = ends.tolist()
    region = canvas.region(Frame(), min(x0, x1) - 0.24, y0, max(x0, x1) + 0.24, y1)
    neck = region.stroke(ends, np.array([0.16, 0.22], np.float32))
    shade = Blend(_SKIN_DARK, _SKIN_SHADE, ramp(region.y, y0, y1))
    canvas.outlined(
        region, neck, Blend(shade, _CREAM_SHADE, region.cover(neck, -0.1)), INK, OUTLINE
    )


def _fin(
    canvas: Canvas, root: Frame, size: tuple[float, float, float], web: Colour, rib: Colour
) -> None:
    """Three webbed leaves along x; the outer two are turned to either side.

    `size` is the length and width of a leaf, and the turn in radians.
    """
    length, width, spread = size
    across = 0.85 * length * math.sin(spread) + 0.4 * width
    region = canvas.region(root, -0.03, -across, length + 0.02, across)
    x, y = region.x, np.abs(region.y)
    cos, sin = (math.cos(spread)), (math.sin(spread))
    outer_x, outer_y = cos * x + sin * y, cos * y - sin * x
    middle, outer = leaf(x, y, length, width), leaf(outer_x, outer_y, 0.85 * length, width)
    # A smooth minimum fills the web: https://iquilezles.org/articles/smin/, the quadratic one.
    near = np.maximum(_WEBBING - np.abs(middle - outer), 0.0)
    near *= near
    near *= 0.25 / _WEBBING
    distance = np.minimum(middle, outer) - near
    ribs = region.cover(np.minimum(y, np.abs(outer_y)), 0.006)
    ribs *= ramp(x, 0.95 * length, 0.2 * length)
    skin = Blend(rib, web, ramp(x, 0.0, 0.7 * length))
    canvas.outlined(region, distance, Blend(skin, rib, ribs), INK, OUTLINE)


def _ear(canvas: Canvas, head: Frame, pose: FacePose, side: int) -> None:
    lift = 0.30 + 0.55 * pose.ears + 0.25 * pose.ear_flick * side
    root = head.at(side * 0.47 - 0.03 * pose.turn, 0.02, sx=side).at(0.0, 0.0, turn=-lift)
    _fin(canvas, root, (0.44, 0.17, 0.52), _WEB, _WEB_SHADE)


def _flame(canvas: Canvas, head: Frame, pose: FacePose) -> None:
    """A tongue of fire, hotter inside, and its light."""
    base = head.at(-0.02 * pose.turn, -0.43)
    reach = 0.2 + 0.22 * pose.flame
    light = canvas.region(base.at(0.0, -0.13 * pose.flame), -reach, -reach, reach, reach)
    strength = light.halo(reach, reach)
    strength *= 0.45 * min(pose.flame, 1.0)
    canvas.glow(light, strength, _GLOW)
    height, width = 0.44 * pose.flame, 0.07 + 0.05 * min(pose.flame, 1.3)
    lean = 0.16 * pose.flame_lean
    side = width + abs(lean) + 0.03
    region = canvas.region(base, -side, -height, side, 0.1)
    t = region.y * (-1.0 / height)
    sway = t * (0.03 * np.sin(5.0 * t - math.tau * 3 * pose.drift) + lean * t)
    x = np.abs(region.x - sway)
    # Half of the width at each height. The hotter parts are as wide, but lower.
    outer, middle, core = (
        region.cover(x - part * width * (1.0 - t / tall) * (1.0 + 1.5 * t))
        for part, tall in ((1.0, 1.0), (0.7, 0.75), (0.4, 0.5))
    )
    canvas.paint(region, outer, Blend(Blend(_FLAME, _FLAME_MIDDLE, middle), _FLAME_CORE, core))


def _horn(canvas: Canvas, head: Frame, pose: FacePose, side: int) -> None:
    frame = head.at(side * 0.275 - 0.02 * pose.turn, -0.30 - 0.02 * pose.nod, sx=side)
    region = canvas.region(frame, -0.11, -0.37, 0.26, 0.04)
    # A straight horn, in a space that is bent outwards.
    straight = replace(region, x=region.x + region.y * (0.85 + 1.0 * region.y))
    horn = straight.stroke(_HORN_LINE, _HORN_RADII)
    rings = region.cover(stripes(region.y - 0.35 * region.x, 0.085, 0.016))
    rings *= 0.5
    ivory = Blend(_HORN, _HORN_SHADE, ramp(region.y, -0.34, -0.06))
    canvas.outlined(region, horn, Blend(ivory, _HORN_RING, rings), INK, OUTLINE)


def _skull(canvas: Canvas, head: Frame, pose: FacePose) -> None:
    """An egg, wider at the cheeks, lit from the flame above."""
    for region in canvas.bands(head, -0.64, -0.53, 0.64, 0.53):
        squared = region.x / (0.55 + 0.13 * region.y)
        squared *= squared
        v = region.y * (1.0 / 0.51)
        v *= v
        squared += v
        light = squared * -0.42
        light += 0.72
        light -= 0.45 * region.y
        # This equals the distance near the edge; elsewhere it does not matter.
        squared -= 1.0
        squared *= 0.26
        canvas.outlined(region, squared, Blend(_SKIN_SHADE, _SKIN_LIT, light), INK, OUTLINE)
