"""Colours and transparency of clips as others write them, read back from the window.

The files are in `tests/data/media`, where it is said how each was made.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from clips import HEIGHT, WIDTH, clip_of, gradients, make_clip
from engine_tests import EngineTest, Steps, until
from godot import (
    CanvasItemMaterial,
    Color,
    ColorRect,
    Control,
    RenderingServer,
    TextureRect,
    Vector2,
)
from npc_video import GeneratedClip, VideoParams
from npc_video.media.decode import ClipDecoder
from npc_video_player import NpcVideoPlayer
from npc_video_player.clips.clip_layer import ClipLayer
from players import BARE, player_in
from window import drawn, picture, time_scale

SIDE = 256
WHITE, BLACK = Color(1.0, 1.0, 1.0), Color(0.0, 0.0, 0.0)
# What the middle of a bar is to be, as in BT.709.
WHITE_BAR, RED_BAR, FULL_WHITE = (30, 50), (30, 183), (112, 104)
BARS = {WHITE_BAR: (190, 190, 190), RED_BAR: (190, 0, 0), FULL_WHITE: (255, 255, 255)}


def bare_player(test: EngineTest, size: tuple[int, int], **properties: object) -> NpcVideoPlayer:
    player = player_in(test, size, **(BARE | properties))
    player.cancel()
    return player


def shows(player: NpcVideoPlayer, clip: GeneratedClip) -> Steps:
    """Has it on screen."""
    player._director.screen.open(clip)

    def is_on() -> bool:
        top = player._director.screen.layers.top
        return isinstance(top, ClipLayer) and top.reel.clip is clip

    yield from until(is_on)
    yield from drawn(3)


def material_of(player: NpcVideoPlayer):
    return player._director.screen.layers.top.reel.material.rid


def wall(test: EngineTest, color: Color) -> ColorRect:
    behind = ColorRect()
    behind.color = color
    behind.set_size(Vector2(SIDE, SIDE))
    test.add_child(behind)
    return behind


def seen(test: EngineTest, width: int = SIDE, height: int = SIDE) -> np.ndarray:
    return picture(test)[:height, :width]


def as_decoded(clip: GeneratedClip) -> np.ndarray:
    """The first picture, by the arithmetic of `npc_video.media`."""
    decoder = ClipDecoder(clip.data, clip.media_type)
    frame = next(iter(decoder.frames()))
    layout, colour = decoder.info.layout, decoder.info.colour
    columns, rows = layout.size
    memory = bytearray(columns * rows * layout.sample_bytes)
    layout.pack(frame.planes, memoryview(memory))
    decoder.close()
    samples = np.frombuffer(memory, f"<u{layout.sample_bytes}").reshape(rows, columns)
    samples = samples / (1.0 if layout.sample_bytes == 1 else 4.0)
    planes = [samples[b.y : b.y + b.height, b.x : b.x + b.width] for b in layout.boxes]
    # Without what lies between two texels of chroma.
    down, across = layout.height // layout.chroma_height, layout.width // layout.chroma_width
    full = [planes[0], *(plane.repeat(down, 0).repeat(across, 1) for plane in planes[1:3])]
    matrix, offset = colour.to_rgb()
    rgb = (np.stack(full, axis=-1) / 255.0 - offset) @ np.reshape(matrix, (3, 3)).T
    rgb = np.clip(rgb, 0.0, 1.0)
    return 255.0 * (rgb if colour.light is None else colour.light.shown(rgb))


def test_wide_gamuts_and_high_dynamic_ranges_look_as_in_bt709(test: EngineTest) -> Steps:
    player = bare_player(test, (256, 128))
    for name in ("pq", "hlg", "2020", "p3", "dci"):
        yield from shows(player, clip_of(f"bars_{name}.mp4"))
        window = seen(test, 256, 128)
        for (row, column), wanted in BARS.items():
            area = window[row - 5 : row + 6, column - 5 : column + 6].mean(axis=(0, 1))
            # As dark as FFmpeg's own zscale has the red bar of these files, within 2.
            assert np.abs(area - wanted).max() <= 8, (name, row, column, area)


def test_the_shader_and_the_arithmetic_agree(test: EngineTest) -> Steps:
    """Where colours are flat, for the arithmetic here does not filter chroma."""
    player = bare_player(test, (256, 128))
    names = [f"bars_{name}.mp4" for name in ("pq", "hlg", "2020")]
    for name in (*names, "c240.mp4", "fcc.mp4", "ycgco.mp4", "derived170m.mp4"):
        clip = clip_of(name)
        yield from shows(player, clip)
        wanted = as_decoded(clip)
        flat = np.ones((128, 256), bool)
        for axis in (0, 1):
            for step in (-2, 2):
                flat &= np.abs(np.roll(wanted, step, axis) - wanted).max(axis=-1) <= 5
        error = np.abs(seen(test, 256, 128) - wanted)[flat]
        assert np.count_nonzero(flat) > 3000, name
        assert error.mean() <= 1.5, (name, error.mean())


def test_large_and_untagged_has_the_colours_that_were_written(test: EngineTest) -> Steps:
    player = bare_player(test, (SIDE, SIDE))
    clip = clip_of("untagged768.mp4")
    yield from shows(player, clip)
    window = seen(test)
    written = {
        (64, 64): (224, 172, 140),
        (64, 192): (40, 160, 60),
        (192, 64): (200, 30, 40),
        (192, 192): (96, 64, 200),
    }
    for place, wanted in written.items():
        assert np.abs(window[place] - wanted).max() <= 3, (place, window[place])
    other = dataclasses.replace(
        clip, untagged_colours="bt709", params=VideoParams(expression="bt709")
    )
    yield from shows(player, other)
    assert np.abs(seen(test)[64, 192] - (30, 143, 58)).max() <= 3


def test_linear_canvases_get_tone_mapped_colours_too(test: EngineTest) -> Steps:
    """As in `test_playing`: what HDR 2D does is played by hand."""
    player = bare_player(test, (256, 128))
    yield from shows(player, clip_of("bars_pq.mp4"))
    usual = seen(test, 256, 128)
    linear = Color(0.2140, 0.2140, 0.2140)
    RenderingServer.material_set_param(material_of(player), "middle_grey", linear)
    yield from drawn()
    parts = usual / 255.0
    light = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) * 255.0
    # It plays on meanwhile, and its pictures differ a little.
    assert np.abs(seen(test, 256, 128) - light).mean() <= 1


def test_nothing_dark_around_what_is_opaque(test: EngineTest) -> Steps:
    """White on transparent black, enlarged, at its size and smaller."""
    wall(test, WHITE)
    player = bare_player(test, (SIDE, SIDE))
    for interpolation in ("none", "blend"):
        player.interpolation = interpolation
        for side in (SIDE, 64, 40):
            player.set_size(Vector2(side, side))
            yield from shows(player, clip_of("disc_vp9.webm"))
            assert seen(test).min() >= 235, (interpolation, side, seen(test).min())


def test_colours_that_nobody_sees_do_not_bleed(test: EngineTest) -> Steps:
    """Red on transparent black: over its own red, nothing shows where it ends."""
    red = (255, 32, 16)
    wall(test, Color(*(part / 255.0 for part in red)))
    player = bare_player(test, (SIDE, SIDE))
    for name in ("red_disc_vp9.webm", "red_disc_vp8.webm"):
        yield from shows(player, clip_of(name))
        error = np.abs(seen(test) - red)
        # A texel of chroma at the edge is for black as well, in the file itself.
        assert error.mean() <= 5.0, (name, error.mean())
        assert error[..., 0].max() <= 110, (name, error[..., 0].max())


def test_a_texture_of_what_is_translucent_has_no_dark_edge(test: EngineTest) -> Steps:
    """In the player itself, and where a game shows it with the blending that its docs tell."""
    wall(test, WHITE)
    player = bare_player(test, (SIDE, SIDE))
    texture = player.get_video_texture()
    yield from shows(player, clip_of("disc_vp9.webm"))
    assert seen(test).min() >= 235
    assert seen(test)[128, 128].min() >= 250
    player.modulate = Color(0.5, 1.0, 1.0)
    yield from drawn()
    assert abs(int(seen(test)[128, 128, 0]) - 128) <= 3
    player.hide()
    mirror = TextureRect()
    mirror.texture = texture
    mirror.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
    mirror.set_size(Vector2(SIDE, SIDE))
    mirror.material = CanvasItemMaterial()
    mirror.material.blend_mode = CanvasItemMaterial.BLEND_MODE_PREMULT_ALPHA
    test.add_child(mirror)
    yield from drawn(3)
    assert seen(test).min() >= 235
    assert seen(test)[128, 128].min() >= 250


def test_translucent_clips_fade_without_letting_more_through(test: EngineTest) -> Steps:
    wall(test, BLACK)
    player = bare_player(test, (SIDE, SIDE), crossfade=0.5, crossfade_curve="linear")
    yield from shows(player, clip_of("disc_vp9.webm"))
    yield from until(lambda: len(player._director.screen.layers) == 1)
    again = dataclasses.replace(clip_of("disc_vp9.webm"), params=VideoParams(expression="again"))
    levels = []
    with time_scale(0.05):  # between two pictures that are alike a fade is over in three frames
        player._director.screen.open(again)
        yield from until(lambda: len(player._director.screen.layers) > 1)
        while len(player._director.screen.layers) > 1:
            yield
            levels.append(int(seen(test)[128, 128].min()))
    assert levels
    assert min(levels) >= 250, levels


def test_what_the_player_shows_besides_lies_over_its_texture(test: EngineTest) -> Steps:
    player = bare_player(test, (WIDTH, HEIGHT), overlay=True)
    yield from drawn()
    player.get_video_texture()
    yield from shows(player, make_clip(gradients(), expression="beneath"))
    covered = seen(test, WIDTH, HEIGHT)
    player.overlay = False
    yield from drawn(3)
    assert np.abs(seen(test, WIDTH, HEIGHT) - covered).mean() > 5.0
    assert isinstance(player, Control)
