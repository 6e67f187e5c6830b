"""An NPC's own pictures that move: its portrait, without a backend, and stills by expression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from engine_tests import EngineTest, Steps, until
from godot import (
    Image,
    ImageTexture,
    NodePath,
    ProjectSettings,
    Rect2,
    ResourceSaver,
    Vector2,
)
from npc_video import VideoParams
from npc_video_player import (
    NpcBackend,
    NpcBackendPool,
    NpcComfyUiBackend,
    NpcFailoverBackend,
    NpcProfile,
    NpcStillsBackend,
    NpcVideoPlayer,
)
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.resources.backend_resources import NpcProceduralBackend, make_backend
from npc_video_player.resources.game_files import picture_name, read_picture
from npc_video_player.screen.placeholder import Placeholder
from npc_video_player.screen.procedural_face import ProceduralFace
from npc_video_player.sharing import sources
from players import made_player, player_in
from window import drawn, picture

GREEN, BLUE, GREY = (0.1, 0.7, 0.2), (0.1, 0.2, 0.8), (0.5, 0.5, 0.5)


def still(colour: tuple[float, ...], width: int = 64, height: int = 64) -> ImageTexture:
    image = Image.create_empty(width, height, False, Image.FORMAT_RGBA8)
    image.fill((*colour, 1.0))
    return ImageTexture.create_from_image(image)


def mira(test: EngineTest, **properties: Any) -> NpcVideoPlayer:
    wanted = {"npc_name": "Mira", "predictive": False, "crossfade": 0.0, "progress_ring": False}
    return player_in(test, (64.0, 64.0), **(wanted | properties))


def clip_on(player: NpcVideoPlayer) -> Any:
    top = player._director.screen.layers.top
    return top.reel.clip if isinstance(top, ClipLayer) else None


def shows(player: NpcVideoPlayer, expression: str) -> Steps:
    """Asks for a clip, and waits until it is on screen."""
    player.request({"expression": expression})
    yield from until(
        lambda: clip_on(player) is not None and clip_on(player).params.expression == expression
    )
    yield from drawn(3)


def middle(test: EngineTest) -> np.ndarray:
    return picture(test)[28:36, 28:36].mean(axis=(0, 1)) / 255.0


def eyes_of(player: NpcVideoPlayer) -> Any:
    mine = player._director.joined[0]
    return next(key for key, source in sources._sources.items() if source is mine).eyes


# ---- A portrait without a backend ----


def test_a_portrait_moves_where_no_backend_is_chosen(test: EngineTest) -> Steps:
    player = mira(test, portrait=still(GREEN))
    yield from shows(player, "neutral")
    assert np.abs(middle(test) - GREEN).max() < 0.06
    assert not clip_on(player).is_drawn
    kinds = {type(layer) for layer in player._director.screen.layers}
    assert ProceduralFace not in kinds


def test_it_does_so_where_a_profile_has_the_portrait(test: EngineTest) -> Steps:
    profile = NpcProfile()
    profile.npc_name, profile.portrait = "Mira of the profile", still(BLUE)
    player = mira(test, profile=profile)
    yield from shows(player, "neutral")
    assert np.abs(middle(test) - BLUE).max() < 0.06


def test_ember_is_drawn_where_there_is_no_portrait(test: EngineTest) -> Steps:
    player = mira(test, npc_name="Nobody")
    yield from shows(player, "neutral")
    assert clip_on(player).is_drawn
    player.portrait = still(GREEN)
    yield from until(lambda: clip_on(player) is not None and not clip_on(player).is_drawn)


def test_ember_can_be_chosen_in_spite_of_a_portrait(test: EngineTest) -> Steps:
    backend = NpcProceduralBackend()
    player = mira(test, npc_name="Chosen", portrait=still(GREEN), backend=backend)
    yield from shows(player, "happy")
    assert not clip_on(player).is_drawn
    backend.draws_ember = True
    yield from until(lambda: clip_on(player) is not None and clip_on(player).is_drawn)


def test_until_there_is_a_clip_the_portrait_is_shown_in_its_place(test: EngineTest) -> Steps:
    """Not a dragon that no clip follows; and as large as the clip will be."""
    player = mira(test, npc_name="Slow", portrait=still(GREEN, 40, 80), simulate_latency=True)
    player.request({"expression": "happy"})
    top = player._director.screen.layers.top
    assert isinstance(top, Placeholder)
    size = player._director.screen.layers.picture_size
    assert size.y > 1.8 * size.x
    yield


def test_a_portrait_stands_where_the_clips_of_a_function_in_its_shape_will_be(
    test: EngineTest,
) -> Steps:
    pictures = [still(GREEN, 48, 96).get_image()] * 8
    for mode in NpcVideoPlayer.StretchMode:
        player = made_player(
            (64.0, 80.0), npc_name=f"Of a function, {mode.word}", portrait=still(GREEN, 24, 48),
            predictive=False, crossfade=0.0, stretch_mode=mode,
        )  # fmt: skip
        player.set_generator(lambda _request: pictures)
        test.add_child(player)
        before = player._director.screen.layers.top
        assert isinstance(before, Placeholder)
        yield from until(lambda player=player: clip_on(player) is not None, 20.0)
        assert (clip_on(player).width, clip_on(player).height) == (48, 96)
        area, after = before._area, player._director.screen.layers.top._area
        if mode.word.startswith("keep_aspect"):
            assert (area.position - after.position).length() < 1.0, mode
            assert (area.size - after.size).length() < 1.0, mode
        player.free()


def test_a_portrait_stands_where_the_clips_of_a_model_will_be(test: EngineTest) -> Steps:
    player = mira(
        test, npc_name="Of a model", portrait=still(GREEN, 24, 48), backend=NpcComfyUiBackend()
    )
    assert player._director.screen.layers.picture_size == Vector2(256, 256)
    yield


def test_ember_does_not_stand_in_for_a_portrait(test: EngineTest) -> None:
    player = mira(
        test, npc_name="No dragon", portrait=still(GREEN), fallback="procedural",
        simulate_latency=True,
    )  # fmt: skip
    player.request({"expression": "happy"})
    assert isinstance(player._director.screen.layers.top, Placeholder)
    assert "its picture is shown" in warned(player, "Fallback:")


def test_a_clip_has_the_shape_of_the_portrait(test: EngineTest) -> Steps:
    player = mira(test, npc_name="Tall", portrait=still(GREEN, 40, 80))
    assert player.get_video_texture().get_size() == player._director.screen.layers.picture_size
    yield from shows(player, "neutral")
    clip = clip_on(player)
    assert Vector2(clip.width, clip.height) == player._director.screen.layers.picture_size


def test_marked_eyes_are_told_to_the_generator(test: EngineTest) -> Steps:
    player = mira(test, npc_name="Eyes", portrait=still(GREEN, 100, 50))
    yield from shows(player, "neutral")
    player.eyes = [Rect2(20, 10, 10, 5)]
    yield from until(lambda: eyes_of(player) == ((0.2, 0.2, 0.1, 0.1),))
    player.backend = NpcProceduralBackend()
    yield from until(lambda: len(eyes_of(player)) == 1)
    player.backend.draws_ember = True
    yield from until(lambda: eyes_of(player) == ())


def _pool(*hosts: NpcBackend) -> NpcBackend:
    pool = NpcBackendPool()
    pool.hosts = list(hosts)
    return pool


def _failover(local: NpcBackend, cloud: NpcBackend) -> NpcBackend:
    failover = NpcFailoverBackend()
    failover.local, failover.cloud = local, cloud
    return failover


def _generators(made: Any) -> list[Any]:
    """Those that a pool or failover hands its clips to, of whatever depth."""
    parts = [*getattr(made, "_hosts", {}).values(), *getattr(made, "_order", [])]
    return [each for part in parts for each in _generators(part)] or [made]


def test_marked_eyes_are_told_to_each_part_that_moves_pictures(test: EngineTest) -> Steps:
    ember = NpcProceduralBackend()
    ember.draws_ember = True
    parts = _pool(NpcProceduralBackend(), ember), stills(happy=BLUE)
    player = mira(test, npc_name="Eyes of many", portrait=still(GREEN, 100, 50))
    player.eyes = [Rect2(20, 10, 10, 5)]
    eyes = ((0.2, 0.2, 0.1, 0.1),)
    for backend in (_pool(*parts), _failover(*parts)):
        player.backend = backend
        yield from until(lambda: eyes_of(player) == eyes)
        made = _generators(make_backend(backend, eyes=eyes))
        assert [each._eyes for each in made] == [eyes] * 3
        player.backend = _pool(ember)
        yield from until(lambda: eyes_of(player) == ())


def test_stills_within_a_pool_are_the_pictures_of_the_npc(test: EngineTest) -> None:
    backend = stills(neutral=GREEN, happy=BLUE)
    pool = _pool(NpcProceduralBackend(), _failover(backend, NpcProceduralBackend()))
    player = mira(test, npc_name="Stills of many", backend=pool, eyes=[Rect2(16, 16, 8, 8)])
    assert player._npc.profile.eyes == ((0.25, 0.25, 0.125, 0.125),)
    assert player._npc.picture_of(VideoParams(expression="happy")) == backend.pictures["happy"]
    assert "happy" in player._npc.words_of_pictures()


def test_pictures_that_are_in_no_file_have_names(test: EngineTest) -> Steps:
    one, same, other = still(GREEN), still(GREEN), still(BLUE)
    assert picture_name(one) == picture_name(same) != picture_name(other)
    assert picture_name(None) == picture_name(ImageTexture()) == ""
    assert read_picture(picture_name(one)).startswith(b"\x89PNG")
    player = mira(test, npc_name="Made", portrait=other)
    assert player._npc.params({}).npc_base_image == picture_name(other)
    yield


# ---- Stills by expression ----


def stills(**pictures: tuple[float, float, float]) -> NpcStillsBackend:
    backend = NpcStillsBackend()
    backend.pictures = {word: still(colour) for word, colour in pictures.items()}
    return backend


def test_each_expression_shows_its_picture(test: EngineTest) -> Steps:
    backend = stills(neutral=GREY, happy=GREEN, sad=BLUE)
    player = mira(test, npc_name="Stills", backend=backend, fallback="placeholder")
    for expression, colour in (("happy", GREEN), ("sad", BLUE), ("joyful", GREEN)):
        yield from shows(player, expression)
        assert np.abs(middle(test) - colour).max() < 0.06, expression


def test_the_picture_is_there_in_the_frame_of_the_interaction(test: EngineTest) -> Steps:
    backend = stills(neutral=GREY, happy=GREEN)
    backend.simulate_latency = True
    player = mira(test, npc_name="Now", backend=backend, fallback="placeholder")
    player.request({"expression": "happy"})
    top = player._director.screen.layers.top
    assert isinstance(top, Placeholder)
    assert top._portrait is backend.pictures["happy"]
    player.placeholder_text = "{name}"
    assert top._portrait is backend.pictures["happy"]
    yield


def test_pictures_are_found_in_a_folder(test: EngineTest) -> Steps:
    folder = Path(ProjectSettings.globalize_path("user://stills"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, colour in (("mira_happy", GREEN), ("neutral", GREY)):
        ResourceSaver.save(still(colour), f"user://stills/{name}.res")
    ResourceSaver.save(NpcProfile(), "user://stills/no_picture.tres")
    backend = NpcStillsBackend()
    backend.folder = "user://stills"
    assert set(backend.stills()) == {"mira_happy", "neutral"}
    assert backend.problems() == []
    player = mira(test, npc_name="Folder", backend=backend)
    yield from shows(player, "happy")
    assert np.abs(middle(test) - GREEN).max() < 0.06
    backend.pictures = {"happy": still(BLUE)}
    yield from shows(player, "happy")
    yield from until(lambda: np.abs(middle(test) - BLUE).max() < 0.06)


def test_eyes_are_marked_in_the_pixels_of_stills_where_there_is_no_portrait(
    test: EngineTest,
) -> Steps:
    backend = stills(neutral=GREY)
    player = mira(test, npc_name="Seen", backend=backend, eyes=[Rect2(16, 16, 8, 8)])
    yield from shows(player, "neutral")
    assert eyes_of(player) == ((0.25, 0.25, 0.125, 0.125),)
    assert warned(player, "Eyes:") == ""


def test_single_stills_have_eyes_of_their_own(test: EngineTest) -> None:
    backend = stills(happy=GREEN, sad=GREY)
    backend.picture_eyes = {"Happy": [Rect2(16, 16, 8, 8)], "sad": []}
    assert backend.problems() == []
    made = make_backend(backend, eyes=((0.5, 0.5, 0.1, 0.1),))
    assert made._eyes_of == {"happy": ((0.25, 0.25, 0.125, 0.125),), "sad": ()}
    assert made._eyes == ((0.5, 0.5, 0.1, 0.1),)
    before = backend.describe()
    for eyes, sentence in (
        ({"hapy": []}, "'hapy' is unknown; perhaps you mean happy."),
        ({"sad": [Rect2(60, 16, 8, 8)]}, "not all of 'sad' lie in its picture"),
        ({"sad": [5]}, "not all of 'sad' lie in its picture"),
    ):
        backend.picture_eyes = eyes
        (problem,) = backend.problems()
        assert problem.startswith(f"picture_eyes: {sentence}"), problem
        assert backend.describe() != before


def test_stills_say_what_is_missing(test: EngineTest) -> None:
    backend = NpcStillsBackend()
    assert ["pictures" in problem for problem in backend.problems()] == [True]
    backend.folder = "res://nowhere"
    assert ["folder" in problem for problem in backend.problems()] == [True]
    backend.folder = ""
    backend.pictures = {"happy": None}
    assert backend.stills() == {}
    assert ["'happy' has none" in problem for problem in backend.problems()] == [False, True]


def test_words_of_stills_that_are_misspelt_are_told(test: EngineTest) -> None:
    backend = stills(mira_hapy=GREEN, sad=GREY, dragon_dance=BLUE)
    (problem,) = backend.problems()
    assert problem == "pictures: 'mira_hapy' is no expression; perhaps you mean happy."


# ---- What the scene tree says ----


def warned(player: NpcVideoPlayer, about: str) -> str:
    found = [each for each in player._get_configuration_warnings() if each.startswith(about)]
    return " ".join(found)


def test_the_scene_tree_says_who_is_seen(test: EngineTest) -> None:
    player = mira(test)
    assert "Ember" in warned(player, "Backend:")
    player.portrait = still(GREEN)
    assert "moves the portrait" in warned(player, "Backend:")
    player.backend = NpcProceduralBackend()
    assert player._get_configuration_warnings() == []
    player.portrait = None
    assert "Ember" in warned(player, "Portrait:")
    player.backend.draws_ember = True
    assert player._get_configuration_warnings() == []
    player.backend = stills(happy=GREEN)
    player.fallback = "placeholder"
    assert player._get_configuration_warnings() == []


def test_eyes_outside_of_the_portrait_are_warned_of(test: EngineTest) -> None:
    player = mira(test, portrait=still(GREEN, 100, 50), backend=NpcProceduralBackend())
    player.eyes = [Rect2(20, 10, 10, 5)]
    assert player._get_configuration_warnings() == []
    for wrong in (Rect2(95, 10, 10, 5), Rect2(20, 10, 0, 5)):
        player.eyes = [Rect2(20, 10, 10, 5), wrong]
        assert "pixels" in warned(player, "Eyes:")
    assert len(player._npc.profile.eyes) == 1


def test_a_target_still_stands_in_for_a_portrait(test: EngineTest) -> None:
    player = mira(test, portrait=still(GREEN), procedural_target=NodePath("Nobody"))
    assert player._director.screen.procedural_target.target is None
    player.request({"expression": "happy"})
    assert player._npc.picture_of(VideoParams()) is player.portrait
