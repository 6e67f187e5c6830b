"""Reads the motion between frames from the codec's motion vectors.

The encoder has already searched for them, so they cost almost nothing. But it searched for the
smallest file, not for true motion, so outliers are removed. H.264 and MPEG-4 have vectors.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .matching import best_scale

__all__ = ["CELL", "MotionReader"]

CELL = 8
"""Pixels of the clip across and down per cell of the grid."""

# Size of the blocks of H.264 and MPEG-4; a vector is for one, or for a half or quarter.
_BLOCK = 16
# A smaller part of the picture than this has vectors after a cut.
_LEAST_COVERED = 0.5
# The most frames that may be displayed in another order than decoded (H.264, A.3.1).
_REORDERED = 16
_TRIED = 3  # frames that a vector may refer to
_EIGHT_BITS = frozenset(
    f"yuv{full}{sampling}p" for full in ("", "j") for sampling in ("420", "422", "444")
)
_STEPS = 4  # of motion per pixel
_STILL = 128  # the byte for no motion
# Limit in steps: more than bytes can represent, and small enough for the arithmetic.
_FARTHEST = 1000
# The largest difference in steps between a cell and the median of its neighbours.
_LARGEST_STRAY = 8
_B_FRAME = 3
_SLICE, _KEY_SLICE = 1, 5  # types of NAL units


class MotionReader:
    """Reads the motion of frames during one pass through a clip, in order of display.

    FFmpeg says whether a vector refers to an earlier or a later frame, but not to which one. The
    nearest reference frame is assumed, as encoders prefer it. In P-frames, where they often choose
    others, the pictures are compared.

    Args:
        context: the decoder.
    """

    def __init__(self, context: Any):
        self._cells = -(-context.height // CELL), -(-context.width // CELL)
        # Vectors are for whole blocks, which may extend beyond the picture.
        self._rows, self._columns = (
            2 * -(-size // _BLOCK) for size in (context.height, context.width)
        )
        self._is_h264 = context.name == "h264"
        self._nal_length_size = _nal_length_size(context.extradata) if self._is_h264 else 0
        self._sent = 0
        # Frames that were sent and not displayed yet, by time stamp: their positions in the file,
        # and whether they are reference frames.
        self._coming: dict[int, tuple[int, bool]] = {}
        self._previous: int | None = None
        self._picture: Any = None
        self._references: deque[tuple[int, int]] = deque(maxlen=_REORDERED)  # time stamp, position

    def send(self, packet: Any) -> None:
        """Notes a packet; call it with each packet before decoding that."""
        if packet.pts is not None and packet.size:
            is_reference = _is_reference(memoryview(packet), self._nal_length_size)
            self._coming[packet.pts] = self._sent, is_reference
            self._sent += 1

    def read(self, picture: Any) -> NDArray[np.uint8] | None:
        """The motion from the previously displayed frame to `picture`.

        Returns:
            Bytes of shape (rows, columns, 4), for an RGBA texture. Each cell of `CELL`² pixels of
            this frame says by how many pixels its content has moved to the right, (R - 128) / 4,
            and down, (G - 128) / 4; from -32 to 31.75. B is 255 if that comes from a vector, and 0
            if from the neighbours; A is 255. None if unknown: for key frames, after cuts, and for
            codecs without vectors.
        """
        now, is_b_frame = picture.pts, picture.pict_type == _B_FRAME
        order, is_reference = self._coming.pop(now, (None, False))
        if order is None:
            self._previous = None
            return None
        # An earlier frame in display order may not be decoded yet.
        earlier = reversed(self._references)
        pasts = [time for time, place in earlier if place < order and time < now][:_TRIED]
        previous, self._previous = self._previous, now
        before, self._picture = self._picture, picture
        if is_reference or not is_b_frame:
            self._references.append((now, order))
        vectors = picture.side_data.get("MOTION_VECTORS")
        if vectors is None or previous is None or not pasts or picture.interlaced_frame:
            return None
        if not pasts[0] <= previous < now:
            return None  # damaged time stamps
        if is_b_frame and not self._is_h264:
            return None  # FFmpeg has no vectors for B-frames of MPEG-4, and exports zeros
        future = self._next_reference(now, order)
        # Content here comes from the place that a vector to the past refers to, and goes to the one
        # that a vector to the future refers to.
        from_past = -(now - previous) / (now - pasts[0])
        from_future = (now - previous) / (future - now) if future is not None else 0.0
        found = self._field(vectors.to_ndarray(), from_past, from_future)
        if found is None:
            return None
        known, motion = found
        if not is_b_frame and picture.format.name in _EIGHT_BITS:
            farther = [(now - pasts[0]) / (now - past) for past in pasts[1:]]
            _correct(known, motion, before, picture, farther)
        return self._grid(known, motion)

    def _next_reference(self, now: int, order: int) -> int | None:
        later = (
            time
            for time, (place, is_reference) in self._coming.items()
            if is_reference and time > now and place < order
        )
        return min(later, default=None)

    def _field(
        self, vectors: NDArray[Any], from_past: float, from_future: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.int16]] | None:
        """The result of `_spread` for the vectors; None after a cut."""
        if not from_future:
            vectors = vectors[vectors["source"] < 0]
        scale = np.where(vectors["source"] < 0, from_past, from_future) / vectors["motion_scale"]
        known, motion = self._spread(vectors, scale * _STEPS)
        if np.count_nonzero(known) < _LEAST_COVERED * known.size:
            return None
        return known, motion

    def _grid(self, known: NDArray[np.bool_], motion: NDArray[np.int16]) -> NDArray[np.uint8]:
        rows, columns = self._cells
        grid = np.full((rows, columns, 4), 255, np.uint8)
        smooth = _smooth(known, motion)[:, :rows, :columns]
        np.clip(smooth + _STILL, 0, 255, out=smooth)
        grid[..., 0], grid[..., 1] = smooth
        grid[..., 2] *= known[:rows, :columns]
        return grid

    def _spread(
        self, vectors: NDArray[Any], scale: NDArray[Any]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
        """The cells that have vectors, and the means of these times `scale`.

        Their shapes are (rows, columns) and (2, rows, columns).
        """
        wide, high = vectors["w"], vectors["h"]
        left, top = (vectors["dst_x"] - wide // 2) // CELL, (vectors["dst_y"] - high // 2) // CELL
        inside = (left >= 0) & (left < self._columns) & (top >= 0) & (top < self._rows)
        # Large blocks at the edge of a damaged frame need an extra row and column.
        columns = self._columns + 1
        size = (self._rows + 1) * columns
        first = top.astype(np.intp) * columns + left
        parts = [
            (inside, 0),
            (inside & (wide > CELL), 1),
            (inside & (high > CELL), columns),
            (inside & (wide > CELL) & (high > CELL), columns + 1),
        ]
        cells = np.concatenate([first[covers] + offset for covers, offset in parts])
        count = np.bincount(cells, minlength=size)
        motion = np.empty((2, size), np.int16)
        for axis, name in enumerate(("motion_x", "motion_y")):
            way = vectors[name] * scale
            weights = np.concatenate([way[covers] for covers, _ in parts])
            mean = np.bincount(cells, weights, size) / np.maximum(count, 1)
            motion[axis] = np.clip(np.rint(mean), -_FARTHEST, _FARTHEST)
        shape = self._rows + 1, columns
        return (count > 0).reshape(shape)[:-1, :-1], motion.reshape(2, *shape)[:, :-1, :-1]


def _correct(
    known: NDArray[np.bool_],
    motion: NDArray[np.int16],
    before: Any,
    now: Any,
    farther: list[float],
) -> None:
    """Shortens `motion` where a vector refers to a frame before the nearest one."""
    moving = known & (np.abs(motion).max(axis=0) >= _STEPS)
    cells = np.stack(np.nonzero(moving))
    if farther and cells.size and (before.width, before.height) == (now.width, now.height):
        ways = motion[:, moving]
        scales = best_scale(before, now, cells, ways, farther, CELL)
        motion[:, moving] = np.rint(ways * scales)


def _nal_length_size(extradata: bytes | None) -> int:
    """Bytes of the length before each NAL unit (ISO/IEC 14496-15, 5.3.3.1), 0 if unknown."""
    return (extradata[4] & 3) + 1 if extradata and len(extradata) > 4 and extradata[0] == 1 else 0


def _is_reference(packet: memoryview, length_size: int) -> bool:
    """Whether it is a reference frame: `nal_ref_idc` of its first slice (H.264, 7.4.1)."""
    at = 0
    while length_size and at + length_size < len(packet):
        length = int.from_bytes(packet[at : at + length_size], "big")
        at += length_size
        if packet[at] & 31 in (_SLICE, _KEY_SLICE):
            return packet[at] >> 5 & 3 != 0
        at += length
    return False


def _smooth(known: NDArray[np.bool_], motion: NDArray[np.int16]) -> NDArray[np.int16]:
    """`motion` with the median of the neighbours where it is unknown or far from it."""
    flat = known.ravel()
    # An unknown cell starts with the value of the last known one.
    last = np.maximum.accumulate(np.where(flat, np.arange(flat.size), flat.argmax()))
    filled = motion.reshape(2, -1)[:, last].reshape(motion.shape)
    median = _median(filled)
    strays = np.abs(filled - median) > _LARGEST_STRAY
    return np.where(~known | strays[0] | strays[1], median, filled)


def _median(planes: NDArray[Any]) -> NDArray[Any]:
    """The median of each value and its eight neighbours, in each of the two planes.

    It is the middle one of three values: the highest of the lowest of three columns, the middle of
    the middles, and the lowest of the highest (J. L. Smith, "Implementing median filters in
    XC4000E FPGAs", 1996).
    """
    wide = np.pad(planes, ((0, 0), (1, 1), (1, 1)), mode="edge")
    a, b, c = wide[:, :-2], wide[:, 1:-1], wide[:, 2:]
    low, high = np.minimum(a, b), np.maximum(a, b)
    lows, middles, highs = (
        np.minimum(low, c),
        np.maximum(low, np.minimum(high, c)),
        np.maximum(high, c),
    )
    return _middle(
        np.maximum.reduce(_triples(lows)),
        _middle(*_triples(middles)),
        np.minimum.reduce(_triples(highs)),
    )


def _triples(planes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    return planes[..., :-2], planes[..., 1:-1], planes[..., 2:]


def _middle(a: NDArray[Any], b: NDArray[Any], c: NDArray[Any]) -> NDArray[Any]:
    middle: NDArray[Any] = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    return middle
