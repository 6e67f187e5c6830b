"""Clips on screen: their colours, how one follows another, textures, sound, and broken ones."""

from __future__ import annotations

import dataclasses
import io
import time
from typing import Any

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from clips import COUNT, FPS, HEIGHT, WIDTH, gradients, grey, make_clip
from ears import in_step
from engine_tests import EngineTest, Steps, until
from godot import (
    AnimatedSprite2D,
    Color,
    Image,
    ImageTexture,
    Rect2,
    RenderingServer,
    SpriteFrames,
    TextureRect,
    Vector2,
    Vector2i,
)
from npc_video import Fallback, GeneratedClip, VideoParams
from npc_video_player import NpcVideoPlayer
from npc_video_player.canvas.stretch import placed
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.screen.procedural_face import ProceduralFace
from npc_video_player.sharing import shared
from players import BARE, player_in
from window import drawn, picture, pixels_of, time_scale

BT709, BT601 = 1, 5


def bare_player(test: EngineTest, **properties: Any) -> NpcVideoPlayer:
    """One that shows clips and nothing else, pixel for pixel."""
    player = player_in(test, (WIDTH, HEIGHT), **(BARE | properties))
    player.cancel()
    return player


def opened(player: NpcVideoPlayer, clip: GeneratedClip, role: str = "clip") -> Steps:
    """Shows a clip as if a generator had made it."""
    player._director.screen.open(clip, role)
    yield from until(lambda: clip_on(player) is clip)


def clip_on(player: NpcVideoPlayer) -> GeneratedClip | None:
    top = player._director.screen.layers.top
    return top.reel.clip if isinstance(top, ClipLayer) else None


def reel_of(player: NpcVideoPlayer):
    return player._director.screen.layers.top.reel


def area(test: EngineTest) -> np.ndarray:
    return picture(test)[:HEIGHT, :WIDTH]


def as_ffmpeg_has_it(clip: GeneratedClip, matrix: int, full_range: bool) -> np.ndarray:
    """The first picture, converted by FFmpeg itself."""
    with av.open(io.BytesIO(clip.data)) as file:
        frame = next(file.decode(video=0))
        rgb = frame.reformat(
            format="rgb24",
            src_colorspace=Colorspace.ITU709 if matrix == BT709 else Colorspace.ITU601,
            src_color_range=ColorRange.JPEG if full_range else ColorRange.MPEG,
            interpolation="BILINEAR",
        )
        return rgb.to_ndarray().astype(int)


def test_a_clip_moves_that_was_cut_to(test: EngineTest) -> Steps:
    player = bare_player(test)
    yield from opened(player, make_clip(gradients(), expression="first"))
    yield from until(lambda: reel_of(player).shots_shown > 1)
    yield from opened(player, make_clip(gradients(), expression="second"))
    yield from until(lambda: reel_of(player).shots_shown > 1)


