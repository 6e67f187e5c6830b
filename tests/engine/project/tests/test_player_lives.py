"""What becomes of players: copied, moved, hidden, paused, freed, and many at once."""

from __future__ import annotations

import gc
from typing import Any

from engine_tests import EngineTest, Steps, until
from extended import TamePlayer
from godot import (
    Engine,
    Node,
    PackedScene,
    Performance,
    Vector2,
)
from npc_video_player import NpcVideoPlayer
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.sharing import shared, sources
from players import made_player

MANY = 100
COUNTS = (
    Performance.OBJECT_COUNT,
    Performance.OBJECT_RESOURCE_COUNT,
    Performance.OBJECT_NODE_COUNT,
)


def ember(**properties: Any) -> NpcVideoPlayer:
    return made_player(**({"npc_name": "Ember", "predictive": False} | properties))


def ember_in(test: Node, **properties: Any) -> NpcVideoPlayer:
    player = ember(**properties)
    test.add_child(player)
    return player


def on_screen(player: NpcVideoPlayer) -> Any:
    top = player._director.screen.layers.top
    return top.reel.clip.params.expression if isinstance(top, ClipLayer) else None


def shows(player: NpcVideoPlayer, expression: str) -> Steps:
    player.request({"expression": expression})
    yield from until(lambda: on_screen(player) == expression, 20.0)


def test_a_copy_and_an_instance_play_by_themselves(test: EngineTest) -> Steps:
    player = ember(crossfade=1.25, cache_size=13)
    scene = PackedScene()
    scene.pack(player)
    copy, instance = player.duplicate(), scene.instantiate()
    for each in (player, copy, instance):
        assert (each.crossfade, each.cache_size, each.npc_name) == (1.25, 13, "Ember")
        test.add_child(each)
    yield from shows(copy, "happy")
    yield from shows(instance, "sad")
    assert on_screen(copy) == "happy"
    assert copy._director.manager is player._director.manager


def test_a_player_that_is_moved_shows_again_what_it_showed(test: EngineTest) -> Steps:
    player, elsewhere = ember_in(test), Node()
    test.add_child(elsewhere)
    yield from shows(player, "sleepy")
    player.reparent(elsewhere)
    yield from until(lambda: on_screen(player) == "sleepy")
    assert player.get_stats()["fallback_counts"]["exact"] >= 1


def test_a_player_that_is_moved_keeps_what_is_being_made(test: EngineTest) -> Steps:
    player, elsewhere = ember_in(test, simulate_latency=True), Node()
    test.add_child(elsewhere)
    player.request({"expression": "yawning"})
    made_by = player._director.manager
    yield from until(lambda: made_by._futures)
    (ticket,) = made_by._futures
    for _ in range(3):
        player.reparent(elsewhere)
        player.reparent(test)
        yield
    assert list(made_by._futures) == [ticket]
    yield from until(lambda: on_screen(player) == "yawning", 20.0)
    player.request({"expression": "grumpy"})
    yield from until(lambda: made_by._futures)
    player.free()
    yield from until(lambda: not made_by._futures)


def test_players_of_one_npc_wait_each_for_their_own_clip(test: EngineTest) -> Steps:
    players = [ember_in(test, cache_size=16) for _ in range(3)]
    for player, expression in zip(players, ("happy", "sad", "angry"), strict=True):
        player.request({"expression": expression})
    for player, expression in zip(players, ("happy", "sad", "angry"), strict=True):
        yield from until(lambda p=player, e=expression: on_screen(p) == e, 20.0)


def test_who_leaves_takes_no_clip_from_who_stays(test: EngineTest) -> Steps:
    leaving, cancelling, staying = (ember_in(test, cache_size=17) for _ in range(3))
    for player in (leaving, cancelling, staying):
        player.request({"expression": "surprised"})
    yield
    leaving.free()
    cancelling.cancel()
    yield from until(lambda: on_screen(staying) == "surprised", 20.0)


def test_time_stands_still_for_who_is_paused(test: EngineTest) -> Steps:
    player = ember_in(test, crossfade=0.0)
    ember_in(test)  # somebody who is not paused hears the news
    yield from shows(player, "curious")
    player.process_mode = Node.PROCESS_MODE_DISABLED
    reel = player._director.screen.layers.top.reel
    position, shown = reel.position, player.get_stats()["frames_shown"]
    player.request({"expression": "angry"})
    key = player._npc.params({"expression": "angry"}).cache_key()
    yield from until(lambda: key in player._director.manager._cache, 20.0)
    assert (reel.position, player.get_stats()["frames_shown"]) == (position, shown)
    player.process_mode = Node.PROCESS_MODE_INHERIT
    yield from until(lambda: on_screen(player) == "angry", 20.0)


