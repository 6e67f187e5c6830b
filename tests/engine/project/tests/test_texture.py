"""The texture of a player that comes and goes: one object, and never somebody else's picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from engine_tests import EngineTest, Steps, until
from godot import (
    Color,
    Image,
    ImageTexture,
    MeshInstance3D,
    Node,
    Performance,
    QuadMesh,
    StandardMaterial3D,
    SubViewport,
    TextureRect,
    Vector2,
)
from npc_video_player import NpcProfile, NpcVideoPlayer
from npc_video_player.screen import texture_viewport
from players import BARE, made_player, player_in
from window import drawn, picture, pixels_of

SIDE = 256
CLIP, PORTRAIT, OTHER = (200, 60, 40), (40, 60, 200), (60, 200, 60)
NEAR = 12  # what a codec and a conversion may change


def image(colour: tuple[int, int, int], width: int = 64, height: int = 64) -> Image:
    made = Image.create_empty(width, height, False, Image.FORMAT_RGB8)
    made.fill(Color(*(part / 255.0 for part in colour)))
    return made


def portrait() -> ImageTexture:
    return ImageTexture.create_from_image(image(PORTRAIT))


def clips_of(colour: tuple[int, int, int]) -> Any:
    """A generator whose clips have one colour."""

    def make(request: dict[str, Any]) -> list[Image]:
        return [image(colour, request["width"], request["height"])] * request["frame_count"]

    return make


def bard(**properties: Any) -> NpcVideoPlayer:
    player = made_player((SIDE, SIDE), **(BARE | {"npc_name": "Bard"} | properties))
    player.portrait = portrait()
    player.set_generator(clips_of(CLIP))
    return player


def colour_of(texture: Any) -> tuple[int, ...]:
    """The middle of the picture; a translucent one has no colour."""
    whole = texture.get_image()
    whole.clear_mipmaps()
    if whole.get_pixel(whole.get_width() // 2, whole.get_height() // 2).a < 1.0:
        return ()
    pixels = pixels_of(whole)
    return tuple(int(part) for part in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])


def is_near(seen: tuple[int, ...], colour: tuple[int, int, int]) -> bool:
    return len(seen) == 3 and all(abs(a - b) <= NEAR for a, b in zip(seen, colour, strict=True))


def shows(texture: Any, colour: tuple[int, int, int]) -> Steps:
    yield from until(lambda: is_near(colour_of(texture), colour), 20.0)


def others_play(test: EngineTest, turn: int) -> Steps:
    """What takes up what the renderer has free: clips, and textures of other sizes."""
    player = player_in(test, (SIDE, SIDE), **(BARE | {"npc_name": f"Other {turn}"}))
    player.set_generator(clips_of(OTHER))
    yield from shows(player.get_video_texture(), OTHER)
    for index in range(8):
        viewport = SubViewport()
        viewport.size = (SIDE, SIDE) if index % 2 else (64 + index, 64)
        test.add_child(viewport)
    yield from drawn()


def test_a_texture_survives_its_player_s_moving(test: EngineTest) -> Steps:
    player, elsewhere = bard(), Node()
    test.add_child(player)
    test.add_child(elsewhere)
    texture = player.get_video_texture()
    yield from shows(texture, CLIP)
    for turn, parent in enumerate((elsewhere, test)):
        player.reparent(parent)
        assert player.get_video_texture() is texture
        yield from others_play(test, turn)
        yield from shows(texture, CLIP)
        assert (texture.get_width(), texture.get_height()) == (SIDE, SIDE)


def test_it_shows_the_portrait_while_its_player_is_away(test: EngineTest) -> Steps:
    player = bard()
    test.add_child(player)
    texture = player.get_video_texture()
    yield from shows(texture, CLIP)
    for turn in range(2):
        test.remove_child(player)
        yield from shows(texture, PORTRAIT)
        yield from others_play(test, turn)
        assert is_near(colour_of(texture), PORTRAIT)
        test.add_child(player)
        assert player.get_video_texture() is texture
        yield from shows(texture, CLIP)


def test_there_is_one_before_the_player_is_in_a_scene(test: EngineTest) -> Steps:
    player = bard()
    texture = player.get_video_texture()
    yield from shows(texture, PORTRAIT)
    player.texture_size = (512, 512)
    assert texture.get_width() == 512
    yield from shows(texture, PORTRAIT)
    profile = NpcProfile()
    profile.portrait = ImageTexture.create_from_image(image(OTHER))
    player.profile = profile
    yield from shows(texture, OTHER)
    player.profile = None
    test.add_child(player)
    assert player.get_video_texture() is texture
    yield from shows(texture, CLIP)


def test_what_holds_it_shows_it_on_the_screen(test: EngineTest) -> Steps:
    """Sprites and meshes keep what the renderer calls the texture, and not the object alone."""
    player, elsewhere, mirror = bard(visible=False), Node(), TextureRect()
    test.add_child(player)
    test.add_child(elsewhere)
    mirror.texture = player.get_video_texture()
    test.add_child(mirror)

    def mirrored() -> tuple[int, ...]:
        return tuple(int(part) for part in picture(test)[SIDE // 2, SIDE // 2])

    yield from until(lambda: is_near(mirrored(), CLIP), 20.0)
    player.reparent(elsewhere)
    yield from until(lambda: is_near(mirrored(), CLIP), 20.0)
    elsewhere.remove_child(player)
    yield from until(lambda: is_near(mirrored(), PORTRAIT))
    test.add_child(player)
    yield from until(lambda: is_near(mirrored(), CLIP), 20.0)
    player.free()
    yield from until(lambda: is_near(mirrored(), PORTRAIT))
    yield from others_play(test, 0)
    mirror.move_to_front()
    yield from until(lambda: is_near(mirrored(), PORTRAIT))
    mirror.free()
    yield from until(lambda: not texture_viewport._kept)


def test_it_outlives_its_player_for_as_long_as_it_is_held(test: EngineTest) -> Steps:
    """As a mesh that is kept when the scene of its NPC is changed for another."""
    before = int(Performance.get_monitor(Performance.OBJECT_NODE_COUNT))
    mesh = MeshInstance3D()
    mesh.mesh, material = QuadMesh(), StandardMaterial3D()
    mesh.material_override = material
    test.add_child(mesh)
    scene, player = Node(), bard()
    scene.add_child(player)
    test.add_child(scene)
    material.albedo_texture = player.get_video_texture()
    yield from shows(material.albedo_texture, CLIP)
    scene.queue_free()
    yield from until(lambda: len(texture_viewport._kept) == 1)
    yield from others_play(test, 0)
    yield from shows(material.albedo_texture, PORTRAIT)
    material.albedo_texture = None
    yield from until(lambda: not texture_viewport._kept)
    for child in test.get_children():
        child.free()
    del mesh, material
    yield from drawn()
    assert int(Performance.get_monitor(Performance.OBJECT_NODE_COUNT)) == before


def test_mipmaps_follow_a_player_that_comes_and_goes(test: EngineTest) -> Steps:
    player = bard()
    test.add_child(player)
    texture = player.get_video_texture(True)
    yield from shows(texture, CLIP)
    test.remove_child(player)
    yield from shows(texture, PORTRAIT)
    test.add_child(player)
    assert player.get_video_texture(True) is texture
    yield from shows(texture, CLIP)
    player.free()
    yield from shows(texture, PORTRAIT)
    yield from until(lambda: not texture_viewport._kept)


def test_a_player_moves_between_viewports(test: EngineTest) -> Steps:
    """Its texture is drawn before that which shows the player, wherever that is."""
    player, other = bard(), SubViewport()
    other.size = (SIDE, SIDE)
    other.render_target_update_mode = SubViewport.UPDATE_ALWAYS
    test.add_child(other)
    test.add_child(player)
    texture = player.get_video_texture()
    yield from shows(texture, CLIP)
    player.reparent(other)
    yield from shows(texture, CLIP)
    yield from shows(other.get_texture(), CLIP)
    other.free()
    yield from shows(texture, PORTRAIT)
    del texture
    yield from until(lambda: not texture_viewport._kept)


def test_who_asks_for_no_texture_pays_for_none(test: EngineTest) -> Steps:
    player = bard()
    test.add_child(player)
    player.get_video_texture()
    yield from drawn()
    test.remove_child(player)
    assert player._viewport is None
    player.set_size(Vector2(8.0, 8.0))
    assert np.isfinite(player.size.x)
    player.free()
    assert not texture_viewport._kept
