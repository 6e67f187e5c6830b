"""Makes pairs of clips of one face, of which the second follows the first on screen.

Ember is drawn, in two expressions. The two pairs of a photograph are made by warping it: a head
that moves before a background that stays, eyes that close, a mouth that opens. They have the
texture and the light of a real face, but less of its motion than a recording has. It is of Eileen
Collins, by NASA, in the public domain, as scikit-image has it (`astronaut.png`), cut to 256 pixels.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from numpy.typing import NDArray

__all__ = ["FPS", "SIDE", "clip_pairs"]

SIDE, FPS, SECONDS = 256, 24, 3  # pixels and frames per second of each clip
_PHOTOGRAPH = Path(__file__).with_name("data") / "face.jpg"
# Places in the photograph, in pixels: the middle of the head and its reach, the neck on which it
# turns, the eyes, and the mouth.
_HEAD, _REACH, _NECK = (130.0, 105.0), (62.0, 88.0), (128.0, 195.0)
_EYES, _EYE = ((108.0, 101.0), (149.0, 101.0)), (13.0, 7.0)
_MOUTH, _LIPS = (127.0, 146.0), (26.0, 16.0)

Picture = NDArray[np.uint8]
_Field = NDArray[np.float64]
# The pose of a face at a phase: its turn in radians, its movement in pixels to the right and down,
# and how far its eyes are closed and its mouth is open, 0 to 1.
_Motion = Callable[[float], tuple[float, float, float, float, float]]


def clip_pairs() -> Mapping[str, tuple[bytes, bytes]]:
    """Returns MP4 files of H.264, by name of the pair."""
    return {
        "ember": (_ember("happy", "bounce"), _ember("sad", "tilt")),
        "photo_nod_sway": (_photograph(_nod), _photograph(_sway)),
        "photo_talk_look": (_photograph(_talk), _photograph(_look)),
    }


def _ember(expression: str, animation: str) -> bytes:
    painter = EmberPainter(SIDE, SIDE)
    phases = np.arange(SECONDS * FPS) / (SECONDS * FPS)
    return _encode(
        (painter.paint(pose(expression, expression, animation, 0.8, phase)) for phase in phases),
        "yuv420p",
    )


def _photograph(motion: _Motion) -> bytes:
    with av.open(str(_PHOTOGRAPH)) as file:
        still = next(file.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    phases = np.arange(SECONDS * FPS) / (SECONDS * FPS)
    return _encode((_warped(still, *motion(phase)) for phase in phases), "rgb24")


def _nod(phase: float) -> tuple[float, float, float, float, float]:
    wave = np.sin(4.0 * np.pi * phase)
    return 0.02 * wave, 0.0, 7.0 * wave, _blink(phase, 0.5), 0.3


def _sway(phase: float) -> tuple[float, float, float, float, float]:
    wave = np.sin(2.0 * np.pi * phase)
    return 0.13 * wave, 3.0 * wave, 1.0, _blink(phase, 0.2), 0.0


def _talk(phase: float) -> tuple[float, float, float, float, float]:
    opened = 0.5 + 0.5 * np.sin(10.0 * np.pi * phase)
    return 0.03 * np.sin(2.0 * np.pi * phase), 2.0, 0.0, _blink(phase, 0.8), opened


def _look(phase: float) -> tuple[float, float, float, float, float]:
    wave = np.sin(2.0 * np.pi * phase + 0.8)
    return -0.07 * wave, -9.0 * wave, 2.0 * np.cos(4.0 * np.pi * phase), _blink(phase, 0.4), 0.1


def _blink(phase: float, at: float) -> float:
    return float(np.exp(-(((phase - at) / 0.03) ** 2)))


def _warped(
    still: _Field, turn: float, right: float, down: float, closed: float, opened: float
) -> Picture:
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    near = np.exp(-((((x - _HEAD[0]) / _REACH[0]) ** 2 + ((y - _HEAD[1]) / _REACH[1]) ** 2) ** 2))
    across, along = x - _NECK[0], y - _NECK[1]
    from_x = x - near * (right - turn * along)
    from_y = y - near * (down + turn * across)
    for eye in _EYES:
        away = ((from_x - eye[0]) / _EYE[0]) ** 2 + ((from_y - eye[1]) / _EYE[1]) ** 2
        from_y = from_y - 0.9 * closed * np.exp(-away) * _EYE[1]
    lips = ((from_x - _MOUTH[0]) / _LIPS[0]) ** 2 + ((from_y - _MOUTH[1]) / _LIPS[1]) ** 2
    from_y = from_y - 5.0 * opened * np.exp(-lips) * np.sign(from_y - _MOUTH[1])
    return np.clip(np.rint(_sampled(still, from_x, from_y)), 0, 255).astype(np.uint8)


def _sampled(still: _Field, x: _Field, y: _Field) -> _Field:
    """Samples `still` between its pixels."""
    x, y = np.clip(x, 0.0, SIDE - 1.001), np.clip(y, 0.0, SIDE - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, down = (x - left)[..., None], (y - top)[..., None]
    upper = still[top, left] * (1.0 - right) + still[top, left + 1] * right
    lower = still[top + 1, left] * (1.0 - right) + still[top + 1, left + 1] * right
    mixed: _Field = upper * (1.0 - down) + lower * down
    return mixed


def _encode(pictures: Iterable[Picture], pixels: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=FPS, options={"preset": "medium", "crf": "19"})
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format=pixels).reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()
