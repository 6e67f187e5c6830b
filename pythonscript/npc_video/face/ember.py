"""Draws Ember, a friendly young dragon, in any `FacePose`.

The picture is built from the back to the front: night and glow, body, ears, horns, head, muzzle and
mouth, eyes, brows, and last what floats in front. All of it is plain shapes on a `Canvas`, in units
of half the picture's shorter side.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .canvas import Array, Canvas, Colour, Frame, Region, rgb
from .pose import FacePose

__all__ = ["EmberPainter"]

NIGHT_TOP, NIGHT_BOTTOM = rgb("1b2347"), rgb("47305f")
GLOW = rgb("ff9a4d")
SPARK = rgb("ffc46b")
INK = rgb("6b2430")
SKIN, SKIN_LIT, SKIN_SHADE = rgb("f2793f"), rgb("ffad5c"), rgb("cf4f38")
CREAM, CREAM_LIT, CREAM_SHADE = rgb("ffdca6"), rgb("fff0cf"), rgb("f3b57c")
MEMBRANE = rgb("ffb870")
HORN, HORN_SHADE = rgb("fff0d0"), rgb("d9a86f")
LID = rgb("d9603a")
WHITE = rgb("ffffff")
EYE_SHADE = rgb("c9d6e8")
IRIS_LIT, IRIS, IRIS_RIM = rgb("7df0c0"), rgb("17a08c"), rgb("0b4a55")
PUPIL = rgb("101428")
MOUTH, TONGUE, TONGUE_LIT = rgb("5e1830"), rgb("ec6a78"), rgb("ff97a0")
BLUSH = rgb("ff5468")
TEAR, TEAR_LIT = rgb("6cc8ff"), rgb("d8f3ff")
STEAM = rgb("e8e4f2")
HEART = rgb("ff5c86")
FLAME_OUTER, FLAME_MIDDLE, FLAME_CORE = rgb("ff5a2c"), rgb("ffa02e"), rgb("fff0a0")
OUTLINE = 0.014


class EmberPainter:
    """Paints poses at one size; keep one per thread.

    Args:
        width, height: pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._canvas = Canvas(width, height)
        self._background = _background(width, height)

    def paint(self, pose: FacePose) -> NDArray[np.uint8]:
        """The picture of `pose`, shape (height, width, 3), sRGB."""
        canvas = self._canvas
        np.copyto(canvas.pixels, self._background)
        _glow(canvas, pose)
        _embers(canvas, pose)
        _body(canvas, pose)
        head = _head_frame(pose)
        face = head.at(0.075 * pose.turn, 0.07 * pose.nod)
        for side in (-1, 1):
            _ear(canvas, head, pose, side)
        _flame(canvas, head, pose)
        for side in (-1, 1):
            _horn(canvas, head, pose, side)
        _skull(canvas, head)
        _cheeks(canvas, face, pose)
        for side in (-1, 1):
            _eye(canvas, face, pose, side)
            _brow(canvas, face, pose, side)
        muzzle = face.at(0.03 * pose.turn, 0.25 + 0.03 * pose.nod)
        _muzzle(canvas, muzzle, pose)
        _mouth(canvas, muzzle, pose)
        _tears(canvas, face, pose)
        _signs(canvas, head, muzzle, pose)
        return canvas.rgb24()


@lru_cache(maxsize=4)
def _background(width: int, height: int) -> Array:
    canvas = Canvas(width, height)
    region = canvas.region(Frame(), -9.0, -9.0, 9.0, 9.0)
    depth = np.clip((region.y + 1.0) / 2.0, 0.0, 1.0)
    canvas.pixels[:] = NIGHT_TOP + (NIGHT_BOTTOM - NIGHT_TOP) * depth
    vignette = 1.0 - 0.45 * np.clip(np.hypot(region.x, region.y) - 0.75, 0.0, 1.0)
    canvas.pixels *= vignette
    canvas.pixels.flags.writeable = False
    return canvas.pixels


def _head_frame(pose: FacePose) -> Frame:
    """Tilts and scales about the neck, so that the head nods rather than slides."""
    neck = Frame().at(pose.shift_x, 0.62 + pose.shift_y, turn=pose.tilt)
    breath = 0.006 * pose.breath
    wide = pose.scale * (1.0 + pose.squash)
    tall = pose.scale * (1.0 - pose.squash + breath)
    return neck.at(0.0, 0.0, sx=wide, sy=tall).at(0.0, -0.55)


def _two_tone(canvas: Canvas, region: Region, distance: Array, fill: Colour) -> None:
    """A shape with an ink outline."""
    canvas.paint(region, region.cover(distance, OUTLINE), INK)
    canvas.paint(region, region.cover(distance), fill)


