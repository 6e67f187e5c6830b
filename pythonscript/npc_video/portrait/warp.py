"""Where each point of a moved picture comes from: a gentle warp, as a `FacePose` asks for it.

Lengths are in units of half the picture's shorter side, x to the right, y down, from its middle, as
those of the pose. An edge that the figure touches stays where it is, so that nothing is seen beyond
it; over one that is transparent it moves freely.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..face.controls import FacePose

__all__ = ["ROOM", "SKIN", "Eye", "Warp"]

Array = NDArray[np.float32]

Eye = tuple[float, float, float, float]
"""Left, top, width and height of an eye, as parts of the picture's width and height."""

# How far from an edge that stays what is in the picture moves by as much as it is to.
_REACH, _REACH_ABOVE_FOOT = 0.5, 1.3
_TOUCHES = 12.0  # mean alpha along an edge, 0 to 255
# What a drawn face does in full looks torn on a picture.
_TILT, _SHIFT, _SQUASH = 0.6, 0.85, 0.4
_TURN, _NOD = 0.11, 0.09
_BREATH, _CHEST = 0.014, 0.02
# Of an eye, in its half heights: how high its lashes are, how much of the skin beyond it becomes a
# lid, and how far down the upper one comes.
_LASHES, SKIN, _LOWEST = 0.36, 0.3, 0.7
# How much larger an eye is taken than it is marked, so that lashes beyond the mark are no skin.
ROOM = 1.1, 1.25


@dataclass(frozen=True, slots=True)
class _Box:
    """Left, top, right and bottom of what there is to see of a figure, in units."""

    left: float
    top: float
    right: float
    bottom: float


class Warp:
    """Of a picture of `width` by `height` pixels.

    Args:
        alpha: (height, width), 0 to 255, None where it is opaque.
        eyes: where its eyes are.
    """

    def __init__(self, width: int, height: int, alpha: Array | None, eyes: tuple[Eye, ...] = ()):
        self._scale = min(width, height) / 2.0
        self._middle = (width - 1) / 2.0, (height - 1) / 2.0
        x = ((np.arange(width) - self._middle[0]) / self._scale).astype(np.float32)
        y = ((np.arange(height) - self._middle[1]) / self._scale).astype(np.float32)
        self._x, self._y = x[None, :], y[:, None]
        self._window, foot_stays = _window(self._x, self._y, alpha)
        half = width / 2.0 / self._scale, height / 2.0 / self._scale
        self._eyes = [_placed(eye, half) for eye in eyes]
        box = _box(self._x, self._y, alpha)
        self._foot = (box.left + box.right) / 2.0, box.bottom
        neck = box.bottom - 0.35 * (box.bottom - box.top) if foot_stays else box.bottom
        self._pivot = self._foot[0], neck
        head, reach = _head(box, self._eyes)
        distance = ((self._x - head[0]) ** 2 + (self._y - head[1]) ** 2) / reach**2
        self._head = np.exp(-distance) * self._window
        chest = (self._y - (box.top + 0.75 * (box.bottom - box.top))) / (0.5 * reach)
        self._chest = (self._x - self._foot[0]) * np.exp(-(chest**2)) * self._window

    def sources(self, pose: FacePose) -> tuple[Array, Array]:
        """Column and row, in pixels, of where each pixel of the picture comes from."""
        right, down = self._moved_from(pose)
        right -= _TURN * pose.turn * self._head
        down -= _NOD * pose.nod * self._head
        right -= _CHEST * pose.breath * self._chest
        down += _BREATH * pose.breath * np.maximum(self._foot[1] - self._y, 0.0) * self._window
        x, y = self._x + right, self._y + down
        for eye, opening in zip(self._eyes, self._openings(pose), strict=True):
            _close(x, y, eye, 1.0 - opening, 0.5 * pose.squint)
        columns: Array = x * self._scale + self._middle[0]
        rows: Array = y * self._scale + self._middle[1]
        return columns, rows

    def _moved_from(self, pose: FacePose) -> tuple[Array, Array]:
        """How far from each point that lies which moves there: turned and sized about the neck."""
        across, up = self._pivot
        wide = pose.scale * (1.0 + _SQUASH * pose.squash)
        tall = pose.scale * (1.0 - _SQUASH * pose.squash)
        x = self._x - across - _SHIFT * pose.shift_x
        y = self._y - up - _SHIFT * pose.shift_y
        angle = _TILT * pose.tilt
        right: Array = x * (math.cos(angle) / wide) + y * (math.sin(angle) / wide)
        down: Array = y * (math.cos(angle) / tall) - x * (math.sin(angle) / tall)
        right += across - self._x
        down += up - self._y
        return right * self._window, down * self._window

    def _openings(self, pose: FacePose) -> list[float]:
        """Of each eye: of those left of the middle of all, the left one of the pose."""
        middle = sum(eye[0] for eye in self._eyes) / max(1, len(self._eyes))
        return [pose.eye_left if eye[0] <= middle else pose.eye_right for eye in self._eyes]