def test_the_colours_are_those_that_ffmpeg_makes(test: EngineTest) -> Steps:
    player = bare_player(test)
    still = [list(gradients())[COUNT // 2]] * COUNT
    worst: dict[str, tuple[float, int]] = {}
    for matrix in (BT601, BT709):
        for full_range in (False, True):
            for pixels in ("yuv420p", "yuv422p", "yuv444p"):
                name = f"{pixels} {matrix} {full_range}"
                clip = make_clip(
                    still,
                    pixels=pixels,
                    options={"qp": "0"},
                    matrix=matrix,
                    full_range=full_range,
                    expression=name,
                )
                yield from opened(player, clip)
                yield from drawn()
                errors = np.abs(area(test) - as_ffmpeg_has_it(clip, matrix, full_range))
                worst[name] = float(errors.mean()), int(errors.max())
    assert max(mean for mean, _ in worst.values()) <= 1.5, worst
    assert max(most for _, most in worst.values()) <= 6, worst


def as_light(pixels: np.ndarray) -> np.ndarray:
    """Levels of sRGB as levels of linear light, after IEC 61966-2-1."""
    parts = pixels / 255.0
    curved = ((parts + 0.055) / 1.055) ** 2.4
    return np.where(parts <= 0.04045, parts / 12.92, curved) * 255.0


def test_colours_are_linear_where_the_canvas_wants_that(test: EngineTest) -> Steps:
    """With HDR 2D the engine makes `middle_grey` linear; Compatibility has none, so this does.

    That clips, the face, previews and a player's texture then look as without HDR 2D was seen by
    hand, with Forward+ and Mobile on software Vulkan.
    """
    linear = Color(0.2140, 0.2140, 0.2140)
    player = bare_player(test)
    still = [list(gradients())[3]] * COUNT
    yield from opened(player, make_clip(still, options={"qp": "0"}, expression="linear"))
    yield from drawn()
    usual = area(test)
    RenderingServer.material_set_param(reel_of(player).material.rid, "middle_grey", linear)
    yield from drawn()
    assert np.abs(area(test) - as_light(usual)).max() <= 2
    face = ProceduralFace(player, VideoParams(), phase=0.2)
    face.place(Rect2(0.0, 0.0, WIDTH, HEIGHT))
    yield from drawn()
    usual = area(test)
    face._material.set_shader_parameter("middle_grey", linear)
    yield from drawn()
    assert np.abs(area(test) - as_light(usual)).max() <= 2
    face.close()


def test_a_game_s_modulate_tints_clips(test: EngineTest) -> Steps:
    player = bare_player(test)
    still = [list(gradients())[3]] * COUNT
    yield from opened(player, make_clip(still, options={"qp": "0"}, expression="tinted"))
    yield from drawn()
    usual = area(test)
    player.modulate = Color(0.5, 0.8, 1.0)
    yield from drawn()
    assert np.abs(area(test) - usual * (0.5, 0.8, 1.0)).max() <= 2


def test_a_cross_fade_shows_both(test: EngineTest) -> Steps:
    player = bare_player(test, crossfade=0.5, crossfade_curve="linear")
    yield from opened(player, make_clip(grey(lambda index: 40), expression="dark"))
    yield from until(lambda: len(player._director.screen.layers) == 1)
    yield from drawn()
    dark = area(test).mean()
    levels = []
    with time_scale(0.2):  # a slow renderer has hardly a frame within the fade
        yield from opened(player, make_clip(grey(lambda index: 220), expression="light"))
        while len(player._director.screen.layers) > 1:
            yield
            levels.append(area(test).mean())
    yield from drawn()
    light = area(test).mean()
    assert levels == sorted(levels), levels
    between = [level for level in levels if dark + 20 < level < light - 20]
    assert len(between) > 5, levels


def test_a_loop_has_no_seam(test: EngineTest) -> Steps:
    """Every picture on screen is one of the clip, and they come in order, over the loop as well."""
    player = bare_player(test)
    clip = make_clip(grey(lambda index: 20 + 9 * index), options={"qp": "0"}, expression="steps")
    yield from opened(player, clip)
    loops: list[int] = []
    player.clip_looped.connect(lambda: loops.append(1))
    shown: list[int] = []
    while len(loops) < 2:
        yield
        number = (area(test).mean() - 20) / 9
        assert abs(number - round(number)) < 0.3, number
        if not shown or shown[-1] != round(number):
            shown.append(round(number))
    steps = np.diff(shown) % COUNT
    # A frame of the engine that takes long leaves out what was due within it, and goes on.
    assert sorted(steps)[len(steps) // 2] == 1, shown
    assert max(steps) < COUNT // 4, shown


def test_a_clip_plays_on_after_a_cut(test: EngineTest) -> Steps:
    player = bare_player(test, crossfade=0.0)
    yield from opened(player, make_clip(grey(lambda index: 40), expression="first"))
    yield from until(lambda: player._director.screen._lone_clip is not None)
    yield from opened(player, make_clip(grey(lambda index: 9 * index), expression="second"))
    yield from until(lambda: reel_of(player).shots_shown > 3)


def test_a_clip_can_wait_for_the_end_of_the_one_before(test: EngineTest) -> Steps:
    player = bare_player(test, crossfade_at="loop")
    yield from opened(player, make_clip(grey(lambda index: 40), expression="first"))
    loops: list[int] = []
    player.clip_looped.connect(lambda: loops.append(1))
    clip = make_clip(grey(lambda index: 220), expression="second")
    player._director.screen.open(clip)
    while clip_on(player) is not clip:
        assert not loops
        yield
    assert len(loops) == 1
    assert reel_of(player).playback.position < 0.1


def test_a_better_clip_goes_on_at_the_same_phase(test: EngineTest) -> Steps:
    player = bare_player(test, crossfade=0.3)
    told: list[Any] = []
    player.quality_upgraded.connect(told.append)
    yield from opened(player, make_clip(grey(lambda index: 40), expression="same"))
    rough = reel_of(player)
    better = make_clip(grey(lambda index: 42), expression="same")
    player._director.screen.open(better, "upgrade")
    yield from until(lambda: clip_on(player) is better)
    fine = reel_of(player)
    apart = []
    while len(player._director.screen.layers) > 1:
        apart.append(abs(rough.playback.position - fine.playback.position))
        yield
    assert max(apart) < 0.5 / FPS, apart
    assert len(told) == 1


def test_players_that_share_a_clip_play_it_at_its_own_pace(test: EngineTest) -> Steps:
    """One rests between its pictures, one fades in meanwhile and needs every frame, one hides."""
    clip = make_clip(gradients(), expression="paced")
    players = [bare_player(test, crossfade=0.5) for _ in range(3)]
    yield from opened(players[0], clip)
    yield from until(lambda: players[0]._director.screen.rests > 0.0)
    for player in players[1:]:
        player._director.screen.open(clip)
    yield from until(lambda: all(clip_on(player) is clip for player in players))
    reel = reel_of(players[0])
    assert all(reel_of(player) is reel for player in players)
    began, passed = reel.played, 0.0
    for part in (0.5, 1.0, 1.5):
        while passed < part:
            yield
            passed += test.get_process_delta_time()
        players[2].visible = not players[2].visible
    assert abs(reel.played - began - passed) < 0.1


def test_players_that_show_one_clip_share_its_decoding(test: EngineTest) -> Steps:
    clip = make_clip(gradients(), expression="shared")
    first, second = bare_player(test), bare_player(test)
    yield from opened(first, clip)
    yield from opened(second, clip)
    assert reel_of(first) is reel_of(second)
    reel = reel_of(first)
    test.remove_child(first)
    first.free()
    shots = reel.shots_shown
    yield from until(lambda: reel.shots_shown > shots + 3)
    # Asked for again by who shows it, it starts anew.
    yield from opened(second, make_clip(grey(lambda index: 9), expression="other"))
    assert reel.users == 0


def test_who_is_not_seen_does_not_decode(test: EngineTest) -> Steps:
    player = bare_player(test)
    yield from opened(player, make_clip(gradients(), expression="seen"))
    for hide, show in (
        (player.hide, player.show),
        (
            lambda: player.set_position(Vector2(5000, 0)),
            lambda: player.set_position(Vector2(0, 0)),
        ),
    ):
        hide()
        yield from until(lambda: not player._visibility.is_seen)
        shots = reel_of(player).shots_shown
        for _ in range(30):
            yield
        assert reel_of(player).shots_shown == shots
        show()
        yield from until(lambda shots=shots: reel_of(player).shots_shown > shots)


def test_the_finished_picture_is_a_texture(test: EngineTest) -> Steps:
    player = bare_player(test)
    texture = player.get_video_texture()
    assert player.get_video_texture() is texture
    mirror = TextureRect()
    mirror.texture = texture
    mirror.set_position(Vector2(0, 0))
    test.add_child(mirror)
    player.hide()
    yield from opened(player, make_clip(grey(lambda index: 20 + 9 * index), expression="mirrored"))
    yield from drawn(3)
    levels = set()

    def changes() -> bool:
        levels.add(round(pixels_of(texture.get_image()).mean()))
        return len(levels) > 4

    yield from until(changes)
    assert (texture.get_width(), texture.get_height()) == (256, 256)


def test_a_texture_with_mipmaps_follows_the_picture(test: EngineTest) -> Steps:
    player = bare_player(test)
    texture = player.get_video_texture(True)
    assert player.get_video_texture(True) is texture
    assert player.get_video_texture() is not texture
    clip = make_clip(grey(lambda index: 20 + 9 * index), expression="from afar")
    yield from opened(player, clip)
    levels: dict[int, int] = {}

    def changes() -> bool:
        image = texture.get_image()
        if image is not None and image.has_mipmaps():
            whole = np.frombuffer(image.get_data(), np.uint8)
            if np.ptp(whole[: 4 * 256 * 256 : 4]) == 0:  # not the placeholder
                levels[round(float(whole[0]))] = round(float(whole[-4]))
        return len(levels) > 5

    yield from until(changes)
    assert all(abs(last - first) < 3 for first, last in levels.items()), levels
    # It is read only when the picture has changed.
    player.speed_scale = 0.0
    yield from until(lambda: not player._viewport.is_busy)
    before = texture.get_image().get_data()
    for _ in range(10):
        yield
        assert not player._viewport.is_busy
    assert texture.get_image().get_data() == before
    player.texture_size = Vector2i(512, 512)
    yield from until(lambda: texture.get_width() == 512)
    assert texture.get_image().has_mipmaps()


def tone(seconds: float = COUNT / FPS) -> np.ndarray:
    times = np.arange(round(48000 * seconds)) / 48000
    return (3000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)


def test_sound_keeps_to_the_picture(test: EngineTest) -> Steps:
    player = bare_player(test)
    clip = make_clip(grey(lambda index: 9 * index), sound=tone(), expression="heard")
    yield from opened(player, clip)
    yield from until(lambda: player._director.screen.layers.top.sound is not None)
    for hitch in (0.0, 0.2):
        time.sleep(hitch)
        yield from in_step(player, frames=30)


def test_a_broken_clip_is_told_and_changes_nothing(test: EngineTest) -> Steps:
    player = bare_player(test)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    good = make_clip(grey(lambda index: 120), expression="good")
    yield from opened(player, good)
    yield from drawn()
    before = area(test)
    bad = GeneratedClip(
        good.data[:200], "video/mp4", 8, 8, 8.0, 1.0, "realtime", VideoParams(), 0.0
    )
    player._director.screen.open(bad)
    yield from until(lambda: reasons)
    yield from drawn()
    assert clip_on(player) is good
    assert np.array_equal(area(test), before)
    assert "damaged" in reasons[0] or "opened" in reasons[0], reasons


def test_a_clip_that_breaks_off_stays_on_its_last_picture(test: EngineTest) -> Steps:
    player = bare_player(test)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    whole = make_clip(gradients(), codec="libvpx-vp9", expression="whole")
    half = dataclasses.replace(whole, data=whole.data[: len(whole.data) * 2 // 3])
    yield from opened(player, half)
    yield from until(lambda: reasons)
    yield from drawn(10)
    assert clip_on(player) is half
    assert len(reasons) == 1


def test_a_hit_is_on_screen_with_the_next_frame(test: EngineTest) -> Steps:
    player = bare_player(test)
    clip = make_clip(gradients(), expression="kept")
    shared.first_pictures().keep(clip)
    yield from until(lambda: shared.first_pictures().of(clip) is not None)
    player._director.screen.open(clip)
    yield
    assert clip_on(player) is clip


def test_blending_lies_between_two_pictures(test: EngineTest) -> Steps:
    player = bare_player(test, interpolation="blend")
    clip = make_clip(grey(lambda index: 20 + 9 * index), options={"qp": "0"}, expression="blended")
    yield from opened(player, clip)
    parts: list[float] = []
    for _ in range(60):
        yield
        number = (area(test).mean() - 20) / 9
        parts.append(number - np.floor(number))
    between = [part for part in parts if 0.2 < part < 0.8]
    assert len(between) > 15, parts


def moved(index: float, step: int = 7) -> np.ndarray:
    """A square before a ground that stays, so far on as after `index` pictures."""
    rng = np.random.default_rng(1)
    ground = rng.integers(60, 120, (HEIGHT // 8, WIDTH // 8, 1)).repeat(8, 0).repeat(8, 1)
    square = rng.integers(120, 255, (16, 16, 1)).repeat(4, 0).repeat(4, 1)

    def at(left: int) -> np.ndarray:
        image = ground.repeat(3, 2)
        image[64:128, left : left + 64] = square
        return image

    left = 8 + index * step
    whole = int(left)
    return at(whole) * (1.0 - left + whole) + at(whole + 1) * (left - whole)


def test_blocks_move_where_the_codec_says_so(test: EngineTest) -> Steps:
    """Half-way between two pictures a square is half-way, and not two faint ones."""
    pictures = [moved(index).astype(np.uint8) for index in range(COUNT)]
    errors: dict[str, float] = {}
    for mode in ("blend", "motion"):
        player = bare_player(test, interpolation=mode)
        clip = make_clip(pictures, options={"crf": "8", "bf": "0"}, expression=mode)
        yield from opened(player, clip)
        playback, found = reel_of(player).playback, []

        def has_come_to(number: int, playback=playback) -> bool:
            return playback.shot.number == number and playback.part > 0.35

        for number in (3, 6, 9, 12):
            with time_scale(0.4):  # no picture is over within a frame of a slow renderer
                yield from until(lambda number=number, come=has_come_to: come(number))
            player.set_process(False)
            yield from drawn()
            true = moved(number + playback.part)
            found.append(np.abs(area(test) - true)[56:136].mean())
            player.set_process(True)
        errors[mode] = float(np.mean(found))
        test.remove_child(player)
        player.free()
    assert errors["motion"] < 0.7 * errors["blend"], errors


def test_freeze_holds_the_picture(test: EngineTest) -> Steps:
    player = bare_player(test, fallback="freeze")
    yield from opened(player, make_clip(grey(lambda index: 9 * index), expression="frozen"))
    player._director.screen.cover(Fallback.FREEZE, VideoParams(), 3.0)
    yield from drawn()
    before = area(test)
    for _ in range(30):
        yield
    assert np.array_equal(area(test), before)


def test_a_node_of_the_game_can_stand_in(test: EngineTest) -> Steps:
    frames = SpriteFrames()
    frames.add_animation("happy")
    image = Image.create_empty(64, 64, False, Image.FORMAT_RGBA8)
    image.fill((0.0, 1.0, 0.0, 1.0))
    frames.add_frame("happy", ImageTexture.create_from_image(image))
    sprite = AnimatedSprite2D()
    sprite.sprite_frames = frames
    sprite.position = Vector2(60, 60)
    test.add_child(sprite)
    player = bare_player(test)
    player.procedural_target = player.get_path_to(sprite)
    player._director.screen.cover(Fallback.PROCEDURAL, VideoParams(expression="happy"), 3.0)
    assert sprite.animation == "happy"
    yield from until(lambda: tuple(area(test)[60, 60]) == (0, 255, 0))
    yield from opened(player, make_clip(grey(lambda index: 90), expression="back"))
    yield from until(lambda: abs(int(area(test)[60, 60, 1]) - 90) < 6)


def test_a_texture_is_as_large_as_it_was_whatever_the_preset(test: EngineTest) -> None:
    player = bare_player(test)
    texture = player.get_video_texture()
    assert texture.get_size() == Vector2(256, 256)
    player.preset = "quality"
    assert player.get_video_texture() is texture
    assert texture.get_size() == Vector2(256, 256)
    player.texture_size = Vector2i(300, 200)
    assert texture.get_size() == Vector2(300, 200)
    player.preset = "fast"
    assert texture.get_size() == Vector2(300, 200)
    test.expect_error("texture_size: 99999×10 is refused; use up to 8192 pixels.")
    player.texture_size = Vector2i(99999, 10)
    assert texture.get_size() == Vector2(300, 200)
    player.texture_size = Vector2i()
    assert texture.get_size() == Vector2(256, 256)


def test_a_texture_of_another_shape_is_filled_as_the_player_is(test: EngineTest) -> Steps:
    player = bare_player(test, stretch_mode="keep_aspect_covered", texture_size=Vector2i(120, 40))
    texture = player.get_video_texture()
    yield from opened(player, make_clip(grey(lambda index: 200), expression="wide"))
    yield from drawn(3)
    pixels = pixels_of(texture.get_image())
    assert pixels.shape[:2] == (40, 120)
    assert (pixels > 150).all()


def test_stretches_as_a_texture_rect_does(test: EngineTest) -> None:
    box, size = Rect2(10, 20, 200, 100), Vector2(50, 50)
    modes = [mode.word for mode in NpcVideoPlayer.StretchMode]
    where = {mode: tuple(placed(mode, box, size)) for mode in modes}
    assert where == {
        "scale": (10, 20, 200, 100),
        "tile": (10, 20, 200, 100),
        "keep": (10, 20, 50, 50),
        "keep_centered": (85, 45, 50, 50),
        "keep_aspect": (10, 20, 100, 100),
        "keep_aspect_centered": (60, 20, 100, 100),
        "keep_aspect_covered": (10, -30, 200, 200),
    }


def test_nothing_is_drawn_outside_of_the_player(test: EngineTest) -> Steps:
    player = bare_player(test, stretch_mode="keep_aspect_covered")
    player.set_size(Vector2(100, 200))
    player.set_position(Vector2(100, 0))
    yield from opened(player, make_clip(grey(lambda index: 200), expression="covered"))
    yield from drawn()
    shown = picture(test)
    assert (shown[10:190, 105:195] > 150).all()
    assert (shown[10:190, :95, 0] < 20).all()
    assert (shown[10:190, 205:, 0] < 20).all()
