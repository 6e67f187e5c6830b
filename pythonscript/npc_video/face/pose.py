"""What the face does, as numbers: from words and a moment in the loop to a `FacePose`.

Pure functions of their arguments, so that the same words always give the same clip. Every motion
has a whole number of cycles per loop: phase 0 and phase 1 are the same moment, and a clip loops
without a seam, its blinks included. Drawing the pose is left to others.

Lengths are in units of half the picture's shorter side, x to the right, y down; angles in radians,
clockwise; "left" and "right" are those of the picture.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from .words import resolve_animation, resolve_expression

__all__ = ["ANIMATIONS", "EXPRESSIONS", "RANGES", "FacePose", "pose"]


@dataclass(frozen=True, slots=True)
class FacePose:
    """One moment of the face; the defaults are a neutral one at rest.

    Attributes:
        eye_left, eye_right: how far an upper lid is up: 0 closed, 1 open, above 1 wide open.
        squint: how far the lower lids come up, 0 to 1; at 1 they close a smiling eye.
        lid_slant, brow_slant: above 0 the inner ends go down (anger), below 0 up (sorrow).
        brow_left, brow_right: height, -1 to 1.
        pupil: size, 1 is normal.
        gaze_x, gaze_y: where the eyes look, -1 to 1.
        mouth_curve: -1 frown to 1 smile.
        mouth_open, mouth_width: 0 to 1, and 1 for the normal width.
        mouth_skew: one corner up, the other down, -1 to 1.
        teeth, tongue: how much of them an open mouth shows, 0 to 1.
        nose: wrinkled and flared, 0 to 1.
        shift_x, shift_y, tilt, scale: place, turn in the picture's plane and size of the head.
        squash: above 0 flatter and wider, below 0 longer and slimmer.
        turn, nod: the head turned to the right, the head bowed; -1 to 1.
        ears: -1 hanging to 1 pricked.
        ear_flick: how far the ears twist against each other, -1 to 1.
        flame, flame_lean: height of the flame on the head (1 is normal), and its lean, -1 to 1.
        breath: -1 out to 1 in.
        blush, tears, sweat, steam, hearts, sparkle, sleep: signs of a feeling, 0 to 1.
        glow: warmth of the light behind the head, 0 to 1.
        drift: 0 to 1, where embers, hearts and steam are on the way of one loop.
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
    mouth_curve: float = 0.25
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
"""The least and the greatest value of every field of a `FacePose` that `pose` returns."""

