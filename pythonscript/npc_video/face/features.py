"""Ember's features: cheeks, eyes, brows, muzzle and mouth, which carry the expression.

They are drawn over the head from `ember`. They slide over it when it turns and bows, the muzzle
most of all, which makes the head look round.
"""

import numpy as np

from .canvas import Blend, Canvas, colour
from .controls import FacePose
from .shapes import Array, Frame, Region, polyline, ramp, stripes

__all__ = ["INK", "OUTLINE", "draw_features"]

INK = colour("5f1f2c")
OUTLINE = 0.014
_SKIN_SHADE = colour("cc4a38")
_CREAM_LIT, _CREAM_SHADE = colour("fff3d4"), colour("f5bb80")
_LID, _LID_SHADE = colour("f08a4c"), colour("d4603a")
_WHITE, _WHITE_SHADE = colour("ffffff"), colour("b9c6de")
_IRIS_LIT, _IRIS, _IRIS_RIM = colour("86f5c4"), colour("14a08e"), colour("0a4550")
_PUPIL = colour("0e1226")
_MOUTH, _MOUTH_DEEP = colour("8c2340"), colour("4a1028")
_TONGUE, _TONGUE_LIT = colour("ec6a78"), colour("ff9aa2")
_TOOTH = colour("fffaf0")
_BLUSH = colour("ff4f68")
_BROW = np.linspace(-1.0, 1.0, 6, dtype=np.float32)
_LIP = np.linspace(-1.0, 1.0, 9, dtype=np.float32)
_FANG = 6  # index of the lip's point, half way to its right end, from which the fang hangs
_FANG_SHAPE = np.array([[0.0, 0.008], [0.003, 0.042]], np.float32)
_FANG_RADII = np.array([0.017, 0.003], np.float32)


def draw_features(canvas: Canvas, head: Frame, pose: FacePose) -> None:
    face = head.at(0.085 * pose.turn, 0.075 * pose.nod)
    muzzle = face.at(0.035 * pose.turn, 0.25 + 0.03 * pose.nod)
    _cheeks(canvas, face, pose)
    _muzzle(canvas, muzzle, pose)
    for side in (-1, 1):
        _eye(canvas, face, pose, side)
        _brow(canvas, face, pose, side)
    _mouth(canvas, muzzle, pose)


def _cheeks(canvas: Canvas, face: Frame, pose: FacePose) -> None:
    for side in (-1, 1):
        region = canvas.region(face.at(0.40 * side, 0.18), -0.17, -0.13, 0.17, 0.13)
        spot = region.halo(0.17, 0.13)
        spot *= pose.blush
        canvas.paint(region, spot, _BLUSH)
    # Scales on the forehead: those points of a lattice that lie in a lens.
    region = canvas.region(face.at(0.0, -0.40), -0.11, -0.09, 0.11, 0.09)
    x = stripes(region.x + 0.6 * region.y, 0.07, 0.044)
    y = stripes(0.6 * region.x - region.y, 0.07, 0.044)
    mark = region.cover(np.maximum(x, y))
    mark *= 0.5 * np.minimum(3.0 * region.halo(0.11, 0.09), 1.0)
    canvas.paint(region, mark, _SKIN_SHADE)


def _eye(canvas: Canvas, face: Frame, pose: FacePose, side: int) -> None:
    """The opening between two lids, which slide over a round eye."""
    up = pose.eye_right if side > 0 else pose.eye_left
    wide = max(up - 1.0, 0.0)
    rx, ry = 0.16 + 0.05 * wide, 0.19 + 0.10 * wide
    region = canvas.region(
        face.at(0.235 * side, -0.085), -rx - 0.03, -ry - 0.03, rx + 0.03, ry + 0.03
    )
    x = region.x * (1.0 / rx)
    x2 = x * x
    arch = np.sqrt(np.maximum(1.0 - x2, 0.03))
    # Vertical distances to a lid are too long where it is steep.
    steep = arch / np.sqrt(arch * arch + (ry / rx) ** 2 * x2)
    upper = arch * (ry * (1.0 - 2.0 * min(up, 1.0)) - (0.5 * ry * pose.lid_slant * side) * x)
    lower = arch * (ry * (1.0 - 2.0 * pose.squint))
    below_upper, above_lower = region.y - upper, lower - region.y
    shadow = ramp(below_upper, 0.0, 0.11)
    below_upper *= steep
    above_lower *= steep
    socket = region.ellipse(0.0, 0.0, rx, ry)
    opening = np.maximum(socket, -np.minimum(below_upper, above_lower))
    seen, inked = region.cover(opening), region.cover(opening, OUTLINE)
    edge = np.maximum(below_upper, -above_lower)
    lid = region.cover(np.maximum(socket, edge))
    lashed = region.cover(np.maximum(socket, np.abs(edge) - 0.019))
    skin = Blend(_LID, _LID_SHADE, ramp(below_upper, -0.25, 0.0))
    ball = Blend(Blend(skin, INK, inked), Blend(_WHITE_SHADE, _WHITE, shadow), seen)
    covered = np.maximum(np.maximum(lid, inked), lashed)
    canvas.paint(region, covered, Blend(ball, INK, lashed))
    seen -= seen * lashed
    _iris(canvas, face, region, seen, pose, side)


