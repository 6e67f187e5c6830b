"""The movement of the face in each animation, and its constant movement: a table of functions.

Every motion has a whole number of cycles per loop, so that phases 0 and 1 are the same moment.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

__all__ = ["ANIMATIONS", "Motion", "blink", "life"]

Motion = Callable[[float, float], dict[str, float]]
"""Returns changes to fields of the pose, given the phase and a strength, both 0 to 1."""


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
        "wings": 0.9 * strength * (0.5 - height),
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
        "wings": 0.2 * strength * (beat - 0.5),
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
        "wings": 0.9 * strength * jump,
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
"""The movement of the face in each animation."""


def life(phase: float) -> dict[str, float]:
    """Constant movement: breath, glances, the flickering flame, a twitching ear."""
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


def blink(phase: float) -> float:
    """The opening of the eyes as a factor: 1, and 0 in the middle of each of two blinks."""
    return 1.0 - max(_pulse(phase, 0.31, 0.11), _pulse(phase, 0.80, 0.11))
