"""What the inspector sets of a player: its effect at once, what applies, and what is warned of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine_tests import EngineTest, Steps, until
from godot import (
    AnimatedSprite2D,
    AudioServer,
    Image,
    ImageTexture,
    NodePath,
    SpriteFrames,
    Vector2i,
)
from npc_video import Fallback, VideoParams
from npc_video_player import NpcVideoPlayer
from npc_video_player.player import player as player_module
from npc_video_player.player.player_properties import PlayerProperties
from npc_video_player.properties.setting import Setting
from npc_video_player.resources.backend_resources import NpcProceduralBackend
from npc_video_player.resources.http_backend import NpcHttpBackend
from npc_video_player.resources.profile import NpcProfile
from npc_video_player.screen.placeholder import Placeholder
from npc_video_player.screen.procedural_face import ProceduralFace
from npc_video_player.sharing import sources
from players import player_in

IN_INSPECTOR, ENUM = 4, 2


def ember_in(test: EngineTest, **properties: Any) -> NpcVideoPlayer:
    return player_in(test, **({"npc_name": "Ember", "predictive": False} | properties))


def profile_of(name: str, **properties: Any) -> NpcProfile:
    profile = NpcProfile()
    profile.npc_name = name
    for key, value in properties.items():
        setattr(profile, key, value)
    return profile


def picture() -> ImageTexture:
    return ImageTexture.create_from_image(Image.create_empty(4, 4, False, Image.FORMAT_RGB8))


def config(player: NpcVideoPlayer) -> Any:
    return player._director.manager._config


def npc(player: NpcVideoPlayer) -> str:
    return player._director.joined[1]


def is_wanted(player: NpcVideoPlayer, npc_name: str) -> bool:
    """Whether it shows this NPC, or is about to."""
    wanted = player._director.wanted
    return wanted is not None and wanted.npc_name == npc_name


def settings(player: NpcVideoPlayer) -> Any:
    """With which the source was made that the player gets its clips from."""
    mine = player._director.joined[0]
    return next(key for key, source in sources._sources.items() if source is mine)


Effect = Callable[[NpcVideoPlayer], Any]

# What each property is set to while the player plays, and by what that is seen.
EFFECTS: dict[str, tuple[Any, Effect]] = {
    "profile": (profile_of("Moss"), lambda p: npc(p) == "Moss"),
    "npc_name": ("Fern", lambda p: npc(p) == "Fern"),
    "npc_id": ("fern_1", lambda p: npc(p) == "fern_1"),
    "portrait": (picture(), lambda p: p._npc.portrait is not None),
    "backend": (NpcProceduralBackend(), lambda p: "Procedural" in settings(p).backend),
    "simulate_latency": (True, lambda p: settings(p).simulate_latency),
    "preset": (
        "fast",
        lambda p: config(p).preset == "fast" and p._director.screen.layers.picture_size.x,
    ),
    "progressive": (False, lambda p: not config(p).progressive),
    "adaptive": (False, lambda p: not config(p).adaptive),
    "max_wait": (9.0, lambda p: config(p).max_wait == 9.0),
    "cache_size": (7, lambda p: settings(p).cache.size == 7),
    "cache_megabytes": (3.0, lambda p: settings(p).cache.megabytes == 3.0),
    "cache_policy": ("gdsf", lambda p: settings(p).cache.policy == "gdsf"),
    "cache_folder": ("user://kept", lambda p: settings(p).cache.folder == "user://kept"),
    "baked_folder": ("res://none", lambda p: settings(p).cache.baked_folder == "res://none"),
    "predictive": (True, lambda p: config(p).predictive),
    "look_ahead": (5, lambda p: config(p).look_ahead == 5),
    "prediction_rules": (
        {"shy": ["bold"]},
        lambda p: config(p).progression == (("shy", ("bold",)),),
    ),
    "fallback": ("freeze", lambda p: config(p).fallback is Fallback.FREEZE),
    "loop": (False, lambda p: p._director.screen.layers.top.reel.loops is False),
    "crossfade": (1.5, lambda p: p._director.screen.crossfade == 1.5),
    "crossfade_curve": ("linear", lambda p: p._director.screen.layers.curve == "linear"),
    "crossfade_at": ("loop", lambda p: p._director.screen.switches_at_loop),
    "stretch_mode": ("tile", lambda p: p._director.screen.layers.top.is_tiled),
    "interpolation": ("none", lambda p: p._director.screen.layers.top.reel.interpolation == "none"),
    "speed_scale": (0.5, lambda p: p._director.screen.speaker.speed == 0.5),
    "volume_db": (-6.0, lambda p: p._director.screen.speaker.volume_db == -6.0),
    "mute": (True, lambda p: p._director.screen.speaker.is_mute),
    "audio_player": (NodePath("Voice"), lambda p: str(p._director.screen.speaker.path) == "Voice"),
    "texture_size": (Vector2i(30, 20), lambda p: p.get_video_texture().get_size().x == 30),
    "sound_bus": ("Voices", lambda p: p._director.screen.speaker.bus == "Voices"),
    "overlay": (True, lambda p: p._overlay is not None),
    "simulated_input": (True, lambda p: p._simulated_input is not None),
}
# Those whose effect has a test of its own.
APART = {
    "eyes",
    "log_evaluations",
    "placeholder_background",
    "placeholder_icon",
    "placeholder_text",
    "placeholder_words",
    "pregenerate_on_load",
    "procedural_target",
    "progress_ring",
    "session_file",
    "shown_on",
}


def names() -> set[str]:
    return {name for name, field in vars(PlayerProperties).items() if isinstance(field, Setting)}


def test_what_is_set_to_what_it_is_changes_nothing(test: EngineTest) -> Steps:
    player = ember_in(test)
    yield
    player.crossfade, player.npc_name, player.backend = 0.4, "Ember", None
    assert player._is_changed is False
    player.crossfade = 0.5
    assert player._is_changed is True


def shows_clip(player: NpcVideoPlayer) -> Steps:
    yield from until(lambda: player.get_stats()["frames_shown"] > 0, 20.0)
    yield from until(lambda: len(player._director.screen.layers) == 1)


def test_every_property_counts_at_once(test: EngineTest) -> Steps:
    assert names() == {*EFFECTS, *APART}
    for name, (value, effect) in EFFECTS.items():
        player = ember_in(test, progressive=name == "progressive")
        yield from shows_clip(player)
        assert not effect(player), name
        setattr(player, name, value)
        yield from until(
            lambda effect=effect, player=player: effect(player) and not player._is_changed
        )
        player.free()


def test_every_property_has_a_tooltip(test: EngineTest) -> None:
    for name in names():
        doc = vars(PlayerProperties)[name].doc
        assert doc[0].isupper(), name
        assert doc.endswith("."), name


def test_rules_that_are_none_are_told(test: EngineTest) -> Steps:
    player = player_in(test)
    told: list[str] = []
    player.generation_failed.connect(told.append)
    player.prediction_rules = {"shy": "bold"}
    yield from until(lambda: bool(told))
    assert told[0] == "prediction_rules: 'shy' must have a list of expressions, not 'bold'."


def test_one_player_s_slider_leaves_no_threads(test: EngineTest) -> Steps:
    player = ember_in(test, cache_size=11)
    yield
    before = len(sources._sources)
    for step in range(20):
        player.max_wait = 1.0 + step
        yield
        yield
    assert len(sources._sources) == before
    assert config(player).max_wait == 20.0


def test_clips_stay_when_the_preset_changes(test: EngineTest) -> Steps:
    player, other = (ember_in(test, npc_name="Keep", cache_size=12) for _ in range(2))
    player.request({"expression": "happy"})
    key = player._npc.params({"expression": "happy"}).cache_key()
    yield from until(lambda: key in player._director.manager._cache, 20.0)
    player.preset = "fast"
    yield
    yield
    assert player._director.joined[0] is not other._director.joined[0]
    exact = player.get_stats()["fallback_counts"].get("exact", 0)
    player.request({"expression": "happy"})
    assert player.get_stats()["fallback_counts"]["exact"] == exact + 1


def test_a_profile_that_changes_is_followed_by_those_that_live(test: EngineTest) -> Steps:
    profile = profile_of("Moss")
    player = ember_in(test, profile=profile)
    gone = ember_in(test, profile=profile)
    gone.free()
    yield
    assert len(profile.changed.object.get_signal_connection_list("changed")) == 1
    profile.npc_name = "Fern"
    yield from until(lambda: npc(player) == "Fern")


def test_another_npc_is_shown_whatever_else_is_asked_for_meanwhile(test: EngineTest) -> Steps:
    player = ember_in(test)
    yield from until(lambda: player._director.wanted is not None)
    for call in ("pregenerate_common_states", "clear_cache"):
        player.npc_name = call
        getattr(player, call)()
        yield from until(lambda call=call: is_wanted(player, call))


def test_a_backend_that_is_mended_makes_clips(test: EngineTest) -> Steps:
    backend = NpcHttpBackend()
    player = ember_in(test, backend=backend)
    assert player._director.joined is None
    backend.url = "http://127.0.0.1:9"
    yield from until(lambda: player._director.joined is not None)
    player.backend = None
    yield from shows_clip(player)


def test_a_placeholder_shows_what_is_set(test: EngineTest) -> Steps:
    player = ember_in(test)
    player._director.screen.cover(Fallback.PLACEHOLDER, VideoParams(), 3.0)
    player.placeholder_text, player.portrait = "{name} is thinking", picture()
    player.npc_name = "Fern"
    top = player._director.screen.layers.top
    assert isinstance(top, Placeholder)
    assert (top._words(), top._portrait) == ("Fern is thinking", player.portrait)
    yield


def test_a_placeholder_leaves_out_what_is_switched_off(test: EngineTest) -> Steps:
    player = ember_in(test)
    player._director.screen.cover(Fallback.PLACEHOLDER, VideoParams(), 3.0)
    for part in ("background", "icon", "words"):
        setattr(player, f"placeholder_{part}", False)
        assert part not in player._director.screen.layers.top._parts
        setattr(player, f"placeholder_{part}", True)
        assert part in player._director.screen.layers.top._parts
    yield


def test_a_target_of_the_game_s_stands_for_the_face_at_once(test: EngineTest) -> Steps:
    player = ember_in(test, fallback="procedural", npc_name="Sprite")
    sprite = AnimatedSprite2D()
    sprite.sprite_frames = SpriteFrames()
    sprite.sprite_frames.add_animation("happy")
    sprite.sprite_frames.add_frame("happy", picture())
    player.add_child(sprite)
    player.procedural_target = player.get_path_to(sprite)
    player.request({"expression": "happy"})
    assert str(sprite.animation) == "happy"
    yield


def test_the_ring_can_be_switched_off_while_it_turns(test: EngineTest) -> Steps:
    player = ember_in(test, npc_name="Slow", simulate_latency=True)
    player.request({"expression": "happy"})
    assert player._director.ring._is_wanted
    player.progress_ring = False
    assert not player._director.ring._is_wanted
    yield


def test_common_states_are_made_when_a_scene_is_loaded(test: EngineTest) -> Steps:
    player = ember_in(test, npc_name="Ready", pregenerate_on_load=True)
    manager = player._director.manager
    yield from until(lambda: manager.stats().speculations > 0, 20.0)


def test_evaluations_are_logged_in_one_line(test: EngineTest) -> None:
    player = ember_in(test)
    lines: list[str] = []
    player_module.print = lines.append
    try:
        player.react({"tool": "feather", "zone": "cheek", "pressure": 0.25})
        assert not lines
        player.log_evaluations = True
        player.react({"tool": "feather", "zone": "cheek", "pressure": 0.25})
    finally:
        del player_module.print
    (line,) = lines
    assert line.startswith("Ember: feather on cheek (pressure 0.25, speed 0.50, pattern none")
    assert "-> It has just answered, and waits 0.5 s. (" in line
    assert line.endswith(" µs)")


def test_nobody_touches_the_npc(test: EngineTest) -> Steps:
    player = ember_in(test, simulated_input=True)
    reactions: list[Any] = []
    player.reaction_started.connect(reactions.append)
    player._simulated_input._left = 0.0
    yield from until(lambda: reactions)
    player.simulated_input = False
    yield from until(lambda: player._simulated_input is None)


# ---- Who is drawn ----


def test_another_generator_s_npc_is_not_replaced_by_ember(test: EngineTest) -> Steps:
    backend = NpcHttpBackend()
    backend.url = "http://127.0.0.1:9"
    for fallback, is_drawn in (("similar", False), ("placeholder", False), ("procedural", True)):
        player = ember_in(test, backend=backend, npc_name="Moss", fallback=fallback)
        player.request({"expression": "happy"})
        kinds = {type(layer) for layer in player._director.screen.layers}
        assert (ProceduralFace in kinds) is is_drawn, fallback
        player.free()
    player = ember_in(test, fallback="similar", npc_name="Nobody else", simulate_latency=True)
    player.request({"expression": "happy"})
    assert isinstance(player._director.screen.layers.top, ProceduralFace)
    yield


# ---- What applies, and warnings ----


def offered(player: NpcVideoPlayer) -> set[str]:
    found = {str(item["name"]): item for item in player.get_property_list()}
    return {name for name in names() if int(found[name]["usage"]) & IN_INSPECTOR}


def test_only_what_applies_is_offered(test: EngineTest) -> None:
    player = ember_in(test)
    assert {"npc_name", "simulate_latency", "crossfade_curve", "crossfade_at"} <= offered(player)
    assert "procedural_target" in offered(player)
    told: list[int] = []
    player.property_list_changed.connect(lambda: told.append(1))
    for name, value, hidden in (
        ("profile", profile_of("Moss"), {"npc_name", "npc_id", "portrait", "eyes"}),
        ("backend", NpcHttpBackend(), {"simulate_latency"}),
        ("crossfade", 0.0, {"crossfade_curve"}),
        ("loop", False, {"crossfade_at"}),
    ):
        before, calls = offered(player), len(told)
        setattr(player, name, value)
        assert before - offered(player) == hidden, name
        assert len(told) == calls + 1, name
    player.crossfade = 0.0
    assert len(told) == 4
    player.progressive = True
    assert "adaptive" not in offered(player)
    player.progressive = False
    assert "adaptive" in offered(player)


def test_the_buses_of_the_game_are_offered(test: EngineTest) -> None:
    player = ember_in(test, sound_bus="Gone")
    AudioServer.add_bus()
    index = AudioServer.bus_count - 1
    AudioServer.set_bus_name(index, "Dragons")
    found = {str(item["name"]): item for item in player.get_property_list()}["sound_bus"]
    AudioServer.remove_bus(index)
    assert (found["hint"], found["hint_string"]) == (ENUM, "Master,Dragons,Gone")


def test_what_will_not_work_is_warned_of(test: EngineTest) -> None:
    drawn = NpcProceduralBackend()
    drawn.draws_ember = True
    player = ember_in(test, backend=drawn)
    assert player._get_configuration_warnings() == []
    for properties, about in (
        ({"npc_name": ""}, "Profile:"),
        ({"fallback": "placeholder"}, "Portrait:"),
        ({"procedural_target": NodePath("Nowhere")}, "Procedural Target:"),
        ({"cache_folder": "res://clips"}, "Cache Folder:"),
        ({"baked_folder": "res://nowhere"}, "Baked Folder:"),
        ({"interpolation": "motion"}, "Interpolation:"),
    ):
        before = {name: getattr(player, name) for name in properties}
        for name, value in properties.items():
            setattr(player, name, value)
        found = player._get_configuration_warnings()
        assert len(found) == 1, found
        assert found[0].startswith(about), found
        for name, value in before.items():
            setattr(player, name, value)
    player.backend, player.fallback = NpcHttpBackend(), "procedural"
    assert any("url" in problem for problem in player._get_configuration_warnings())
    assert any("Ember" in problem for problem in player._get_configuration_warnings())
    player.backend = drawn
    player.profile = profile_of("Moss")
    player.profile.portrait = picture()
    player.fallback = "placeholder"
    assert player._get_configuration_warnings() == []