def test_news_come_soon_however_slowly_the_game_s_time_passes(test: EngineTest) -> Steps:
    player = ember_in(test)
    told: list[str] = []
    player.generation_failed.connect(told.append)
    player.set_generator(lambda request: None)
    player.hide()
    try:
        for count, scale in enumerate((1.0, 0.001, 0.0), 1):
            Engine.time_scale = scale
            player.request({"expression": ("happy", "sad", "angry")[count - 1]})
            yield from until(lambda count=count: len(told) == count)
    finally:
        Engine.time_scale = 1.0


def test_what_a_signal_s_listener_changes_counts_in_the_next_frame(test: EngineTest) -> Steps:
    player = ember_in(test, crossfade=0.0, interpolation="none")
    yield from shows(player, "happy")
    frames: list[int] = []

    def change() -> None:
        if not frames:
            player.npc_name = "Fern"
            frames.append(Engine.get_process_frames())

    player.clip_looped.connect(change)
    yield from until(lambda: frames and player._director.joined[1] == "Fern", 20.0)
    assert Engine.get_process_frames() - frames[0] <= 2


def test_a_hidden_player_gets_its_clip_and_shows_it_later(test: EngineTest) -> Steps:
    player = ember_in(test)
    yield from shows(player, "happy")
    player.hide()
    player.request({"expression": "surprised"})
    key = player._npc.params({"expression": "surprised"}).cache_key()
    yield from until(lambda: key in player._director.manager._cache, 20.0)
    player.show()
    yield from until(lambda: on_screen(player) == "surprised", 20.0)


def test_a_change_of_scene_keeps_cache_and_workers(test: EngineTest) -> Steps:
    scene = Node()
    test.add_child(scene)
    player = ember_in(scene, cache_size=14)
    yield from shows(player, "happy")
    player.request({"expression": "ecstatic"})
    source, threads = player._director.joined[0], len(sources._sources)
    scene.queue_free()
    yield
    yield
    assert source.players == 0
    following = ember_in(test, cache_size=14)
    assert following._director.joined[0] is source
    assert len(sources._sources) == threads
    following.request({"expression": "happy"})
    assert following.get_stats()["fallback_counts"]["exact"] >= 1
    yield from shows(following, "ecstatic")


def counts() -> tuple[int, ...]:
    return tuple(int(Performance.get_monitor(each)) for each in COUNTS)


def crowd(test: EngineTest, turn: int) -> Steps:
    """Players that come and go in every state."""
    players = []
    for index in range(MANY):
        player = ember_in(test, cache_size=15)
        player.request(
            {"expression": ("happy", "sad", "angry")[index % 3], "intensity": 0.1 * turn}
        )
        if index % 10 == 0:
            player.get_video_texture()
        players.append(player)
        if index % 25 == 0:  # a slow renderer takes seconds for a frame of so many
            yield
    for index, player in enumerate(players):
        player.free()
        if index % 50 == 0:
            yield


def test_a_hundred_that_come_and_go_leave_nothing(test: EngineTest) -> Steps:
    resting = ember_in(test, cache_size=15)
    yield from shows(resting, "happy")
    yield from crowd(test, 1)
    source = resting._director.joined[0]

    def is_calm() -> bool:
        stats = source.manager.stats()
        return (
            stats.running == stats.queue_length == 0 and len(resting._director.screen.layers) == 1
        )

    yield from until(is_calm, 20.0)
    gc.collect()
    yield
    before, reels = counts(), len(shared.reels()._playing)
    yield from crowd(test, 2)
    yield from until(is_calm, 20.0)
    gc.collect()
    yield
    assert source.players == 1
    assert len(shared.reels()._playing) <= reels
    nodes = COUNTS.index(Performance.OBJECT_NODE_COUNT)
    assert counts()[nodes] == before[nodes]
    # What the first pictures of new clips keep is no leak, and less than one image for each player.
    assert counts()[0] - before[0] < MANY, (before, counts())


def test_a_class_of_the_game_that_extends_a_player_plays_as_it_does(test: EngineTest) -> Steps:
    player = TamePlayer()
    player.npc_name, player.preset, player.predictive = "Tame Ember", "realtime", False
    player.size = Vector2(64, 64)
    test.add_child(player)
    yield from shows(player, "happy")
    assert {"ready", "process", Node.NOTIFICATION_READY} <= {*player.heard}
    shown = {info["name"]: info["usage"] for info in player.get_property_list()}
    assert shown["mute"] == 0
    player.crossfade = 0.0
    shown = {info["name"]: info["usage"] for info in player.get_property_list()}
    assert not shown["crossfade_curve"] & 4, "the player's own rules hold as well"
    player.queue_free()
    yield