def _close(x: Array, y: Array, eye: Eye, closed: float, squint: float) -> None:
    """Draws the lids of an eye over it: the upper one with its lashes, the lower one as skin.

    The skin of a lid is what lies just beyond the eye, stretched.
    """
    across, down, half_width, half_height = eye
    closed = min(max(closed, 0.0), 1.0)
    if closed < 1e-3 and squint < 1e-3:
        return
    u = (x - across) / half_width
    v = (y - down) / half_height
    rows, columns = np.nonzero((np.abs(u) < 1.0) & (v > -1.0 - SKIN) & (v < 1.0 + SKIN))
    u, v = u[rows, columns], v[rows, columns]
    edge = np.sqrt(1.0 - u * u)  # of the eye: an ellipse
    lid = edge * (closed * (1.0 + _LOWEST) - 1.0)
    lashes = lid + _LASHES * edge
    lower = np.maximum(edge * (1.0 - squint), lashes)
    skin = SKIN * (v + edge + SKIN) / (lid + edge + SKIN) - edge - SKIN
    cheek = edge + SKIN - SKIN * (edge + SKIN - v) / (edge + SKIN - lower)
    opening = np.where(v < lashes, v - lid - edge, v)
    seen = np.where(v < lid, skin, np.where(v > lower, cheek, opening))
    y[rows, columns] = seen * half_height + down


def _window(x: Array, y: Array, alpha: Array | None) -> tuple[Array, bool]:
    """How much of a movement each point makes, 0 to 1; whether the lower edge stays."""
    if alpha is None:
        stays = [True] * 4
    else:
        edges = alpha[:, 0], alpha[0], alpha[:, -1], alpha[-1]
        stays = [float(edge.mean()) > _TOUCHES for edge in edges]
    across, down = np.ones_like(x), np.ones_like(y)
    for index, (window, distance) in enumerate(
        ((across, x - x.min()), (down, y - y.min()), (across, x.max() - x), (down, y.max() - y))
    ):
        if stays[index]:
            part = np.clip(distance / (_REACH_ABOVE_FOOT if index == 3 else _REACH), 0.0, 1.0)
            window *= part * part * (3.0 - 2.0 * part)
    return across * down, stays[3]


def _box(x: Array, y: Array, alpha: Array | None) -> _Box:
    if alpha is not None and (alpha > 127.0).any():
        rows, columns = (np.nonzero((alpha > 127.0).any(axis=axis))[0] for axis in (1, 0))
        x, y = x[:, columns], y[rows]
    return _Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def _head(box: _Box, eyes: list[Eye]) -> tuple[tuple[float, float], float]:
    """The middle of the head, and about how large it is."""
    wide, tall = box.right - box.left, box.bottom - box.top
    reach = 0.4 * min(wide, tall)
    if eyes:
        across = sum(eye[0] for eye in eyes) / len(eyes)
        return (across, sum(eye[1] for eye in eyes) / len(eyes) + 0.15 * reach), reach
    return ((box.left + box.right) / 2.0, box.top + min(0.42 * tall, 0.4 * wide)), reach


def _placed(eye: Eye, half: tuple[float, float]) -> Eye:
    """Middle and half size of an eye, in units."""
    left, top, width, height = eye
    return (
        (2.0 * left + width - 1.0) * half[0],
        (2.0 * top + height - 1.0) * half[1],
        max(1e-3, ROOM[0] * width * half[0]),
        max(1e-3, ROOM[1] * height * half[1]),
    )