EXPRESSIONS: Mapping[str, FacePose] = MappingProxyType(
    {
        "neutral": FacePose(),
        "happy": FacePose(
            squint=0.45, mouth_curve=1.0, mouth_open=0.45, mouth_width=1.0, tongue=0.8,
            brow_left=0.35, brow_right=0.35, ears=0.5, flame=1.0, blush=0.55, glow=0.75,
        ),
        "pleased": FacePose(
            eye_left=0.75, eye_right=0.75, squint=0.5, mouth_curve=0.85, mouth_width=0.85,
            brow_left=0.2, brow_right=0.2, brow_slant=-0.15, ears=0.15, blush=0.6, glow=0.65,
        ),
        "amused": FacePose(
            eye_left=0.85, squint=0.6, mouth_curve=0.95, mouth_open=0.3, mouth_width=1.05,
            mouth_skew=0.45, teeth=0.7, brow_left=-0.1, brow_right=0.6, ears=0.45,
            ear_flick=0.4, flame=1.0, blush=0.35, gaze_x=0.2, tilt=0.06,
        ),
        "ecstatic": FacePose(
            squint=0.97, mouth_curve=1.0, mouth_open=0.95, mouth_width=1.15, tongue=1.0,
            brow_left=0.8, brow_right=0.8, ears=0.95, flame=1.45, blush=0.85, sparkle=1.0,
            glow=1.0,
        ),
        "sad": FacePose(
            eye_left=0.72, eye_right=0.72, lid_slant=-0.7, brow_left=0.25, brow_right=0.25,
            brow_slant=-1.0, pupil=1.15, gaze_y=0.45, mouth_curve=-0.85, mouth_width=0.65,
            ears=-0.9, flame=0.3, tears=1.0, blush=0.15, nod=0.35, shift_y=0.03, glow=0.15,
        ),
        "annoyed": FacePose(
            eye_left=0.62, eye_right=0.58, lid_slant=0.35, brow_left=-0.45, brow_right=-0.1,
            brow_slant=0.5, gaze_x=0.45, mouth_curve=-0.4, mouth_width=0.6, mouth_skew=-0.45,
            nose=0.4, ears=-0.45, flame=0.75, blush=0.0, tilt=-0.04, turn=-0.2, glow=0.4,
        ),
        "angry": FacePose(
            eye_left=0.82, eye_right=0.82, squint=0.3, lid_slant=1.0, brow_left=-0.7,
            brow_right=-0.7, brow_slant=1.0, pupil=0.72, mouth_curve=-0.75, mouth_open=0.42,
            mouth_width=0.95, teeth=1.0, tongue=0.0, nose=1.0, ears=-0.7, flame=1.6, steam=1.0,
            blush=0.0, nod=0.2, glow=0.95,
        ),
        "surprised": FacePose(
            eye_left=1.25, eye_right=1.25, brow_left=1.0, brow_right=1.0, pupil=0.68,
            mouth_curve=0.0, mouth_open=0.8, mouth_width=0.42, tongue=0.3, ears=1.0, flame=1.25,
            squash=-0.05, nod=-0.2,
        ),
        "curious": FacePose(
            eye_left=0.95, eye_right=1.15, brow_left=-0.15, brow_right=0.9, brow_slant=-0.1,
            pupil=1.15, gaze_x=0.35, gaze_y=-0.2, mouth_curve=0.1, mouth_open=0.12,
            mouth_width=0.4, ears=0.6, ear_flick=0.6, tilt=0.13, turn=0.2,
        ),
        "interested": FacePose(
            eye_left=1.1, eye_right=1.1, brow_left=0.45, brow_right=0.45, pupil=1.25,
            mouth_curve=0.45, mouth_width=0.7, ears=0.75, flame=0.85, scale=1.04, nod=-0.1,
        ),
        "scared": FacePose(
            eye_left=1.2, eye_right=1.2, lid_slant=-0.25, brow_left=0.7, brow_right=0.7,
            brow_slant=-0.85, pupil=0.5, mouth_curve=-0.6, mouth_open=0.35, mouth_width=0.9,
            mouth_skew=0.15, teeth=1.0, tongue=0.0, ears=-1.0, flame=0.15, sweat=1.0, blush=0.0,
            scale=0.95, shift_y=0.04, glow=0.1,
        ),
        "sleepy": FacePose(
            eye_left=0.28, eye_right=0.24, lid_slant=-0.2, brow_left=0.1, brow_right=0.1,
            brow_slant=-0.35, gaze_y=0.4, mouth_curve=0.2, mouth_width=0.5, ears=-0.55,
            flame=0.3, sleep=1.0, tilt=0.07, nod=0.4, blush=0.25, glow=0.2,
        ),
        "disgusted": FacePose(
            eye_left=0.5, eye_right=0.68, squint=0.35, lid_slant=0.3, brow_left=-0.5,
            brow_right=0.1, brow_slant=0.55, gaze_x=-0.3, mouth_curve=-0.7, mouth_open=0.3,
            mouth_width=0.75, mouth_skew=0.7, tongue=1.0, nose=1.0, ears=-0.6, flame=0.45,
            blush=0.0, turn=0.35, nod=-0.15, glow=0.3,
        ),
        "aroused": FacePose(
            eye_left=1.12, eye_right=1.12, lid_slant=0.3, brow_left=0.3, brow_right=0.3,
            brow_slant=0.35, mouth_curve=0.9, mouth_open=0.28, mouth_width=1.0, teeth=1.0,
            pupil=1.05, ears=0.9, flame=1.45, sparkle=0.7, blush=0.3, glow=1.0,
        ),
        "love": FacePose(
            eye_left=0.92, eye_right=0.92, squint=0.25, lid_slant=-0.15, brow_left=0.45,
            brow_right=0.45, brow_slant=-0.4, pupil=1.4, mouth_curve=0.9, mouth_width=0.8,
            ears=0.2, flame=1.0, blush=1.0, hearts=1.0, tilt=0.08, glow=0.85,
        ),
        "shy": FacePose(
            eye_left=0.7, eye_right=0.7, lid_slant=-0.3, brow_left=0.3, brow_right=0.3,
            brow_slant=-0.6, gaze_x=-0.55, gaze_y=0.5, mouth_curve=0.45, mouth_width=0.45,
            ears=-0.4, blush=1.0, nod=0.25, turn=-0.2, tilt=-0.06, flame=0.55,
        ),
    }
)  # fmt: skip
"""The face of each expression at full intensity."""

