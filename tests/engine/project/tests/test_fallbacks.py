"""What the node draws itself while there is no clip, read back from the window."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from engine_tests import EngineTest, Steps
from godot import (
    Color,
    Control,
    Image,
    ImageTexture,
    Rect2,
    Rect2i,
    RenderingServer,
    ResourceLoader,
    TextServer,
    TextServerManager,
    Theme,
)
from npc_video import VideoParams
from npc_video.face.ember import EmberPainter
from npc_video.face.expressions import EXPRESSIONS
from npc_video.face.pose import pose
from npc_video_player.canvas.emotion_icon import draw_icon, icon_for
from npc_video_player.canvas.layers import new_item
from npc_video_player.canvas.progress_ring import ProgressRing
from npc_video_player.screen.placeholder import Placeholder
from npc_video_player.screen.procedural_face import ProceduralFace
from window import picture

SIDE = 256
_BLOCK = 16
_AREAS = ((256, 256), (8, 8), (1, 1), (0, 0), (0, 50), (400, 30), (20, 280), (64, 64), (300, 100))

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


def is_background(pixels: np.ndarray) -> np.ndarray:
    """Where the window's pure blue shows."""
    return (pixels[..., 2] > 250) & (pixels[..., 0] < 5) & (pixels[..., 1] < 5)


def painted(params: VideoParams, phase: float, width: int = SIDE, height: int = SIDE) -> np.ndarray:
    """The embedded generator's picture, before it is encoded, (height, width, 3)."""
    moment = pose(params.expression, params.emotion, params.animation, params.intensity, phase)
    planes = EmberPainter(width, height).paint(moment)
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


def shown(test: EngineTest, layer: Any) -> Generator[None, None, np.ndarray]:
    """The window with the layer in it, `SIDE` pixels large."""
    layer.place(Rect2(0, 0, SIDE, SIDE))
    yield from drawn()
    return picture(test)


def filled(test: EngineTest, layer: Any) -> Steps:
    """Sees to it that the layer covers its area and no more, at every size."""
    for width, height in _AREAS:
        layer.place(Rect2(0, 0, width, height))
        yield from drawn()
        pixels = picture(test)
        assert not is_background(pixels[:height, :width]).any(), (width, height)
        assert is_background(pixels[height:]).all(), (width, height)
        assert is_background(pixels[:, width:]).all(), (width, height)


def a_portrait(width: int, height: int) -> ImageTexture:
    """Half transparent stripes."""
    image = Image.create_empty(width, height, False, Image.FORMAT_RGBA8)
    image.fill(Color(0.2, 0.6, 0.3, 0.5))
    for x in range(0, width, 8):
        image.fill_rect(Rect2i(x, 0, 4, height), Color(0.8, 0.7, 0.3))
    return ImageTexture.create_from_image(image)


def a_ring(test: EngineTest) -> ProgressRing:
    ring = ProgressRing(parent_in(test))
    ring.place(Rect2(0, 0, SIDE, SIDE))
    return ring


def spend(ring: ProgressRing, seconds: float) -> None:
    """Lets time pass for it, in the steps of a game at 60 frames per second."""
    for _ in range(round(seconds * 60)):
        ring.advance(1 / 60)


# ---- Procedural face ----


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


def test_the_face_is_the_one_of_clips_that_are_not_square(test: EngineTest) -> Steps:
    params = VideoParams(expression="pleased", animation="bounce", intensity=1.0)
    face = ProceduralFace(parent_in(test), params, phase=0.1)
    for width, height in ((360, 90), (90, 280)):
        face.place(Rect2(0, 0, width, height))
        yield from drawn()
        shown = picture(test)[:height, :width]
        assert np.abs(shown - painted(params, 0.1, width, height)).mean() < 4.0, (width, height)
    face.close()


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
    yield from filled(test, face)
    face.close()


def test_the_shader_outlives_the_faces(test: EngineTest) -> None:
    """Translating it takes longer than a frame."""
    ProceduralFace(parent_in(test), VideoParams()).close()
    gc.collect()
    assert ResourceLoader.has_cached("res://addons/npc_video_player/shaders/face.gdshader")


# ---- Placeholder ----


