"""When one clip gives way to another, and how fast, by how alike their pictures are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .likeness import Sketch, apart

__all__ = ["SEAM", "Moment", "best_moment", "fade_seconds"]

SEAM = 8.0
"""Levels by which two pictures may differ if a cut between them is to look as good as a fade, which
would be over within two or three frames of a game."""

# Levels by which a moment must be more alike for each second that it is later.
_PATIENCE = 6.0
# Pictures so far apart, in levels, take the whole time. A drawn face that jumps for joy changes by
# a quarter of that from one frame of a clip to the next; no fade looks faster than it does.
_UNLIKE = 80.0
# Of less than about three frames of a game nothing is seen but a cut.
_SHORTEST = 0.05


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment at which a clip can give way to another.

    Attributes:
        wait: seconds until then.
        sketch: what is on screen then.
        apart: by how much that differs from the beginning of the other, 0 to 255.
    """

    wait: float
    sketch: Sketch
    apart: float


def best_moment(coming: Sequence[tuple[float, Sketch]], beginning: Sketch) -> Moment:
    """The moment at which what is coming is most like `beginning`; of equal ones the first.

    Args:
        coming: seconds until it is seen, and what; one or more.
    """
    waits = np.array([wait for wait, _ in coming], np.float32)
    differences = apart([sketch for _, sketch in coming], beginning)
    best = int(np.argmin(differences + _PATIENCE * waits))
    wait, sketch = coming[best]
    return Moment(wait, sketch, float(differences[best]))


def fade_seconds(difference: float, longest: float) -> float:
    """How long one picture takes to fade into another that differs by so much.

    Args:
        difference: as `Moment.apart` has it.
        longest: seconds for two that have nothing in common.
    """
    alike = longest * min(1.0, difference / _UNLIKE)
    return min(longest, max(alike, _SHORTEST))
