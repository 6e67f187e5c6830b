"""From words and a moment in the loop to the pose of the face.

A pure function of its arguments: the same words always give the same clip. Phase 0 and phase 1 are
the same moment, so a clip loops without a seam, its blinks included. Drawing is left to others.
"""

from dataclasses import asdict

from .controls import RANGES, FacePose
from .expressions import EXPRESSIONS
from .motions import ANIMATIONS, blink, life
from .words import resolve_animation, resolve_expression

__all__ = ["pose"]

_TINT = 0.3  # how much of the emotion shows through an expression that differs from it
_FAINTEST = 0.55  # how much of an expression is left at intensity 0

_VALUES = {name: asdict(face) for name, face in EXPRESSIONS.items()}


def pose(expression: str, emotion: str, animation: str, intensity: float, phase: float) -> FacePose:
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
    values = _expression(resolve_expression(expression), resolve_expression(emotion), strength)
    move = ANIMATIONS[resolve_animation(animation)]
    for changes in (life(moment), move(moment, 0.5 + 0.5 * strength)):
        for name, change in changes.items():
            values[name] += change
    opening = blink(moment)
    values["eye_left"] *= opening
    values["eye_right"] *= opening
    values["drift"] = moment
    return FacePose(
        **{name: min(max(values[name], low), high) for name, (low, high) in RANGES.items()}
    )


def _expression(expression: str, emotion: str, strength: float) -> dict[str, float]:
    """The blend of both faces; even at the lowest strength it must be readable."""
    if expression == "neutral":
        expression, emotion = emotion, "neutral"
    tint = 0.0 if emotion in ("neutral", expression) else _TINT
    face = _mix(_VALUES[expression], _VALUES[emotion], tint)
    return _mix(_VALUES["neutral"], face, _FAINTEST + (1.0 - _FAINTEST) * strength)


def _mix(start: dict[str, float], end: dict[str, float], amount: float) -> dict[str, float]:
    return {name: value + amount * (end[name] - value) for name, value in start.items()}