def test_the_placeholder_fills_whatever_area_it_gets(test: EngineTest) -> Steps:
    parent = parent_in(test)
    for params, portrait, text in (
        (VideoParams(), None, ""),
        (VideoParams(npc_name="Ember", emotion="happy"), None, "{name} is {emotion}"),
        (VideoParams(npc_name="Ember", emotion="happy"), a_portrait(40, 90), ""),
        (VideoParams(npc_name=" ", emotion="x" * 5000), a_portrait(90, 40), "{name} {" * 900),
        (VideoParams(npc_name="E", emotion="sad"), ImageTexture(), "one\ntwo"),
    ):
        placeholder = Placeholder(parent, params, portrait, text)
        yield from filled(test, placeholder)
        placeholder.close()


def test_the_placeholder_breathes(test: EngineTest) -> Steps:
    parent = parent_in(test)
    for portrait in (None, a_portrait(64, 64)):
        placeholder = Placeholder(parent, VideoParams(npc_name="Ember"), portrait)
        out = yield from shown(test, placeholder)
        placeholder.advance(1.6)
        yield from drawn()
        breathed_in = picture(test)
        assert np.abs(breathed_in - out).max() > 8
        assert not is_background(breathed_in[:SIDE, :SIDE]).any()
        assert is_background(breathed_in[SIDE:]).all()
        placeholder.close()


def test_the_label_says_what_its_template_says(test: EngineTest) -> Steps:
    parent = parent_in(test)
    params = VideoParams(npc_name="Ember", emotion="happy", animation="nod")

    def labelled(text: str, wanted: VideoParams = params) -> Generator[None, None, np.ndarray]:
        placeholder = Placeholder(parent, wanted, None, text)
        seen = yield from shown(test, placeholder)
        placeholder.close()
        return seen

    filled_in = yield from labelled("{name}  is {emotion}: {animation}")
    assert (filled_in == (yield from labelled("Ember is happy: nod"))).all()
    emotion = yield from labelled("")
    assert (emotion == (yield from labelled("{emotion}"))).all()
    assert (emotion != filled_in).any()
    odd = yield from labelled("{nobody} {0} {")
    assert (odd != emotion).any()
    calm = VideoParams(npc_name="Ember")
    assert ((yield from labelled("", calm)) != (yield from labelled("{name}", calm))).any()


def test_the_icon_stands_where_the_text_begins(test: EngineTest) -> Steps:
    parent = parent_in(test)
    params = VideoParams(npc_name="Ember", emotion="curious")
    places = []
    for text in ("curious", "סקרן"):
        placeholder = Placeholder(parent, params, None, text)
        pixels = yield from shown(test, placeholder)
        placeholder.close()
        red, green, blue = np.moveaxis(pixels[:SIDE, :SIDE], 2, 0)
        teal = (green > 190) & (blue > 170) & (red < 170)
        assert teal.sum() > 50
        places.append(np.nonzero(teal)[1].mean())
    latin, hebrew = places
    assert latin < SIDE / 2
    # An engine that was built without ICU takes all text for written from the left.
    knows_directions = TextServerManager.get_primary_interface().has_feature(
        TextServer.FEATURE_BIDI_LAYOUT
    )
    assert (hebrew > SIDE / 2) == knows_directions


def test_parts_of_the_placeholder_can_be_left_out(test: EngineTest) -> Steps:
    parent = parent_in(test)
    params = VideoParams(npc_name="Ember", emotion="happy")
    image = Image.create_empty(64, 64, False, Image.FORMAT_RGBA8)
    image.fill_rect(Rect2i(24, 0, 16, 64), Color(0.0, 1.0, 0.0))  # a figure that was cut out
    portrait = ImageTexture.create_from_image(image)

    def with_parts(*parts: str) -> Generator[None, None, np.ndarray]:
        placeholder = Placeholder(parent, params, portrait, "", frozenset(parts))
        seen = yield from shown(test, placeholder)
        placeholder.close()
        return seen[:SIDE, :SIDE]

    bare = yield from with_parts()
    assert is_background(bare[:, :80]).all()
    assert (bare[:, 120:136, 1] > 250).all()
    widths = {}
    for parts in (("icon",), ("words",), ("icon", "words")):
        changed = (np.abs((yield from with_parts(*parts)) - bare).max(axis=2) > 8).any(axis=0)
        widths[parts] = int(changed.sum())
    assert 10 < widths["icon",] < widths["words",] < widths["icon", "words"]
    assert not is_background((yield from with_parts("background"))).any()


