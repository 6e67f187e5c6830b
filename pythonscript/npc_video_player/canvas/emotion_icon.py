"""Draws a small round face for each emotion that the procedural face knows.

It is a few strokes from the same table of poses, so that icon and face always agree. Other words
have no icon.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from godot import RID, Color
from npc_video.face.controls import FacePose
from npc_video.face.expressions import EXPRESSIONS
from npc_video.face.words import EXPRESSION_WORDS, resolve_expression

from . import strokes

_INK = Color(0.20, 0.09, 0.16)
_WHITE = Color(1.0, 0.98, 0.94)
_DROP = Color(0.30, 0.66, 1.0)
_HEART = Color(0.93, 0.16, 0.36)
_BLUSH = Color(1.0, 0.31, 0.41, 0.55)
_SKIN: Mapping[str, Color] = MappingProxyType(
    {
        **dict.fromkeys(EXPRESSIONS, Color(1.0, 0.82, 0.36)),
        "sad": Color(0.55, 0.73, 0.95),
        "scared": Color(0.74, 0.71, 0.93),
        "sleepy": Color(0.63, 0.71, 0.88),
        "angry": Color(0.98, 0.41, 0.31),
        "annoyed": Color(1.0, 0.62, 0.36),
        "disgusted": Color(0.66, 0.80, 0.38),
        "curious": Color(0.56, 0.86, 0.79),
        "interested": Color(0.62, 0.88, 0.66),
        "aroused": Color(1.0, 0.70, 0.26),
        "love": Color(1.0, 0.64, 0.72),
        "shy": Color(1.0, 0.74, 0.62),
    }
)
# Shapes for Ember's large head are bolder here, so that they are clear at the size of a letter.
_EYE_X, _EYE_Y, _MOUTH_Y = 0.34, -0.14, 0.36
_STROKE = 0.11
_TILT = 1.6
_STRONG = 0.5  # the smallest size of a sign that is drawn


def icon_for(emotion: str) -> str | None:
    """Returns the name of the icon for `emotion`, if any."""
    name = resolve_expression(emotion)
    is_known = name != "neutral" or emotion.strip().lower() in EXPRESSION_WORDS
    return name if is_known else None


def draw_icon(item: RID, name: str, centre: Sequence[float], radius: float) -> None:
    """Draws the icon of `icon_for` as a disc of `radius` pixels."""
    face = EXPRESSIONS[name]
    pen = _Pen(item, centre, radius, _TILT * face.tilt)
    pen.disc(0.0, 0.0, 1.0, _SKIN[name])
    if face.blush >= _STRONG:
        for x in (-0.58, 0.58):
            pen.disc(x, 0.22, 0.2, _BLUSH)
    for side, up, height in (
        (-1, face.eye_left, face.brow_left),
        (1, face.eye_right, face.brow_right),
    ):
        if face.hearts >= _STRONG:
            pen.area(_heart(side * 0.36, _EYE_Y, 0.25), _HEART)
        else:
            _eye(pen, face, side, up)
            _brow(pen, face, side, height)
    _mouth(pen, face)
    _signs(pen, face)


class _Pen:
    """Draws in units of the icon's radius, around its centre."""

    def __init__(self, item: RID, centre: Sequence[float], radius: float, turn: float):
        self._item, self._centre, self._radius = item, centre, radius
        self._cos, self._sin = math.cos(turn) * radius, math.sin(turn) * radius

    def disc(self, x: float, y: float, radius: float, colour: Color) -> None:
        strokes.disc(self._item, self._at(x, y), radius * self._radius, colour)

    def line(self, points: strokes.Points, width: float, colour: Color) -> None:
        placed = [self._at(*point) for point in points]
        strokes.line(self._item, placed, width * self._radius, colour)

    def area(self, points: strokes.Points, colour: Color) -> None:
        strokes.area(self._item, [self._at(*point) for point in points], colour)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._centre[0] + self._cos * x - self._sin * y,
            self._centre[1] + self._sin * x + self._cos * y,
        )


