"""A gentle warp that moves a picture by a `FacePose`.

Lengths are in units of half the picture's shorter side, x to the right, y down, from its middle, as
in the pose. An edge that the figure touches stays in place, so that nothing beyond it shows. At a
transparent edge the figure moves freely.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..face.controls import FacePose

__all__ = ["ROOM", "Eye", "Lids", "Warp"]

Array = NDArray[np.float32]

Eye = tuple[float, float, float, float]
"""Left, top, width and height of an eye, as parts of the picture's width and height."""

# The distance from a fixed edge at which the picture moves by the full amount.
_REACH, _REACH_ABOVE_FOOT = 0.5, 1.3
_TOUCHES = 12.0  # mean alpha along an edge, 0 to 255
# Full movements of a drawn face look torn on a picture.
_TILT, _SHIFT, _SQUASH = 0.6, 0.85, 0.4
_TURN, _NOD = 0.11, 0.09
_BREATH, _CHEST = 0.014, 0.02
# For an eye, in its half heights: where the lid begins above its middle, the height of its lashes,
# and how far down the lid comes.
_TOP, _LASHES, _LOWEST = 0.9, 0.26, 0.7
# How much larger than its mark an eye is taken, so that lashes beyond it do not count as skin.
ROOM = 1.1, 1.25


@dataclass(frozen=True, slots=True)
class Lids:
    """The cover of an eye, in a box of the picture with even edges.

    Attributes:
        rows, columns: of the picture.
        places: for each pixel, the column and row of its skin, in pixels.
        skin: opacity of the skin, 0 to 1.
        lashes: opacity of the skin where the moving lash is no darker than it, 0 to 1.
    """

    rows: slice
    columns: slice
    places: tuple[Array, Array]
    skin: Array
    lashes: Array


@dataclass(frozen=True, slots=True)
class _Box:
    """Left, top, right and bottom of the visible figure, in units."""

    left: float
    top: float
    right: float
    bottom: float


class Warp:
    """Warps a picture of `width` by `height` pixels.

    Args:
        alpha: (height, width), 0 to 255; None if the picture is opaque.
        eyes: positions of its eyes.
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

    def sources(self, pose: FacePose) -> tuple[Array, Array, list[Lids]]:
        """The source column and row of each pixel, in pixels, and the covers of the eyes."""
        right, down = self._moved_from(pose)
        right -= _TURN * pose.turn * self._head
        down -= _NOD * pose.nod * self._head
        right -= _CHEST * pose.breath * self._chest
        down += _BREATH * pose.breath * np.maximum(self._foot[1] - self._y, 0.0) * self._window
        x, y = self._x + right, self._y + down
        lids = []
        for eye, opening in zip(self._eyes, self._openings(pose), strict=True):
            closed, squint = min(max(1.0 - opening, 0.0), 1.0), 0.5 * pose.squint
            if closed >= 1e-3 or squint >= 1e-3:
                lids += self._lids(x, y, eye, closed, squint)
        return *self._pixels(x, y), lids

    def insides(self) -> list[NDArray[np.bool_]]:
        """A mask of the pixels of each eye."""
        return [np.hypot(*_within(self._x, self._y, eye)) < 1.0 for eye in self._eyes]

    def _pixels(self, x: Array, y: Array) -> tuple[Array, Array]:
        return x * self._scale + self._middle[0], y * self._scale + self._middle[1]

    def _lids(self, x: Array, y: Array, eye: Eye, closed: float, squint: float) -> list[Lids]:
        """Moves the lashes down in `y`; returns the skin above and below them."""
        u, v = _within(x, y, eye)
        there = np.abs(u) < 1.0
        there &= np.abs(v) < 1.0 + _LASHES
        if not there.any():
            return []
        rows, columns = (_even(np.asarray(there.any(axis=axis))) for axis in (1, 0))
        box = rows, columns
        places = self._pixels(x[box], y[box])
        u, v, there = u[box], v[box], there[box]
        edge = np.sqrt(np.maximum(1.0 - u * u, 0.0))  # the eye's outline, an ellipse
        lid = edge * (closed * (_TOP + _LOWEST) - _TOP)
        lashes = lid + _LASHES * edge
        is_lashes = there & (v >= lid) & (v < lashes) & (closed > 0.0)
        is_skin = there & (v > -_TOP * edge) & (v < lid)
        is_skin |= there & (v > np.maximum(edge * (1.0 - squint), lashes)) & (v < edge)
        moved = np.where(is_lashes, v - lid - _TOP * edge, v)
        y[box] = moved * eye[3] + eye[1]
        seen = closed * is_lashes.astype(np.float32)
        return [Lids(rows, columns, places, is_skin.astype(np.float32), seen)]

    def _moved_from(self, pose: FacePose) -> tuple[Array, Array]:
        """The offset from each point to its source: turned and scaled about the neck."""
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
        """The opening of each eye; those left of the middle of all have the pose's left one."""
        middle = sum(eye[0] for eye in self._eyes) / max(1, len(self._eyes))
        return [pose.eye_left if eye[0] <= middle else pose.eye_right for eye in self._eyes]


def _within(x: Array, y: Array, eye: Eye) -> tuple[Array, Array]:
    """Points in half widths and half heights of an eye, from its middle."""
    across, down, half_width, half_height = eye
    return (x - across) / half_width, (y - down) / half_height


def _even(there: NDArray[np.bool_]) -> slice:
    """A slice from the first to the last True, in whole pairs."""
    found = np.nonzero(there)[0]
    return slice(int(found[0]) // 2 * 2, (int(found[-1]) // 2 + 1) * 2)


def _window(x: Array, y: Array, alpha: Array | None) -> tuple[Array, bool]:
    """The part of a movement that each point makes, 0 to 1, and whether the lower edge stays."""
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
    """The middle of the head, and its approximate size."""
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