Motion = Callable[[float, float], dict[str, float]]
"""From the phase and a strength from 0 to 1 to what it adds to the fields of the pose."""


def _wave(phase: float, cycles: int, offset: float = 0.0) -> float:
    return math.sin(math.tau * (cycles * phase + offset))


def _pulse(phase: float, centre: float, width: float) -> float:
    """A smooth bump, 1 at `centre` and 0 beyond half of `width`, around the loop."""
    distance = abs((phase - centre + 0.5) % 1.0 - 0.5)
    if distance >= width / 2.0:
        return 0.0
    return math.cos(math.pi * distance / width) ** 2


def _idle(phase: float, strength: float) -> dict[str, float]:
    return {
        "shift_y": 0.010 * _wave(phase, 1),
        "tilt": 0.018 * _wave(phase, 1, 0.2),
        "turn": 0.12 * _wave(phase, 1, 0.55),
    }


def _nod(phase: float, strength: float) -> dict[str, float]:
    beat = 0.5 - 0.5 * math.cos(math.tau * 2 * phase)
    return {"nod": 0.9 * strength * beat, "shift_y": 0.07 * strength * beat, "ears": -0.2 * beat}


def _shake(phase: float, strength: float) -> dict[str, float]:
    swing = _wave(phase, 3)
    return {
        "turn": 0.9 * strength * swing,
        "shift_x": 0.05 * strength * swing,
        "tilt": 0.04 * strength * swing,
        "gaze_x": -0.3 * strength * swing,
    }


def _bounce(phase: float, strength: float) -> dict[str, float]:
    height = abs(_wave(phase, 2))  # four leaps per loop, like a ball
    landing = (1.0 - height) ** 3
    return {
        "shift_y": strength * (0.05 - 0.16 * height),
        "squash": strength * (0.16 * landing - 0.05 * height),
        "ears": 0.5 * strength * (height - 0.5),
        "flame_lean": 0.2 * _wave(phase, 2),
    }


def _wiggle(phase: float, strength: float) -> dict[str, float]:
    swing = _wave(phase, 4)
    return {
        "tilt": 0.13 * strength * swing,
        "shift_x": 0.035 * strength * _wave(phase, 4, 0.25),
        "ear_flick": 0.6 * strength * swing,
        "flame_lean": -0.5 * strength * swing,
    }


def _tilt(phase: float, strength: float) -> dict[str, float]:
    lean = 0.5 - 0.5 * math.cos(math.tau * phase)
    lean = lean * lean * (3.0 - 2.0 * lean)
    return {"tilt": 0.26 * strength * lean, "gaze_x": 0.2 * lean, "ear_flick": 0.5 * lean}


def _laugh(phase: float, strength: float) -> dict[str, float]:
    beat = 0.5 + 0.5 * _wave(phase, 6)
    return {
        "shift_y": -0.045 * strength * beat,
        "squash": 0.05 * strength * (0.5 - beat),
        "mouth_open": strength * (0.15 + 0.4 * beat),
        "squint": 0.35 * strength,
        "nod": -0.35 * strength + 0.1 * beat,
        "tilt": 0.05 * strength * _wave(phase, 1),
    }


def _startle(phase: float, strength: float) -> dict[str, float]:
    jump = _pulse(phase, 0.16, 0.24)
    after = _pulse(phase, 0.34, 0.5) * _wave(phase, 12)
    return {
        "shift_y": -0.13 * strength * jump,
        "squash": -0.12 * strength * jump,
        "shift_x": 0.012 * strength * after,
        "eye_left": 0.3 * strength * jump,
        "eye_right": 0.3 * strength * jump,
        "ears": 0.9 * strength * jump,
        "flame": 0.5 * strength * jump,
        "mouth_open": 0.3 * strength * jump,
    }


