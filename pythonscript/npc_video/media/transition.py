"""Chooses the moment and the speed of a change to another clip, by the similarity of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .likeness import Sketch, apart

__all__ = ["SEAM", "Moment", "best_moment", "fade_seconds"]

SEAM = 8.0
"""The difference in levels up to which a cut looks as good as a fade, which would take only two or
three frames of a game."""

# How many levels more similar a moment must be for each second of waiting.
_PATIENCE = 6.0
# A difference in levels at which a fade takes its full time. When a drawn face jumps for joy, it
# changes by a quarter of that between two frames; no fade looks faster than that.
_UNLIKE = 80.0
# A fade shorter than about three frames of a game looks like a cut.
_SHORTEST = 0.05


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment at which a clip can change to another.

    Attributes:
        wait: seconds until then.
        sketch: of the picture on screen then.
        apart: its difference from the beginning of the other clip, 0 to 255.
    """

    wait: float
    sketch: Sketch
    apart: float


def best_moment(coming: Sequence[tuple[float, Sketch]], beginning: Sketch) -> Moment:
    """The moment at which the coming pictures are most similar to `beginning`; the first of equals.

    Args:
        coming: pictures with the seconds until they are shown; at least one.
    """
    waits = np.array([wait for wait, _ in coming], np.float32)
    differences = apart([sketch for _, sketch in coming], beginning)
    best = int(np.argmin(differences + _PATIENCE * waits))
    wait, sketch = coming[best]
    return Moment(wait, sketch, float(differences[best]))


def fade_seconds(difference: float, longest: float) -> float:
    """The duration of a fade between two pictures with this difference, in seconds.

    Args:
        difference: as `Moment.apart`.
        longest: seconds for two pictures that have nothing in common.
    """
    alike = longest * min(1.0, difference / _UNLIKE)
    return min(longest, max(alike, _SHORTEST))
