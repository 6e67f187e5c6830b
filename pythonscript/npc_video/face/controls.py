"""The controls of the face: every movable number with its rest value and its range.

They do not depend on pixels, so any renderer can draw them. Lengths are in units of half the
picture's shorter side, x to the right, y down. Angles are in radians, clockwise. "Left" and "right"
are the picture's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

__all__ = ["RANGES", "FacePose"]


@dataclass(frozen=True, slots=True)
class FacePose:
    """A moment of the face; the defaults are a neutral face at rest.

    Attributes:
        eye_left, eye_right: height of an upper lid: 0 closed, 1 open, above 1 wide open.
        squint: height of the lower lids, 0 to 1; at 1 they close a smiling eye.
        lid_slant, brow_slant: above 0 the inner ends go down (anger), below 0 up (sorrow).
        brow_left, brow_right: height, -1 to 1.
        pupil: size, 1 is normal.
        gaze_x, gaze_y: direction of the eyes, -1 to 1.
        mouth_curve: -1 frown to 1 smile.
        mouth_open: 0 to 1.
        mouth_width: 1 is normal.
        mouth_skew: one corner up, the other down, -1 to 1.
        teeth, tongue: how much of them an open mouth shows, 0 to 1.
        nose: wrinkled and flared, 0 to 1.
        shift_x, shift_y, tilt, scale: position, rotation in the picture's plane and size of the
            head.
        squash: above 0 flatter and wider, below 0 taller and slimmer.
        turn, nod: the head turned to the right, the head bowed; -1 to 1.
        ears: -1 hanging to 1 pricked.
        ear_flick: rotation of the ears against each other, -1 to 1.
        wings: -1 folded to 1 spread.
        flame, flame_lean: height of the flame on the head (1 is normal), and its lean, -1 to 1.
        breath: -1 out to 1 in.
        blush, tears, sweat, steam, hearts, sparkle, sleep: signs of a feeling, 0 to 1.
        glow: warmth of the light behind the head, 0 to 1.
        drift: progress of embers, hearts and steam within one loop, 0 to 1.
    """

    eye_left: float = 1.0
    eye_right: float = 1.0
    squint: float = 0.0
    lid_slant: float = 0.0
    brow_left: float = 0.0
    brow_right: float = 0.0
    brow_slant: float = 0.0
    pupil: float = 1.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    mouth_curve: float = 0.5
    mouth_open: float = 0.0
    mouth_width: float = 0.8
    mouth_skew: float = 0.0
    teeth: float = 0.0
    tongue: float = 0.5
    nose: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    tilt: float = 0.0
    scale: float = 1.0
    squash: float = 0.0
    turn: float = 0.0
    nod: float = 0.0
    ears: float = 0.0
    ear_flick: float = 0.0
    wings: float = 0.0
    flame: float = 0.7
    flame_lean: float = 0.0
    breath: float = 0.0
    blush: float = 0.1
    tears: float = 0.0
    sweat: float = 0.0
    steam: float = 0.0
    hearts: float = 0.0
    sparkle: float = 0.0
    sleep: float = 0.0
    glow: float = 0.5
    drift: float = 0.0


RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        **{field.name: (-1.0, 1.0) for field in fields(FacePose)},
        **dict.fromkeys(("eye_left", "eye_right"), (0.0, 1.25)),
        **dict.fromkeys(("squint", "mouth_open", "teeth", "tongue", "nose", "glow"), (0.0, 1.0)),
        **dict.fromkeys(
            ("blush", "tears", "sweat", "steam", "hearts", "sparkle", "sleep", "drift"), (0.0, 1.0)
        ),
        "pupil": (0.4, 1.5),
        "mouth_width": (0.2, 1.4),
        "shift_x": (-0.3, 0.3),
        "shift_y": (-0.3, 0.3),
        "tilt": (-0.5, 0.5),
        "scale": (0.8, 1.25),
        "squash": (-0.25, 0.25),
        "flame": (0.1, 1.6),
    }
)
"""The lowest and highest value of each field of a `FacePose` that `pose` returns."""