def _blend(start: Colour, end: Colour, amount: Array) -> Colour:
    mixed: Colour = start + (end - start) * amount
    return mixed


def _ramp(value: Array, start: float, end: float) -> Array:
    """0 where `value` is `start`, 1 where it is `end`, clamped."""
    ramp = value - np.float32(start)
    ramp *= np.float32(1.0 / (end - start))
    return np.clip(ramp, 0.0, 1.0, out=ramp)


def _glow(canvas: Canvas, pose: FacePose) -> None:
    region = canvas.region(Frame(), -1.0, -0.95, 1.0, 1.05)
    light = region.halo(0.0, 0.05, 1.0, 1.0)
    light *= np.float32(0.15 + 0.35 * pose.glow)
    canvas.glow(region, light, GLOW)


def _embers(canvas: Canvas, pose: FacePose) -> None:
    for index in range(12):
        way = (pose.drift + index * 0.618) % 1.0
        x = 1.7 * ((index * 0.382 + 0.11) % 1.0) - 0.85 + 0.05 * math.sin(9.0 * way + index)
        y = 1.0 - 1.9 * way
        size = 0.035 + 0.03 * ((index * 0.27) % 1.0)
        region = canvas.region(Frame().at(x, y), -size, -size, size, size)
        light = region.halo(0.0, 0.0, size, size)
        light *= np.float32(0.9 * math.sin(math.pi * way) * (0.4 + 0.6 * pose.glow))
        canvas.glow(region, light, SPARK)


def _body(canvas: Canvas, pose: FacePose) -> None:
    frame = Frame().at(0.35 * pose.shift_x, 0.98 + 0.25 * pose.shift_y - 0.012 * pose.breath)
    region = canvas.region(frame, -0.62, -0.42, 0.62, 0.12)
    shoulders = region.ellipse(0.0, 0.1, 0.58 + 0.012 * pose.breath, 0.42)
    shade = _ramp(region.y, 0.1, -0.35)
    _two_tone(canvas, region, shoulders, _blend(SKIN_SHADE, SKIN, shade))
    belly = canvas.region(frame, -0.34, -0.42, 0.34, 0.12)
    body = belly.cover(belly.ellipse(0.0, 0.12, 0.31, 0.44))
    canvas.paint(belly, body, CREAM_SHADE)
    plates = np.abs((belly.y + 0.6 * belly.x * belly.x + 10.0) % 0.13 - 0.065) - 0.055
    canvas.paint(belly, belly.cover(-plates) * body * np.float32(0.5), SKIN)


def _ear(canvas: Canvas, head: Frame, pose: FacePose, side: int) -> None:
    lift = 0.38 + 0.55 * pose.ears + 0.25 * pose.ear_flick * side
    frame = head.at(side * (0.46 - 0.02 * pose.turn * side), -0.02, sx=side).at(0, 0, turn=-lift)
    region = canvas.region(frame, -0.05, -0.2, 0.5, 0.2)
    _two_tone(canvas, region, region.leaf(0.46, 0.27), SKIN)
    inner = canvas.region(frame.at(0.05, 0.01), 0.0, -0.1, 0.36, 0.1)
    membrane = inner.cover(inner.leaf(0.34, 0.16))
    canvas.paint(inner, membrane, _blend(SKIN_SHADE, MEMBRANE, _ramp(inner.x, 0.0, 0.2)))


def _flame(canvas: Canvas, head: Frame, pose: FacePose) -> None:
    """Three tongues of fire, one inside the other."""
    base = head.at(0.02 * pose.turn, -0.43)
    halo = canvas.region(base, -0.4, -0.6, 0.4, 0.25)
    light = halo.halo(0.0, -0.15 * pose.flame, 0.38, 0.4)
    light *= np.float32(0.35 * pose.flame)
    canvas.glow(halo, light, GLOW)
    layers = ((FLAME_OUTER, 0.115, 1.0), (FLAME_MIDDLE, 0.08, 0.72), (FLAME_CORE, 0.045, 0.45))
    for colour, width, part in layers:
        height = 0.36 * pose.flame * part
        region = canvas.region(base, -0.3, -height - 0.05, 0.3, 0.15)
        t = np.linspace(0.0, 1.0, 7, dtype=np.float32)
        lean = 0.16 * pose.flame_lean * part
        sway = lean * t * t + 0.03 * np.sin(6.0 * t + math.tau * 2 * pose.drift) * t
        points = np.stack([sway, -height * t], axis=1).astype(np.float32)
        radii = (width * (0.55 + 0.45 * pose.flame) * (1.0 - t) ** 0.8).astype(np.float32)
        canvas.paint(region, region.cover(region.stroke(points, radii)), colour)


