"""Signs of strong feelings around Ember: tears, sweat, steam, hearts, sparks, sleep.

They move with `FacePose.drift`, each a whole number of times per loop.
"""

import math

import numpy as np

from .canvas import Canvas, colour
from .controls import FacePose
from .shapes import Frame, polyline

__all__ = ["draw_signs"]

_TEAR, _TEAR_LIT = colour("62c2ff"), colour("e2f6ff")
_STEAM = colour("f1ecf7")
_HEART, _HEART_LIT = colour("ff5488"), colour("ffb3c8")
_STAR = colour("ffe98a")
_SLEEP = colour("cfe0ff")
_LEAST = 0.03  # below this strength a sign is not drawn


def draw_signs(canvas: Canvas, head: Frame, pose: FacePose) -> None:
    for strength, draw in (
        (pose.tears, _tears),
        (pose.sweat, _sweat),
        (pose.steam, _steam),
        (pose.hearts, _hearts),
        (pose.sparkle, _sparkle),
        (pose.sleep, _sleep),
    ):
        if strength > _LEAST:
            draw(canvas, head, strength, pose.drift)


def _fading(way: float) -> float:
    """The opacity along a way from 0 to 1: fades in and out."""
    return min(1.0, 5.0 * way, 4.0 * (1.0 - way))


def _tears(canvas: Canvas, head: Frame, strength: float, drift: float) -> None:
    for side, start in ((-1, 0.0), (1, 0.5)):
        way = (2.0 * drift + start) % 1.0
        frame = head.at(side * (0.29 + 0.07 * way), 0.10 + 0.36 * way * way)
        _drop(canvas, frame, 0.045, strength * _fading(way))


def _sweat(canvas: Canvas, head: Frame, strength: float, drift: float) -> None:
    for side, start in ((1, 0.0), (-1, 0.6)):
        way = (drift + start) % 1.0
        frame = head.at(side * (0.43 + 0.06 * way), -0.27 + 0.26 * way)
        _drop(canvas, frame, 0.042, strength * _fading(way))


def _drop(canvas: Canvas, frame: Frame, size: float, strength: float) -> None:
    region = canvas.region(frame, -1.1 * size, -2.3 * size, 1.1 * size, 1.1 * size)
    line = np.array([[0.0, -2.2 * size], [0.0, 0.0]], np.float32)
    drop = region.cover(region.stroke(line, np.array([0.05 * size, size], np.float32)))
    drop *= strength
    canvas.paint(region, drop, _TEAR)
    shine = region.cover(region.ellipse(-0.35 * size, 0.0, 0.26 * size, 0.4 * size))
    shine *= strength
    canvas.paint(region, shine, _TEAR_LIT)


def _steam(canvas: Canvas, head: Frame, strength: float, drift: float) -> None:
    for index in range(8):
        side, step = (-1, 1)[index % 2], index // 2
        way = (2.0 * drift + step / 4.0) % 1.0
        size = 0.05 + 0.12 * way
        frame = head.at(side * (0.14 + 0.75 * way), 0.16 - 0.25 * way * way)
        region = canvas.region(frame, -size, -size, size, size)
        puff = np.minimum(2.5 * region.halo(size, size), 1.0)
        puff *= strength * 0.9 * min(1.0, 6.0 * way) * (1.0 - way)
        canvas.paint(region, puff, _STEAM)


def _hearts(canvas: Canvas, head: Frame, strength: float, drift: float) -> None:
    for index in range(5):
        way = (drift + index / 5.0) % 1.0
        side = (-1, 1)[index % 2]
        x = side * (0.60 + 0.08 * math.sin(math.tau * (way + 0.3 * index)))
        size = 0.06 + 0.03 * (index % 3)
        frame = Frame().at(head.x0 + x, 0.35 - 1.05 * way, turn=0.25 * math.sin(9.0 * way + index))
        region = canvas.region(frame, -1.3 * size, -1.4 * size, 1.3 * size, 1.2 * size)
        # The heart x² + (y - 0.7 √|x|)² = 1, with y up.
        x_, y_ = np.abs(region.x) / size, region.y / (-size)
        radius = np.hypot(x_, y_ - 0.7 * np.sqrt(x_))
        heart = region.cover((radius - 1.0) * (0.75 * size))
        heart *= strength * _fading(way)
        canvas.paint(region, heart, _HEART)
        shine = region.cover(region.ellipse(-0.45 * size, -0.5 * size, 0.2 * size, 0.16 * size))
        canvas.paint(region, shine * heart, _HEART_LIT)


def _sparkle(canvas: Canvas, head: Frame, strength: float, drift: float) -> None:
    places = (
        (-0.78, -0.42),
        (0.80, -0.30),
        (-0.62, -0.74),
        (0.66, -0.70),
        (-0.86, 0.28),
        (0.86, 0.32),
    )
    for index, (x, y) in enumerate(places):
        twinkle = 0.5 + 0.5 * math.sin(math.tau * (2 * drift + index * 0.382))
        size = 0.05 + 0.09 * twinkle
        region = canvas.region(Frame().at(head.x0 + x, y), -size, -size, size, size)
        # An astroid: √|x| + √|y| = 1.
        arms = np.sqrt(np.abs(region.x)) + np.sqrt(np.abs(region.y))
        star = region.cover((arms - (math.sqrt(size))) * (math.sqrt(size)))
        star *= strength * (0.25 + 0.75 * twinkle)
        canvas.paint(region, star, _STAR)


def _sleep(canvas: Canvas, head: Frame, strength: float, drift: float) -> None:
    letter = polyline(np.array([-1.0, 1.0, -1.0, 1.0]), np.array([-1.0, -1.0, 1.0, 1.0]))
    for index in range(3):
        way = (drift + index / 3.0) % 1.0
        size = 0.03 + 0.05 * way
        x = head.x0 + 0.42 + 0.30 * way + 0.03 * math.sin(math.tau * (way + index / 3.0))
        frame = Frame().at(x, head.y0 - 0.35 - 0.42 * way, turn=-0.2 + 0.3 * way)
        region = canvas.region(frame, -1.4 * size, -1.4 * size, 1.4 * size, 1.4 * size)
        line = region.cover(region.stroke(letter * size, np.full(4, 0.26 * size, np.float32)))
        line *= strength * _fading(way)
        canvas.paint(region, line, _SLEEP)