def _lean_in(phase: float, strength: float) -> dict[str, float]:
    near = 0.5 - 0.5 * math.cos(math.tau * phase)
    return {
        "scale": 0.16 * strength * near,
        "shift_y": 0.05 * strength * near,
        "nod": 0.25 * strength * near,
        "pupil": 0.12 * near,
    }


def _sleep(phase: float, strength: float) -> dict[str, float]:
    breath = 0.5 - 0.5 * math.cos(math.tau * phase)
    return {
        "eye_left": -1.25,
        "eye_right": -1.25,
        "squint": -0.3,
        "shift_y": 0.05 - 0.03 * breath,
        "squash": 0.04 * (1.0 - breath),
        "tilt": 0.09 * strength,
        "nod": 0.3 - 0.2 * breath,
        "ears": -0.5,
        "mouth_open": 0.10 * breath,
        "sleep": 1.0,
    }


ANIMATIONS: Mapping[str, Motion] = MappingProxyType(
    {
        "idle": _idle,
        "nod": _nod,
        "shake": _shake,
        "bounce": _bounce,
        "wiggle": _wiggle,
        "tilt": _tilt,
        "laugh": _laugh,
        "startle": _startle,
        "lean_in": _lean_in,
        "sleep": _sleep,
    }
)
"""How each animation moves the face."""


def pose(
    expression: str, emotion: str, animation: str, intensity: float, phase: float
) -> FacePose:
    """The face at one moment of the loop.

    Args:
        expression: what the face shows; unknown words mean the nearest known one, or neutral.
        emotion: what tints it; it takes over where the expression is neutral.
        animation: how the head moves; unknown words mean the nearest known one, or idle.
        intensity: 0 to 1; values outside are clamped.
        phase: place in the loop; only its fraction counts.

    Returns:
        a pose whose fields lie in `RANGES`.
    """
    strength = min(max(intensity, 0.0), 1.0)
    moment = phase % 1.0
    face = _expression(resolve_expression(expression), resolve_expression(emotion), strength)
    values = {name: getattr(face, name) for name in RANGES}
    for name, change in (
        *_life(moment, strength).items(),
        *ANIMATIONS[resolve_animation(animation)](moment, 0.5 + 0.5 * strength).items(),
    ):
        values[name] += change
    blink = 1.0 - max(_pulse(moment, 0.31, 0.11), _pulse(moment, 0.80, 0.11))
    values["eye_left"] *= blink
    values["eye_right"] *= blink
    values["drift"] = moment
    return FacePose(**{name: min(max(values[name], low), high) for name, (low, high) in RANGES.items()})


def _expression(expression: str, emotion: str, strength: float) -> FacePose:
    """The blend of both faces; even the faintest intensity must be readable."""
    if expression == "neutral":
        expression, emotion = emotion, "neutral"
    tint = 0.0 if emotion in ("neutral", expression) else 0.3
    main, second = EXPRESSIONS[expression], EXPRESSIONS[emotion]
    face = _mix(main, second, tint)
    return _mix(EXPRESSIONS["neutral"], face, 0.55 + 0.45 * strength)


def _mix(start: FacePose, end: FacePose, amount: float) -> FacePose:
    return FacePose(
        **{
            name: (1.0 - amount) * getattr(start, name) + amount * getattr(end, name)
            for name in RANGES
        }
    )


def _life(phase: float, strength: float) -> dict[str, float]:
    """What never stops: breath, glances, flickering flame, an ear that twitches."""
    glance = _pulse(phase, 0.52, 0.30) - _pulse(phase, 0.98, 0.22)
    return {
        "breath": _wave(phase, 1, -0.25),
        "gaze_x": 0.22 * glance,
        "gaze_y": 0.05 * _wave(phase, 1, 0.4),
        "flame": 0.07 * _wave(phase, 5) + 0.05 * _wave(phase, 8, 0.3),
        "flame_lean": 0.22 * _wave(phase, 2, 0.1) + 0.10 * _wave(phase, 7),
        "ear_flick": 0.25 * _pulse(phase, 0.66, 0.12),
        "glow": 0.05 * _wave(phase, 3),
        "ears": 0.05 * _wave(phase, 1),
    }
