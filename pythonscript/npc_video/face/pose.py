"""Computes the pose of the face from words and a moment in the loop.

A pure function: the same words always give the same clip. Phases 0 and 1 are the same moment, so a
clip loops without a seam, its blinks included.
"""

from dataclasses import asdict

from .controls import RANGES, FacePose
from .expressions import EXPRESSIONS
from .motions import ANIMATIONS, blink, life
from .words import resolve_animation, resolve_expression

__all__ = ["pose"]

_TINT = 0.3  # how much of the emotion shows through a different expression
_FAINTEST = 0.55  # how much of an expression remains at intensity 0

_VALUES = {name: asdict(face) for name, face in EXPRESSIONS.items()}


def pose(expression: str, emotion: str, animation: str, intensity: float, phase: float) -> FacePose:
    """The face at one moment of the loop.

    Args:
        expression: the expression of the face; unknown words mean the nearest known one, or
            neutral.
        emotion: tints the expression, and replaces a neutral one.
        animation: the movement of the head; unknown words mean the nearest known one, or idle.
        intensity: 0 to 1; other values are clamped.
        phase: position in the loop; only its fraction counts.

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
    """A mix of both faces, readable even at the lowest strength."""
    if expression == "neutral":
        expression, emotion = emotion, "neutral"
    tint = 0.0 if emotion in ("neutral", expression) else _TINT
    face = _mix(_VALUES[expression], _VALUES[emotion], tint)
    return _mix(_VALUES["neutral"], face, _FAINTEST + (1.0 - _FAINTEST) * strength)


def _mix(start: dict[str, float], end: dict[str, float], amount: float) -> dict[str, float]:
    return {name: value + amount * (end[name] - value) for name, value in start.items()}
