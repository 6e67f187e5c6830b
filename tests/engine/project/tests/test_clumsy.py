"""What games do that nobody meant to be done: in a hurry, in handlers, with what is wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from clips import gradients, make_clip
from engine_tests import EngineTest, Steps, until
from godot import Vector2
from npc_video.generation.events import ClipReady, Upgraded
from npc_video_player import NpcProfile, NpcResponseGraph, NpcVideoPlayer
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


def test_what_is_no_function_makes_no_clips(test: EngineTest) -> None:
    player = player_in(test)
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    player.call("set_generator", 5)
    assert ["no function" in reason for reason in reasons] == [True]
    assert player.request({"expression": "happy"})


def test_a_player_may_leave_the_scene_in_its_own_signals(test: EngineTest) -> Steps:
    for name in ("reaction_started", "fallback_shown", "generation_progress", "clip_started"):
        player = player_in(test, npc_name=name)
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