def _horn(canvas: Canvas, head: Frame, pose: FacePose, side: int) -> None:
    frame = head.at(side * 0.27 - 0.02 * pose.turn, -0.36 - 0.02 * pose.nod, sx=side)
    region = canvas.region(frame, -0.14, -0.42, 0.26, 0.14)
    t = np.linspace(0.0, 1.0, 6, dtype=np.float32)
    points = np.stack([0.17 * np.sin(1.9 * t), 0.06 - 0.38 * t], axis=1).astype(np.float32)
    radii = (0.085 * (1.0 - 0.88 * t)).astype(np.float32)
    _two_tone(
        canvas,
        region,
        region.stroke(points, radii),
        _blend(HORN, HORN_SHADE, _ramp(region.y, -0.3, 0.02)),
    )


def _skull(canvas: Canvas, head: Frame) -> None:
    region = canvas.region(head, -0.68, -0.56, 0.68, 0.58)
    u = region.x / (0.55 + 0.13 * region.y)
    v = region.y * np.float32(1.0 / 0.51)
    squared = u * u + v * v
    distance = (np.sqrt(squared) - 1.0) * np.float32(0.52)
    light = np.clip(0.9 - 0.9 * region.y - 0.55 * squared, -1.0, 1.0)
    warm = np.where(light > 0, SKIN_LIT, SKIN_SHADE)
    _two_tone(canvas, region, distance, SKIN + (warm - SKIN) * np.abs(light))


def _cheeks(canvas: Canvas, face: Frame, pose: FacePose) -> None:
    for side in (-1, 1):
        region = canvas.region(face.at(side * 0.38, 0.19), -0.17, -0.13, 0.17, 0.13)
        spot = region.halo(0.0, 0.0, 0.17, 0.13)
        spot *= np.float32(0.9 * pose.blush)
        canvas.paint(region, spot, BLUSH)
        for x, y in ((0.0, 0.0), (0.05, 0.03), (0.015, 0.055)):
            scale = canvas.region(face.at(side * (0.43 + x), 0.02 + y), -0.02, -0.02, 0.02, 0.02)
            mark = scale.cover(scale.ellipse(0.0, 0.0, 0.014, 0.011))
            canvas.paint(scale, mark * np.float32(0.6), SKIN_SHADE)


def _eye(canvas: Canvas, face: Frame, pose: FacePose, side: int) -> None:
    up = pose.eye_right if side > 0 else pose.eye_left
    wide = max(up - 1.0, 0.0)
    rx, ry = 0.15 + 0.05 * wide, 0.185 + 0.10 * wide
    frame = face.at(side * 0.235, -0.075)
    region = canvas.region(frame, -0.22, -0.27, 0.22, 0.27)
    x = region.x * np.float32(1.0 / rx)
    arch = np.sqrt(np.maximum(1.0 - x * x, 0.02))
    slant = 0.55 * ry * pose.lid_slant * side
    upper = arch * np.float32(ry * (1.0 - 2.0 * min(up, 1.0)))
    upper -= np.float32(0.25 * ry * abs(pose.lid_slant) * 0) + x * np.float32(slant) * arch
    lower = arch * np.float32(ry * (1.0 - 1.7 * pose.squint))
    socket = region.ellipse(0.0, 0.0, rx, ry)
    canvas.paint(region, region.cover(socket, OUTLINE), INK)
    canvas.paint(region, region.cover(socket), LID)
    opening = np.maximum(np.maximum(socket, upper - region.y), region.y - lower)
    open_ = region.cover(opening)
    canvas.paint(region, open_, _blend(EYE_SHADE, WHITE, _ramp(region.y - upper, 0.0, 0.1)))
    _iris(canvas, region, open_, pose, side)
    line = np.minimum(np.abs(region.y - np.minimum(upper, lower)), 9.0) - 0.016
    canvas.paint(region, region.cover(np.maximum(line, socket)), INK)


def _iris(canvas: Canvas, region: Region, opening: Array, pose: FacePose, side: int) -> None:
    cx = 0.045 * pose.gaze_x - 0.012 * side
    cy = 0.05 * pose.gaze_y + 0.005
    size = 0.118 * (0.82 + 0.18 * pose.pupil)
    iris = region.ellipse(cx, cy, size, size * 1.12)
    shade = _blend(IRIS, IRIS_LIT, _ramp(region.y, cy - 0.02, cy + 0.12))
    canvas.paint(region, region.cover(iris) * opening, IRIS_RIM)
    canvas.paint(region, region.cover(iris, -0.014) * opening, shade)
    pupil = region.ellipse(cx, cy, 0.066 * pose.pupil, 0.082 * pose.pupil)
    canvas.paint(region, region.cover(pupil) * opening, PUPIL)
    for x, y, radius in ((-0.04, -0.055, 0.034), (0.042, 0.05, 0.017)):
        spot = region.ellipse(cx + x, cy + y, radius, radius)
        canvas.paint(region, region.cover(spot) * opening, WHITE)