def _iris(canvas: Canvas, face: Frame, eye: Region, seen: Array, pose: FacePose, side: int) -> None:
    x, y = 0.235 * side + 0.05 * pose.gaze_x - 0.012 * side, -0.08 + 0.055 * pose.gaze_y
    size = 0.122 * (0.82 + 0.18 * pose.pupil)
    frame = face.at(x, y)
    region = canvas.region(frame, -size, -1.12 * size, size, 1.12 * size)
    region_seen = region.cut(seen, eye)
    disc = region.ellipse(0.0, 0.0, size, 1.12 * size)
    shine = Blend(_IRIS, _IRIS_LIT, ramp(region.y, -0.02, 0.12))
    ringed = Blend(_IRIS_RIM, shine, region.cover(disc, -0.016))
    pupil = region.ellipse(0.0, 0.0, 0.070 * pose.pupil, 0.088 * pose.pupil)
    filled = Blend(ringed, _PUPIL, region.cover(pupil))
    canvas.paint(region, region.cover(disc) * region_seen, filled)
    for dx, dy, radius in ((-0.042, -0.055, 0.036), (0.045, 0.055, 0.018)):
        spot = canvas.region(frame.at(dx, dy), -radius, -radius, radius, radius)
        glint = spot.cover(spot.ellipse(0.0, 0.0, radius, radius))
        canvas.paint(spot, glint * spot.cut(seen, eye), _WHITE)


def _brow(canvas: Canvas, face: Frame, pose: FacePose, side: int) -> None:
    height = pose.brow_right if side > 0 else pose.brow_left
    reach = 0.06 + 0.1 * abs(pose.brow_slant)
    frame = face.at(0.235 * side, -0.335 - 0.07 * height, sx=side)
    region = canvas.region(frame, -0.17, -reach, 0.17, reach)
    t = _BROW
    y = 0.03 * t * t - 0.10 * pose.brow_slant * t - 0.015
    radii = 0.027 - 0.010 * t - 0.006 * t * t
    canvas.paint(region, region.cover(region.stroke(polyline(0.13 * t, y), radii)), INK)


def _muzzle(canvas: Canvas, muzzle: Frame, pose: FacePose) -> None:
    region = canvas.region(muzzle, -0.37, -0.20, 0.37, 0.25)
    snout = region.ellipse(0.0, 0.025, 0.36, 0.215)
    shade = Blend(_CREAM_LIT, _CREAM_SHADE, ramp(region.y, -0.1, 0.26))
    canvas.paint(region, region.cover(snout), shade)
    flare = 1.0 + 0.4 * pose.nose
    for side in (-1, 1):
        frame = muzzle.at(0.08 * side, -0.105 - 0.015 * pose.nose, turn=0.5 * side)
        nostril = canvas.region(frame, -0.05, -0.03, 0.05, 0.03)
        hole = nostril.cover(nostril.ellipse(0.0, 0.0, 0.031 * flare, 0.018 * flare))
        canvas.paint(nostril, hole, INK)


def _mouth(canvas: Canvas, muzzle: Frame, pose: FacePose) -> None:
    """A bent ellipse. The bend is the smile, the height is the opening; the lip is above it.

    A smile opens downwards from the lip, a frown upwards, and a round mouth both ways.
    """
    frame = muzzle.at(0.0, 0.045, turn=-0.16 * pose.mouth_skew)
    half = 0.225 * pose.mouth_width
    bend, opening = 0.095 * pose.mouth_curve, 0.22 * pose.mouth_open
    above = opening * (0.5 - 0.38 * pose.mouth_curve)
    below = opening - above
    if opening > 0.005:
        top = min(0.6 * bend - above, -0.4 * bend) - 0.03
        bottom = max(0.6 * bend + below, -0.4 * bend) + 0.03
        region = canvas.region(frame, -half - 0.03, top, half + 0.03, bottom)
        _open_mouth(canvas, region, pose, half, bend, above, below)
    t = _LIP
    lip = bend * (0.6 - t * t) - above * np.sqrt(1.0 - t * t)
    radii = 0.017 - 0.006 * t * t
    line = canvas.region(
        frame, -half - 0.02, float(lip.min()) - 0.02, half + 0.02, float(lip.max()) + 0.02
    )
    canvas.paint(line, line.cover(line.stroke(polyline(half * t, lip), radii)), INK)
    _fang(canvas, frame.at(0.5 * half, float(lip[_FANG])))


def _fang(canvas: Canvas, frame: Frame) -> None:
    region = canvas.region(frame, -0.03, -0.01, 0.03, 0.06)
    tooth = region.stroke(_FANG_SHAPE, _FANG_RADII)
    canvas.outlined(region, tooth, _TOOTH, INK, 0.008)


def _open_mouth(
    canvas: Canvas, region: Region, pose: FacePose, half: float, bend: float, above: float,
    below: float,
) -> None:  # fmt: skip
    x = region.x * (1.0 / half)
    x *= x
    y = region.y - bend * (0.6 - x)
    height = np.where(y < 0.0, (above + 0.004), (below + 0.004))
    v = y / height
    squared = x + v * v
    gradient = np.sqrt(x * (1.0 / half**2) + np.square(v / height)) + 1e-6
    # A point past the corners is at least this far away, however flat the mouth is.
    distance = np.maximum((squared - 1.0) / (2.0 * gradient), np.abs(region.x) - half)
    throat = Blend(_MOUTH, _MOUTH_DEEP, ramp(y, below, -above))
    tongue = region.ellipse(0.0, bend * 0.6 + below, half * 0.62, 0.72 * (below + above))
    shown = region.cover(tongue) * pose.tongue
    licked = Blend(throat, Blend(_TONGUE_LIT, _TONGUE, ramp(y, 0.0, below + 0.02)), shown)
    row = y + above * np.sqrt(np.maximum(1.0 - x, 0.0)) - (0.012 + 0.4 * (above + below))
    bitten = Blend(licked, _TOOTH, region.cover(row) * pose.teeth)
    canvas.outlined(region, distance, bitten, INK, OUTLINE)
