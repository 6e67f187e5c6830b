"""What games do that nobody meant to be done: in a hurry, in handlers, with what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clips import gradients, make_clip
from engine_tests import EngineTest, Steps, until
from godot import Vector2
from npc_video.generation.events import ClipReady, Upgraded
from npc_video_player import NpcVideoPlayer


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
    player = player_in(test)
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