def _brow(canvas: Canvas, face: Frame, pose: FacePose, side: int) -> None:
    height = pose.brow_right if side > 0 else pose.brow_left
    frame = face.at(side * 0.235, -0.325 - 0.075 * height, sx=side)
    region = canvas.region(frame, -0.2, -0.16, 0.2, 0.16)
    t = np.linspace(-1.0, 1.0, 7, dtype=np.float32)
    y = 0.03 * t * t - 0.10 * pose.brow_slant * t - 0.015
    points = np.stack([0.13 * t, y], axis=1).astype(np.float32)
    radii = (0.027 - 0.010 * t - 0.006 * t * t).astype(np.float32)
    canvas.paint(region, region.cover(region.stroke(points, radii)), INK)


def _muzzle(canvas: Canvas, muzzle: Frame, pose: FacePose) -> None:
    region = canvas.region(muzzle, -0.40, -0.21, 0.40, 0.27)
    snout = region.ellipse(0.0, 0.02, 0.355, 0.215)
    shade = _blend(CREAM_LIT, CREAM_SHADE, _ramp(region.y, -0.1, 0.26))
    canvas.paint(region, region.cover(snout), shade)
    for side in (-1, 1):
        flare = 1.0 + 0.35 * pose.nose
        nostril = canvas.region(
            muzzle.at(side * 0.075, -0.11 - 0.015 * pose.nose, turn=0.45 * side),
            -0.06, -0.05, 0.06, 0.05,
        )  # fmt: skip
        canvas.paint(
            nostril, nostril.cover(nostril.ellipse(0.0, 0.0, 0.03 * flare, 0.019 * flare)), INK
        )


def _mouth(canvas: Canvas, muzzle: Frame, pose: FacePose) -> None:
    """A bent ellipse: its bend is the smile, its height the opening."""
    frame = muzzle.at(0.0, 0.055, turn=-0.18 * pose.mouth_skew)
    region = canvas.region(frame, -0.36, -0.26, 0.36, 0.36)
    half = 0.235 * pose.mouth_width
    t = region.x * np.float32(1.0 / half)
    bend = np.float32(0.10 * pose.mouth_curve) * (0.6 - t * t)
    y = region.y - np.maximum(bend, -0.15)
    smile = max(pose.mouth_curve, 0.0)
    opening = 0.21 * pose.mouth_open
    above = opening * (0.5 - 0.32 * smile) + 0.004
    below = opening * (0.5 + 0.42 * smile) + 0.004
    height = np.where(y < 0, np.float32(above), np.float32(below))
    t2, v = t * t, y / height
    squared = t2 + v * v
    gradient = np.sqrt(t2 / (half * half) + (v / height) ** 2) + 1e-6
    distance = (squared - 1.0) / (2.0 * gradient)
    canvas.paint(region, region.cover(distance, 0.016), INK)
    inside = region.cover(distance)
    canvas.paint(region, inside, MOUTH)
    if pose.mouth_open > 0.03:
        tongue = region.ellipse(0.0, 0.10 * pose.mouth_curve * 0.6 + below, half * 0.6, below * 0.75)
        canvas.paint(region, region.cover(tongue) * inside * np.float32(pose.tongue), TONGUE)
        teeth = np.abs(y + above) - opening * 0.28
        canvas.paint(region, region.cover(teeth) * inside * np.float32(pose.teeth), WHITE)


def _tears(canvas: Canvas, face: Frame, pose: FacePose) -> None:
    if pose.tears < 0.02:
        return
    for side, start in ((-1, 0.0), (1, 0.5)):
        way = (2.0 * pose.drift + start) % 1.0
        x, y = side * (0.27 + 0.06 * way), 0.09 + 0.3 * way
        _drop(canvas, face.at(x, y), 0.04, pose.tears * min(1.0, 5.0 * way, 5.0 * (1.0 - way)))


def _drop(canvas: Canvas, frame: Frame, size: float, strength: float) -> None:
    region = canvas.region(frame, -2 * size, -3 * size, 2 * size, 2 * size)
    points = np.array([[0.0, -2.0 * size], [0.0, 0.0]], np.float32)
    drop = region.stroke(points, np.array([0.1 * size, size], np.float32))
    canvas.paint(region, region.cover(drop) * np.float32(strength), TEAR)
    shine = region.ellipse(-0.3 * size, -0.1 * size, 0.3 * size, 0.4 * size)
    canvas.paint(region, region.cover(shine) * np.float32(strength), TEAR_LIT)


def _signs(canvas: Canvas, head: Frame, muzzle: Frame, pose: FacePose) -> None:
    """Steam, hearts and the like."""
