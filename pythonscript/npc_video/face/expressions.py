"""The look of each expression: a table of poses, for editing the character."""

from collections.abc import Mapping
from types import MappingProxyType

from .controls import FacePose

__all__ = ["EXPRESSIONS"]

EXPRESSIONS: Mapping[str, FacePose] = MappingProxyType(
    {
        "neutral": FacePose(),
        "happy": FacePose(
            wings=0.5, squint=0.45, mouth_curve=1.0, mouth_open=0.45, mouth_width=1.0, tongue=0.8,
            brow_left=0.35, brow_right=0.35, ears=0.5, flame=1.0, blush=0.55, glow=0.75,
        ),
        "pleased": FacePose(
            wings=0.1, eye_left=0.75, eye_right=0.75, squint=0.5, mouth_curve=0.85,
            mouth_width=0.85, brow_left=0.2, brow_right=0.2, brow_slant=-0.15, ears=0.15,
            blush=0.6, glow=0.65,
        ),
        "amused": FacePose(
            wings=0.35, eye_left=0.85, squint=0.6, mouth_curve=0.95, mouth_open=0.3,
            mouth_width=1.05, mouth_skew=0.45, teeth=0.7, brow_left=-0.1, brow_right=0.6,
            ears=0.45, ear_flick=0.4, flame=1.0, blush=0.35, gaze_x=0.2, tilt=0.06,
        ),
        "ecstatic": FacePose(
            wings=1, eye_left=0.7, eye_right=0.7, squint=0.85, mouth_curve=1.0, mouth_open=0.95,
            mouth_width=1.15, tongue=1.0, brow_left=0.8, brow_right=0.8, ears=0.95, flame=1.45,
            blush=0.85, sparkle=1.0, glow=1.0,
        ),
        "sad": FacePose(
            wings=-0.9, eye_left=0.72, eye_right=0.72, lid_slant=-0.7, brow_left=0.25,
            brow_right=0.25, brow_slant=-1.0, pupil=1.15, gaze_y=0.45, mouth_curve=-0.85,
            mouth_width=0.65, ears=-0.9, flame=0.3, tears=1.0, blush=0.15, nod=0.35, shift_y=0.03,
            glow=0.15,
        ),
        "annoyed": FacePose(
            wings=-0.2, eye_left=0.62, eye_right=0.58, lid_slant=0.35, brow_left=-0.45,
            brow_right=-0.1, brow_slant=0.5, gaze_x=0.45, mouth_curve=-0.4, mouth_width=0.6,
            mouth_skew=-0.45, nose=0.4, ears=-0.45, flame=0.75, blush=0.0, tilt=-0.04, turn=-0.2,
            glow=0.4,
        ),
        "angry": FacePose(
            wings=0.9, eye_left=0.82, eye_right=0.82, squint=0.3, lid_slant=1.0, brow_left=-0.7,
            brow_right=-0.7, brow_slant=1.0, pupil=0.72, mouth_curve=-0.75, mouth_open=0.62,
            mouth_width=0.95, teeth=1.0, tongue=0.0, nose=1.0, ears=-0.7, flame=1.4, steam=1.0,
            blush=0.0, nod=0.2, glow=0.95,
        ),
        "surprised": FacePose(
            wings=0.9, eye_left=1.25, eye_right=1.25, brow_left=1.0, brow_right=1.0, pupil=0.68,
            mouth_curve=0.0, mouth_open=0.8, mouth_width=0.42, tongue=0.3, ears=1.0, flame=1.25,
            squash=-0.05, nod=-0.2,
        ),
        "curious": FacePose(
            wings=0.2, eye_left=0.95, eye_right=1.15, brow_left=-0.15, brow_right=0.9,
            brow_slant=-0.1, pupil=1.15, gaze_x=0.35, gaze_y=-0.2, mouth_curve=0.1,
            mouth_open=0.12, mouth_width=0.4, ears=0.6, ear_flick=0.6, tilt=0.13, turn=0.2,
        ),
        "interested": FacePose(
            wings=0.4, eye_left=1.1, eye_right=1.1, brow_left=0.45, brow_right=0.45, pupil=1.25,
            mouth_curve=0.45, mouth_width=0.7, ears=0.75, flame=0.85, scale=1.04, nod=-0.1,
        ),
        "scared": FacePose(
            wings=-1, eye_left=1.2, eye_right=1.2, lid_slant=-0.25, brow_left=0.7, brow_right=0.7,
            brow_slant=-0.85, pupil=0.5, mouth_curve=-0.6, mouth_open=0.35, mouth_width=0.9,
            mouth_skew=0.15, teeth=1.0, tongue=0.0, ears=-1.0, flame=0.15, sweat=1.0, blush=0.0,
            scale=0.95, shift_y=0.04, glow=0.1,
        ),
        "sleepy": FacePose(
            wings=-0.9, eye_left=0.28, eye_right=0.24, lid_slant=-0.2, brow_left=0.1,
            brow_right=0.1, brow_slant=-0.35, gaze_y=0.4, mouth_curve=0.2, mouth_width=0.5,
            ears=-0.55, flame=0.3, sleep=1.0, tilt=0.07, nod=0.4, blush=0.25, glow=0.2,
        ),
        "disgusted": FacePose(
            wings=-0.4, eye_left=0.5, eye_right=0.68, squint=0.35, lid_slant=0.3, brow_left=-0.5,
            brow_right=0.1, brow_slant=0.55, gaze_x=-0.3, mouth_curve=-0.7, mouth_open=0.3,
            mouth_width=0.75, mouth_skew=0.7, tongue=1.0, nose=1.0, ears=-0.6, flame=0.45,
            blush=0.0, turn=0.35, nod=-0.15, glow=0.3,
        ),
        "aroused": FacePose(
            wings=0.9, eye_left=1.12, eye_right=1.12, lid_slant=0.3, brow_left=0.3,
            brow_right=0.3, brow_slant=0.35, mouth_curve=0.9, mouth_open=0.28, mouth_width=1.0,
            teeth=1.0, pupil=1.05, ears=0.9, flame=1.45, sparkle=0.7, blush=0.3, glow=1.0,
        ),
        "love": FacePose(
            wings=0.2, eye_left=0.92, eye_right=0.92, squint=0.25, lid_slant=-0.15,
            brow_left=0.45, brow_right=0.45, brow_slant=-0.4, pupil=1.4, mouth_curve=0.9,
            mouth_width=0.8, ears=0.2, flame=1.0, blush=1.0, hearts=1.0, tilt=0.08, glow=0.85,
        ),
        "shy": FacePose(
            wings=-0.6, eye_left=0.7, eye_right=0.7, lid_slant=-0.3, brow_left=0.3,
            brow_right=0.3, brow_slant=-0.6, gaze_x=-0.55, gaze_y=0.5, mouth_curve=0.45,
            mouth_width=0.45, ears=-0.4, blush=1.0, nod=0.25, turn=-0.2, tilt=-0.06, flame=0.55,
        ),
    }
)  # fmt: skip
"""The face of each expression at full intensity."""
