"""Measures how much of two faces is visible when a clip follows another of the same face.

For each pair of `_clip_pairs` the player shows the first clip, and the second comes at several
places in it: as a clip that exists and must appear at once (`hit`), or as a late one, while
something covers the time (`late`). `_ghosts` measures for every frame of the engine the part that
is in neither clip's picture of that time, nor between them by motion. `ghost` is that energy over
the time of the transition, in squared levels of luma times seconds. Lower is better, but a cut has
none. So `jump` is the largest change from one frame of the engine to the next, as the root of its
mean square in levels, and `seconds` is the time for which both are visible.

Prints a table, and the same once more as one line of JSON.
"""

import json
import statistics
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import _game
from bench._clip_pairs import FPS, SIDE, clip_pairs
from bench._ghosts import ghost_energy

_MODES = ("none", "blend", "motion")
_ROLES = ("hit", "late")
_PHASES = (0.1, 0.4, 0.7)
_FRAME = 1.0 / 60.0
_SECONDS = 900.0
# Squared levels, below which a frame is one of the clips' own.
_CLEAR = 0.05

Figures = dict[str, float]


def main() -> None:
    show(measure(clip_pairs(), SIDE))


def measure(pairs: Mapping[str, tuple[bytes, bytes]], side: int) -> dict[str, Figures]:
    """Returns means over the places at which the second clip comes, by pair, mode and role.

    Args:
        pairs: two MP4 files each.
        side: of the picture that is shown, in pixels.
    """
    files = {
        f"{name}_{number}.mp4": data
        for name, pair in pairs.items()
        for number, data in enumerate(pair)
    }
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "pairs": list(pairs),
            "modes": _MODES,
            "roles": _ROLES,
            "phases": _PHASES,
            "side": side,
            "fps": FPS,
            "to": folder,
        }
        _game.play("ghosting", "GhostingBench", files, options, window=True, seconds=_SECONDS)
        for pair in pairs:
            for role in _ROLES:
                for mode in _MODES:
                    each = [
                        _figures(np.load(Path(folder, f"{pair}.{mode}.{role}.{number}.npy")))
                        for number in range(len(_PHASES))
                    ]
                    figures[f"{pair} {role} {mode}"] = {
                        kind: statistics.mean(row[kind] for row in each) for kind in each[0]
                    }
    return figures


def _figures(seen: NDArray[np.float32]) -> Figures:
    """Computes the figures of one transition, which the scene inside has recorded."""
    energies = [ghost_energy(*pictures) for pictures in seen]
    steps = [float(np.sqrt(np.mean((b[0] - a[0]) ** 2))) for a, b in pairwise(seen)]
    return {
        "ghost": sum(energies) * _FRAME,
        "jump": max(steps),
        "seconds": sum(energy > _CLEAR for energy in energies) * _FRAME,
    }


def show(figures: Mapping[str, Figures]) -> None:
    kinds = ("ghost", "jump", "seconds")
    print(f"{'pair, role, interpolation':<36}" + "".join(f"{kind:>10}" for kind in kinds))
    for name, row in figures.items():
        print(f"{name:<36}" + "".join(f"{row[kind]:>10.3f}" for kind in kinds))
    rounded = {name: {kind: round(row[kind], 4) for kind in kinds} for name, row in figures.items()}
    print(json.dumps(rounded))


if __name__ == "__main__":
    main()
