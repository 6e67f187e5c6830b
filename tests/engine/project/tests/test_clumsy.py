"""What games do that nobody meant to be done: in a hurry, in handlers, with what is wrong."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import replace
from enum import IntEnum
from typing import Any

from clips import gradients, make_clip
from engine_tests import EngineTest, Steps, until
from godot import OS, ClassDB, InputEventMouseButton, Vector2
from npc_video.generation.events import ClipReady, Upgraded
from npc_video_player import NpcProfile, NpcResponseGraph, NpcVideoPlayer
from npc_video_player.player.player_properties import PlayerProperties
from npc_video_player.resources.backend_resources import (
    NpcBackend,
    NpcBackendPool,
    NpcFailoverBackend,
    NpcProceduralBackend,
)
from npc_video_player.resources.http_backend import NpcHttpBackend
from npc_video_player.resources.remote_backends import NpcComfyUiBackend
from npc_video_player.zones.interaction_zone import NpcInteractionZone
from window import drawn


def player_in(test: EngineTest, **properties: Any) -> NpcVideoPlayer:
    player = NpcVideoPlayer()
    player.set_size(Vector2(64.0, 64.0))
    for name, value in properties.items():
        setattr(player, name, value)
    test.add_child(player)
    return player


def test_a_clip_that_is_bettered_before_it_is_seen_has_started_all_the_same(
    test: EngineTest,
) -> Steps:
    player = player_in(test, simulate_latency=True)  # so that its own comes much later
    told: list[tuple[str, str]] = []
    player.clip_started.connect(lambda info: told.append(("started", info["preset"])))
    player.quality_upgraded.connect(lambda info: told.append(("upgraded", info["preset"])))
    player.request({"expression": "hurried"})
    wanted = player._director.wanted
    clip = make_clip(gradients(), expression="hurried")
    player._director._take(ClipReady(wanted, clip))
    player._director._take(Upgraded(wanted, replace(clip, preset="quality")))
    yield from until(lambda: told)
    assert told == [("started", "quality")]


def test_numbers_that_no_cache_has_are_told(test: EngineTest) -> None:
    player = player_in(test)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    settings = {
        "cache_size": [0, -1, 2**63 - 1],
        "cache_megabytes": [-1.0, math.inf, -math.inf, math.nan, 1e300],
    }
    for name, numbers in settings.items():
        right = getattr(player, name)
        for number in numbers:
            setattr(player, name, number)
            assert not player.request({"expression": "happy"}), number
            assert name in reasons.pop(), number
        setattr(player, name, right)
        assert player.request({"expression": "happy"})


def test_a_cache_folder_that_players_cannot_write_to_is_refused(test: EngineTest) -> None:
    player = player_in(test, preset="realtime")
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    for folder in ("res://clips", "/tmp/clips", "clips", "user://../clips", "user://a/../../b"):
        player.cache_folder = folder
        assert not player.request({"expression": "happy"}), folder
        assert "cache_folder" in reasons.pop(), folder
        assert any("Cache Folder" in warning for warning in player._get_configuration_warnings())
    for folder in ("user://npc_video", "user://a/../b", OS.get_user_data_dir() + "/clips", ""):
        player.cache_folder = folder
        assert player.request({"expression": "happy"}), folder
        assert not any("Cache Folder" in each for each in player._get_configuration_warnings())
    assert not reasons


def test_a_hint_says_that_prediction_is_off(test: EngineTest) -> None:
    player = player_in(test, preset="realtime", predictive=False)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    test.expect_error("hint_next: Nothing is made ahead while prediction is off: turn")
    assert not player.hint_next({"expression": "happy"})
    assert not reasons
    player.predictive = True
    assert player.hint_next({"expression": "happy"})


def test_a_graph_that_cannot_be_read_is_told_of_and_not_left_out(test: EngineTest) -> None:
    profile = NpcProfile()
    profile.npc_name = "Moss"
    player = player_in(test, profile=profile)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    assert player.react({"tool": "hand"})
    profile.graph = NpcResponseGraph()
    profile.graph.json = '{"npc": {"id": "moss"'
    assert not player.react({"tool": "hand"})
    assert "cannot be read as JSON" in reasons[-1]
    profile.graph.json = ""
    profile.cooldown = 0.0
    assert player.react({"tool": "hand"})


def nested(depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(depth):
        made = {"a": made}
    return made


def test_what_is_nested_too_deep_is_told_in_a_sentence(test: EngineTest) -> Steps:
    player = player_in(test, npc_name="Deep")
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    saved = player.save_state()
    for name in ("npc", "version", "graph", "learned"):
        for value in (nested(100_000), [nested(100_000)]):
            assert player.load_state(saved | {name: value}) is False, name
    test.expect_error("load_state: This is ")
    assert player.load_state(saved)
    for wrong in ({"params": nested(100_000)}, {"expression": nested(100_000)}):
        assert player.request(wrong) is False
        assert player.react(wrong | {"tool": "hand"}) is False
    for method in ("request", "react"):
        test.expect_error(f"{method}: ")
    assert not reasons
    player.prediction_rules = {"happy": [nested(100_000)]}
    yield from drawn(3)
    assert ["prediction_rules" in reason for reason in reasons] == [True] * len(reasons)
    assert reasons
    assert max(map(len, reasons)) < 300


def test_what_is_no_function_makes_no_clips(test: EngineTest) -> None:
    player = player_in(test)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    test.expect_error("set_generator: the generator is no function")
    player.call("set_generator", 5)
    assert not reasons
    assert player.request({"expression": "happy"})


def test_a_function_that_the_engine_cannot_await_is_refused(test: EngineTest) -> None:
    async def make(request: dict) -> bytes:
        return b""

    class Maker:
        async def __call__(self, request: dict) -> bytes:
            return b""

    player = player_in(test)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    for function in (make, functools.partial(make), Maker(), Maker().__call__):
        player.set_generator(function)
        assert player._generator is None
    test.expect_error("CallableBackend(function)")
    assert not reasons


def test_a_player_may_leave_the_scene_in_its_own_signals(test: EngineTest) -> Steps:
    for name in ("reaction_started", "fallback_shown", "generation_progress", "clip_started"):
        player = player_in(test, npc_name=f"leaves in {name}")
        heard: list[Any] = []

        def leave(what: Any, player: Any = player, heard: list[Any] = heard) -> None:
            heard.append(what)
            if len(heard) == 1:
                test.remove_child(player)
                test.add_child(player)

        getattr(player, name).connect(leave)
        player.react({"tool": "hand"})
        yield from until(lambda heard=heard: heard)
        yield from drawn(3)
        player.free()


WHILE_EMITTING = "was freed or unreferenced while a signal is being emitted from it"
SIGNALS: dict[str, dict[str, Any]] = {
    "reaction_started": {},
    "fallback_shown": {},
    "generation_progress": {"simulate_latency": True},
    "clip_started": {},
    "clip_looped": {},
    "clip_finished": {"loop": False},
}


def test_a_player_may_be_destroyed_in_its_own_signals(test: EngineTest) -> Steps:
    """GDScript is refused that of the player itself, not of a node above it."""
    test.expect_error(WHILE_EMITTING)
    for name, settings in SIGNALS.items():
        yield from destroyed_in(test, name, {"preset": "realtime"} | settings)


def test_a_player_may_be_destroyed_when_its_clip_gets_better(test: EngineTest) -> Steps:
    test.expect_error(WHILE_EMITTING)
    # The better clip comes long after the first: before that is seen it would begin in its place.
    settings = {"preset": "fast", "simulate_latency": True}
    yield from destroyed_in(test, "quality_upgraded", settings)


def destroyed_in(test: EngineTest, name: str, settings: dict[str, Any]) -> Steps:
    # Nobody whom an earlier test has touched a moment ago: NPCs remember, and rest in between.
    player = player_in(test, npc_name=f"destroyed in {name}", **settings)
    heard: list[Any] = []

    def destroy(*told: Any) -> None:
        heard.append(told)
        player.free()

    getattr(player, name).connect(destroy)
    player.react({"tool": "hand"})
    yield from until(lambda: heard, 20.0)
    yield from drawn(3)
    assert len(heard) == 1, name


def test_a_player_may_be_destroyed_when_something_is_wrong(test: EngineTest) -> Steps:
    test.expect_error(WHILE_EMITTING)
    for wrong in ("setting", "answer"):
        player = player_in(test, preset="realtime")
        heard: list[str] = []

        def destroy(reason: str, player: Any = player, heard: list[str] = heard) -> None:
            heard.append(reason)
            player.free()

        player.generation_failed.connect(destroy)
        if wrong == "setting":
            player.cache_size = -1
        else:
            player.set_generator(lambda request: 5)
            player.request({"expression": "happy"})
        yield from until(lambda heard=heard: heard)
        yield from drawn(3)
        assert len(heard) == 1, wrong


def test_a_player_may_leave_for_good_when_a_setting_is_wrong(test: EngineTest) -> Steps:
    for simulated in (False, True):
        player = player_in(test, simulated_input=simulated)
        reasons: list[str] = []

        def leave(reason: str, player: Any = player, reasons: list[str] = reasons) -> None:
            reasons.append(reason)
            test.remove_child(player)

        player.generation_failed.connect(leave)
        player.cache_size = -1
        yield from until(lambda reasons=reasons: reasons)
        yield from drawn(3)
        player.free()


# ---- Numbers ----

FLOATS = (math.nan, math.inf, -math.inf, -1.0, 0.0, -1e300, 1e300, 5e-324)
INTEGERS = (-1, 0, 2**31, -(2**31), 2**63 - 1, -(2**63))
FLOAT, INTEGER, IN_INSPECTOR = 3, 2, 4


def numbers_of(subject: Any) -> Iterator[tuple[str, tuple[float, ...]]]:
    """The numbers among its own properties, each with what is set in turn."""
    for info in ClassDB.class_get_property_list(subject.get_class(), True):
        if info["type"] in (FLOAT, INTEGER) and info["usage"] & IN_INSPECTOR:
            yield info["name"], FLOATS if info["type"] == FLOAT else INTEGERS


def use(player: NpcVideoPlayer) -> None:
    """What a game asks of it, whatever comes of that."""
    player.react({"tool": "feather", "zone": "cheek", "pressure": 0.5})
    player.request({"expression": "happy"})
    player.hint_next({"expression": "sad"})
    player.pregenerate_common_states()
    player.get_stats()
    player.cancel()


def works(player: NpcVideoPlayer) -> Steps:
    """It makes a clip and shows it."""
    started: list[dict] = []
    player.clip_started.connect(started.append)
    assert player.request({"expression": "proud"})
    yield from until(lambda: started, 20.0)


def test_no_number_of_a_player_leaves_it_stuck(test: EngineTest) -> Steps:
    player = player_in(test, npc_name="Ember", preset="realtime")
    test.expect_error("speed_scale: nan is refused; use 0 or more.")
    test.expect_error("speed_scale: inf is refused")
    test.expect_error("speed_scale: -inf is refused")
    test.expect_error("speed_scale: -1 is refused")
    test.expect_error("speed_scale: -1e+300 is refused")
    test.expect_error("volume_db: nan is refused")
    test.expect_error("volume_db: inf is refused")
    for name in vars(PlayerProperties):
        if isinstance(getattr(player, name), IntEnum):
            test.expect_error(f"NpcVideoPlayer.{name}: wanted one of")
    tried = 0
    for name, numbers in numbers_of(player):
        right = getattr(player, name)
        for number in numbers:
            player.set(name, number)
            use(player)
            yield from drawn(1)
            tried += 1
        setattr(player, name, right)
    assert tried > 30
    yield from works(player)


def test_no_number_of_a_resource_leaves_its_player_stuck(test: EngineTest) -> Steps:
    pool, failover = NpcBackendPool(), NpcFailoverBackend()
    pool.hosts = [NpcProceduralBackend()]
    failover.local, failover.cloud = NpcProceduralBackend(), NpcProceduralBackend()
    http, comfy = NpcHttpBackend(), NpcComfyUiBackend()
    http.url = comfy.url = "http://127.0.0.1:9"
    tried = set()
    for resource in (NpcProfile(), pool, failover, http, comfy):
        player = player_in(test, preset="realtime")
        setattr(player, "backend" if isinstance(resource, NpcBackend) else "profile", resource)
        for name, numbers in numbers_of(resource):
            right = getattr(resource, name)
            for number in numbers:
                resource.set(name, number)
                resource.problems()
                use(player)
                yield from drawn(1)
            setattr(resource, name, right)
            tried.add(name)
        player.backend = None
        yield from works(player)
        player.free()
    assert tried >= {"seed", "cooldown", "speculation_share", "price", "slots", "reconnect_timeout"}


def test_no_number_of_a_zone_keeps_it_from_being_touched(test: EngineTest) -> Steps:
    player = player_in(test, preset="realtime")
    zone = NpcInteractionZone()
    zone.tool = "hand"
    player.add_child(zone)
    zone.set_size(Vector2(64.0, 64.0))
    for name, numbers in numbers_of(zone):
        for number in numbers:
            zone.set(name, number)
            for is_pressed in (True, False):
                event = InputEventMouseButton()
                event.button_index, event.pressed = 1, is_pressed
                event.position = event.global_position = Vector2(32.0, 32.0)
                test.get_viewport().push_input(event, True)
                yield from drawn(2)
    yield from works(player)


def test_numbers_of_an_interaction_that_are_none_are_told(test: EngineTest) -> Steps:
    player = player_in(test, preset="realtime")
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    for field in ("pressure", "speed", "duration", "timestamp"):
        for number in (math.nan, math.inf, -math.inf, -1e300):
            assert not player.react({"tool": "hand", field: number}), (field, number)
        test.expect_error(f"react: {field}")
    for number in (math.nan, math.inf, -math.inf, -1.0, 1e300, 2**63 - 1):
        assert not player.request({"expression": "happy", "intensity": number}), number
    test.expect_error("request: intensity")
    assert not reasons
    yield from works(player)


def test_a_probability_that_is_none_is_told(test: EngineTest) -> Steps:
    player = player_in(test, preset="realtime")
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    for number in (math.nan, math.inf, -math.inf, -0.5, 1.5, 1e300):
        assert not player.hint_next({"expression": "happy"}, number), number
    test.expect_error("hint_next: probability")
    assert not reasons
    for number in (0.0, 5e-324, 1.0):
        assert player.hint_next({"expression": "happy"}, number), number
    yield from works(player)


def test_any_priority_is_one(test: EngineTest) -> Steps:
    player = player_in(test, preset="realtime", simulate_latency=True)
    for number in INTEGERS:
        assert player.request({"expression": "happy", "intensity": 0.31}, number), number
        assert player.request({"expression": "sad", "intensity": 0.32}, number), number
        yield from drawn(1)
    player.simulate_latency = False
    yield from works(player)


# ---- Addresses ----

ADDRESSES = (
    "",
    " ",
    "\n",
    "render",
    "//render",
    "http:",
    "http://",
    "http:/render",
    "http://:8188",
    "http://[",
    "http://[::1",
    "http://[render]:8188",
    "http://a b",
    "http://me:secret@render",
    "http://render:port",
    "http://render:-1",
    "http://render:99999",
    "http://%00",
    "http://..",
    "http://\u202erender",
    f"http://{'a' * 64}.example",
    f"http://{'a.' * 50_000}",
    "ftp://render",
    "file:///etc/passwd",
    "javascript:alert(1)",
)


def test_broken_addresses_are_told_and_cost_nothing_else(test: EngineTest) -> Steps:
    for backend in (NpcHttpBackend(), NpcComfyUiBackend()):
        player = player_in(test, preset="realtime", backend=backend)
        reasons: list[str] = []
        player.generation_failed.connect(reasons.append)
        for address in ADDRESSES:
            backend.url = address
            assert backend.problems(), address
            assert not player.request({"expression": "happy"}), address
            assert reasons, address
            assert all(len(reason) < 500 for reason in reasons), address
            reasons.clear()
            yield from drawn(1)
            reasons.clear()  # what the player told of itself, in its next frame
        player.backend = None
        yield from works(player)
        player.free()