def _eye(pen: _Pen, face: FacePose, side: int, up: float) -> None:
    middle = side * _EYE_X, _EYE_Y
    if up < 0.4:
        pen.line(strokes.arc(middle, (0.17, 0.10), 0.1, math.pi - 0.1, 7), _STROKE, _INK)
    elif face.squint > 0.42:
        lid = strokes.arc((middle[0], middle[1] + 0.06), (0.17, 0.15), math.pi, math.tau, 9)
        pen.line(lid, _STROKE, _INK)
    elif up > 1.15:
        pen.area(strokes.arc(middle, (0.21, 0.25), 0.0, math.tau * 0.95, 20), _WHITE)
        pen.disc(*middle, 0.09 + 0.06 * face.pupil, _INK)
    else:
        gaze = middle[0] + 0.09 * face.gaze_x, middle[1] + 0.05 * face.gaze_y
        height = 0.19 * min(up, 1.05)
        pen.area(strokes.arc(gaze, (0.125, height), 0.0, math.tau * 0.94, 16), _INK)
        pen.disc(gaze[0] - 0.03, gaze[1] - 0.4 * height, 0.045, _WHITE)


def _brow(pen: _Pen, face: FacePose, side: int, height: float) -> None:
    if max(abs(height), abs(face.brow_slant)) < 0.4:
        return
    y = -0.47 - 0.12 * height
    fall = 0.15 * face.brow_slant
    pen.line([(side * 0.14, y + fall), (side * 0.50, y - 0.6 * fall)], 0.09, _INK)


def _mouth(pen: _Pen, face: FacePose) -> None:
    """Draws the bent ellipse of Ember's mouth."""
    half = 0.44 * face.mouth_width
    bend, opening = 0.26 * face.mouth_curve, 0.62 * face.mouth_open
    above = opening * (0.5 - 0.38 * face.mouth_curve)
    below = opening - above
    places = [math.sin(math.pi * (step / 12.0 - 0.5)) for step in range(13)]

    def edge(reach: float) -> list[tuple[float, float]]:
        return [
            (
                half * t,
                _MOUTH_Y - 0.10 * face.mouth_skew * t
                + bend * (0.6 - t * t) + reach * math.sqrt(1.0 - t * t),
            )
            for t in places
        ]  # fmt: skip

    lip = edge(-above)
    if opening > 0.06:
        pen.area(lip + edge(below)[-2:0:-1], _INK)
        if face.teeth >= _STRONG:
            bite = edge(-above + 0.45 * opening)
            pen.area(lip[2:-2] + bite[-3:1:-1], _WHITE)
    pen.line(lip, _STROKE, _INK)


def _signs(pen: _Pen, face: FacePose) -> None:
    if face.tears >= _STRONG:
        pen.area(_drop(-0.46, 0.34, 0.17), _DROP)
    if face.sweat >= _STRONG:
        pen.area(_drop(0.74, -0.34, 0.20), _DROP)
    if face.sparkle >= _STRONG:
        pen.area(_star(0.78, -0.70, 0.42), _WHITE)
    if face.sleep >= _STRONG:
        x, y, size = 0.66, -0.72, 0.22
        letter = [(x - size, y - size), (x + size, y - size), (x - size, y + size)]
        pen.line([*letter, (x + size, y + size)], 0.10, _WHITE)


def _drop(x: float, y: float, size: float) -> list[tuple[float, float]]:
    return [(x, y - 2.2 * size), *strokes.arc((x, y), (size, size), -0.5, math.pi + 0.5, 14)]


def _heart(x: float, y: float, size: float) -> list[tuple[float, float]]:
    """Returns the heart x² + (y - 0.7 √|x|)² = 1 of `npc_video.face.signs`, with y up."""
    angles = [math.tau * step / 28.0 for step in range(28)]
    return [
        (
            x + size * math.cos(angle),
            y - size * (math.sin(angle) + 0.7 * math.sqrt(abs(math.cos(angle))) - 0.3),
        )
        for angle in angles
    ]


def _star(x: float, y: float, size: float) -> list[tuple[float, float]]:
    """Returns a star of four points, hollow between them."""
    angles = [math.tau * step / 8.0 for step in range(8)]
    reaches = [size, 0.3 * size] * 4
    return [
        (x + reach * math.cos(angle), y + reach * math.sin(angle))
        for reach, angle in zip(reaches, angles, strict=True)
    ]
