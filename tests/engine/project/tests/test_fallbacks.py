"""What the node draws itself while there is no clip, read back from the window."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from engine_tests import EngineTest, Steps
from godot import Control, Rect2
from npc_video import VideoParams
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from npc_video_player.procedural_face import ProceduralFace

SIDE = 256
_BLOCK = 16

FACES = {
    "rest": (VideoParams(), 0.0),
    "laugh": (VideoParams(expression="ecstatic", animation="laugh", intensity=1.0), 0.6),
    "fury": (VideoParams(expression="angry", animation="shake", intensity=1.0), 0.07),
    "tears": (VideoParams(expression="sad", animation="tilt", intensity=0.9), 0.4),
    "love": (VideoParams(expression="love", emotion="shy", animation="lean_in"), 0.5),
    "fear": (VideoParams(expression="scared", animation="startle", intensity=1.0), 0.16),
    "night": (VideoParams(expression="sleepy", animation="sleep"), 0.25),
    "leap": (VideoParams(expression="amused", animation="bounce", intensity=1.0), 0.02),
    "blink": (VideoParams(expression="surprised", animation="nod"), 0.29),
}


def picture(test: EngineTest) -> np.ndarray:
    """The window as it was drawn last, (height, width, 3)."""
    image = test.get_viewport().get_texture().get_image()
    pixels = np.frombuffer(image.get_data(), np.uint8)
    channels = len(pixels) // (image.get_width() * image.get_height())
    return pixels.reshape(image.get_height(), image.get_width(), channels)[:, :, :3].astype(int)


def is_background(pixels: np.ndarray) -> np.ndarray:
    """Where the window's pure blue shows."""
    return (pixels[..., 2] > 250) & (pixels[..., 0] < 5) & (pixels[..., 1] < 5)


def painted(params: VideoParams, phase: float) -> np.ndarray:
    """The embedded generator's picture, before it is encoded, (height, width, 3)."""
    moment = pose(params.expression, params.emotion, params.animation, params.intensity, phase)
    planes = EmberPainter(SIDE, SIDE).paint(moment)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    rgb = frame.reformat(
        format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG
    )
    return rgb.to_ndarray().astype(int)


def drawn(frames: int = 2) -> Steps:
    for _ in range(frames):
        yield


def parent_in(test: EngineTest) -> Control:
    control = Control()
    test.add_child(control)
    return control


def test_the_face_is_the_one_of_the_clips(test: EngineTest) -> Steps:
    parent = parent_in(test)
    for name, (params, phase) in FACES.items():
        face = ProceduralFace(parent, params, phase=phase)
        face.place(Rect2(0, 0, SIDE, SIDE))
        yield from drawn()
        shown = picture(test)[:SIDE, :SIDE]
        face.close()
        errors = np.abs(shown - painted(params, phase)).mean(axis=2)
        blocks = errors.reshape(SIDE // _BLOCK, _BLOCK, SIDE // _BLOCK, _BLOCK).mean(axis=(1, 3))
        assert errors.mean() < 4.0, (name, errors.mean())
        # No part is missing, misplaced or of another colour.
        assert blocks.max() < 16.0, (name, blocks.max(), divmod(blocks.argmax(), SIDE // _BLOCK))


def test_the_face_moves_on_through_its_loop(test: EngineTest) -> Steps:
    face = ProceduralFace(parent_in(test), VideoParams(expression="happy"), phase=0.9, seconds=2.0)
    face.place(Rect2(0, 0, SIDE, SIDE))
    yield from drawn()
    before = picture(test)
    face.advance(0.5)
    assert abs(face.phase - 0.15) < 1e-9
    yield from drawn()
    assert np.abs(picture(test) - before).mean() > 0.5
    face.close()


def test_the_face_fills_whatever_area_it_gets(test: EngineTest) -> Steps:
    face = ProceduralFace(parent_in(test), VideoParams())
    for width, height in ((8, 8), (400, 30), (20, 300), (1, 1), (0, 0), (0, 50), (300, 200)):
        face.place(Rect2(0, 0, width, height))
        yield from drawn()
        pixels = picture(test)
        assert not is_background(pixels[:height, :width]).any(), (width, height)
        assert is_background(pixels[height:]).all(), (width, height)
    face.close()