def test_the_theme_has_its_say(test: EngineTest) -> Steps:
    parent = parent_in(test)
    params = VideoParams(npc_name="Ember", emotion="happy")
    placeholder = Placeholder(parent, params, None)
    plain = yield from shown(test, placeholder)
    theme = Theme()
    theme.set_color("background_top", "NpcVideoPlayer", Color(0.0, 1.0, 0.0))
    theme.set_color("label", "NpcVideoPlayer", Color(1.0, 0.0, 0.0))
    theme.set_font_size("font_size", "NpcVideoPlayer", 30)
    parent.theme = theme
    themed = yield from shown(test, placeholder)
    assert (themed[0, 5] > plain[0, 5] + [-60, 150, -90]).all()

    def label_height(pixels: np.ndarray, colour: tuple[int, int, int]) -> int:
        return int((np.abs(pixels[:SIDE, :SIDE] - colour).max(axis=2) < 8).any(axis=1).sum())

    assert label_height(plain, (255, 0, 0)) == 0
    assert label_height(themed, (255, 0, 0)) > 50
    theme.set_font_size("font_size", "NpcVideoPlayer", 9000)
    yield from filled(test, placeholder)
    placeholder.close()


def test_every_known_emotion_has_an_icon_of_its_own(test: EngineTest) -> Steps:
    parent = parent_in(test)
    pictures: dict[str, np.ndarray] = {}
    for name in EXPRESSIONS:
        assert icon_for(name) == name
        item = new_item(parent)
        draw_icon(item, name, (32.0, 32.0), 16.0)
        yield from drawn()
        RenderingServer.free_rid(item)
        pictures[name] = picture(test)[:64, :64]
        others = [other for other in pictures if other != name]
        assert all(np.abs(pictures[name] - pictures[o]).sum() > 2000 for o in others), name
    assert icon_for("Joyful") == "happy"
    assert icon_for("calm") == "neutral"
    assert icon_for("wistful") is None
    assert icon_for("") is None


# ---- Progress ring ----


def test_the_ring_waits_before_it_comes_and_fades_away(test: EngineTest) -> Steps:
    ring = a_ring(test)
    ring.show(None)
    spend(ring, 0.25)
    yield from drawn()
    assert is_background(picture(test)).all()
    spend(ring, 0.4)
    yield from drawn()
    pixels = picture(test)
    corner = ~is_background(pixels)
    rows, columns = np.nonzero(corner)
    assert corner.sum() > 200
    assert columns.min() > SIDE * 0.8
    assert rows.max() < SIDE * 0.2
    ring.hide()
    spend(ring, 0.1)
    yield from drawn()
    fading = np.abs(picture(test) - (0, 0, 255)).sum()
    assert 0 < fading < np.abs(pixels - (0, 0, 255)).sum()
    spend(ring, 0.3)
    yield from drawn()
    assert is_background(picture(test)).all()
    ring.close()


def test_the_ring_never_flashes_for_what_is_quickly_there(test: EngineTest) -> Steps:
    ring = a_ring(test)
    for _ in range(4):
        ring.show(0.5)
        spend(ring, 0.2)
        yield from drawn()
        assert is_background(picture(test)).all()
        ring.hide()
        spend(ring, 0.2)
    ring.close()


def test_the_ring_shows_how_far_it_is(test: EngineTest) -> Steps:
    ring = a_ring(test)
    amounts = []
    for fraction in (0.0, 0.4, 1.0, 7.0):
        ring.show(fraction)
        spend(ring, 3.0)
        yield from drawn()
        amounts.append(int((picture(test)[..., 0] > 200).sum()))
    assert amounts[0] < amounts[1] < amounts[2] == amounts[3]
    ring.show(None)
    spend(ring, 3.0)
    yield from drawn()
    before = picture(test)
    spend(ring, 0.1)
    yield from drawn()
    assert (picture(test) != before).any()
    ring.close()


def test_the_ring_lies_above_later_layers(test: EngineTest) -> Steps:
    ring = a_ring(test)
    ring.show(1.0)
    spend(ring, 3.0)
    face = ProceduralFace(test.get_child(0), VideoParams())
    without = yield from shown(test, face)
    ring.hide()
    spend(ring, 1.0)
    yield from drawn()
    assert (picture(test) != without).any()
    for width, height in _AREAS:
        ring.show(0.3)
        ring.place(Rect2(0, 0, width, height))
        spend(ring, 1.0)
        yield from drawn(1)
    face.close()
    ring.close()
