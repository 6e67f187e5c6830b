"""Players that nobody sees in a 3D world."""

from __future__ import annotations

from typing import Any

import numpy as np
from engine_tests import EngineTest, Steps, until
from godot import (
    AABB,
    BaseMaterial3D,
    NodePath,
    Vector3,
    VisibleOnScreenNotifier3D,
)
from npc_video_player import NpcProfile
from players import player_in
from worlds import sprite, world


def is_resting(player: Any) -> bool:
    return not player._visibility.is_seen


def shown_player(test: EngineTest, node: Any, name: str, **properties: Any) -> Any:
    player = player_in(test, npc_name=name, visible=False, predictive=False, **properties)
    player.shown_on = player.get_path_to(node)
    if not isinstance(node, VisibleOnScreenNotifier3D):
        node.texture = player.get_video_texture()
    return player


def test_a_player_rests_while_no_camera_sees_its_sprite(test: EngineTest) -> Steps:
    camera = world(test)
    for billboard in (BaseMaterial3D.BILLBOARD_DISABLED, BaseMaterial3D.BILLBOARD_ENABLED):
        seen_on = sprite(test, billboard=billboard)
        player = shown_player(test, seen_on, f"On a sprite {billboard}")
        player.request({"expression": "happy"})
        yield from until(lambda player=player: player.get_stats()["frames_shown"] > 3)
        assert not is_resting(player)
        camera.rotation = Vector3(0.0, np.pi, 0.0)
        yield from until(lambda player=player: is_resting(player))
        before = player.get_stats()["frames_shown"]
        assert not player._viewport.is_drawn
        for _ in range(20):
            yield
        assert player.get_stats()["frames_shown"] == before
        camera.rotation = Vector3()
        yield from until(lambda player=player: not is_resting(player))
        yield from until(
            lambda player=player, before=before: player.get_stats()["frames_shown"] > before
        )
        assert player._viewport.is_drawn
        seen_on.visible = False
        yield from until(lambda player=player: is_resting(player))
        player.free()
        assert seen_on.get_child_count(True) == 0 or not is_followed(seen_on)
        seen_on.free()


def test_a_player_rests_while_no_camera_draws_its_layer(test: EngineTest) -> Steps:
    camera = world(test)
    seen_on = sprite(test)
    player = shown_player(test, seen_on, "On a layer")
    player.request({"expression": "happy"})
    yield from until(lambda: player.get_stats()["frames_shown"] > 3)
    assert not is_resting(player)
    seen_on.layers = 2
    camera.cull_mask = 1
    yield from until(lambda: is_resting(player))
    camera.cull_mask = 3
    yield from until(lambda: not is_resting(player))
    seen_on.layers = 4
    yield from until(lambda: is_resting(player))
    player.free()
    seen_on.free()


def is_followed(node: Any) -> bool:
    return any(not child.is_queued_for_deletion() for child in node.get_children(True))


def test_a_player_rests_by_a_notifier_of_the_game_s(test: EngineTest) -> Steps:
    camera = world(test)
    notifier = VisibleOnScreenNotifier3D()
    notifier.aabb = AABB(Vector3(-1.0, -1.0, -1.0), Vector3(2.0, 2.0, 2.0))
    test.add_child(notifier)
    player = shown_player(test, notifier, "By a notifier")
    player.get_video_texture()
    camera.rotation = Vector3(0.0, np.pi, 0.0)
    yield from until(lambda: is_resting(player))
    camera.rotation = Vector3()
    yield from until(lambda: not is_resting(player))
    notifier.free()
    yield from until(lambda: player._visibility._in_world is None)
    assert not is_resting(player)


def test_a_player_that_is_heard_does_not_rest(test: EngineTest) -> Steps:
    camera = world(test)
    seen_on = sprite(test)
    player = shown_player(test, seen_on, "Heard")
    yield from until(lambda: player._visibility._in_world is not None)
    player._visibility._is_heard = lambda: True
    camera.rotation = Vector3(0.0, np.pi, 0.0)
    for _ in range(40):
        yield
    assert not is_resting(player)
    player._visibility._is_heard = player._is_heard
    yield from until(lambda: is_resting(player))


def test_without_it_a_player_whose_texture_is_used_never_rests(test: EngineTest) -> Steps:
    player = player_in(test, npc_name="Anywhere", visible=False)
    player.get_video_texture()
    for _ in range(30):
        yield
    assert not is_resting(player)
    player.shown_on = NodePath("Nobody")
    assert any(each.startswith("Shown On:") for each in player._get_configuration_warnings())


def test_a_placeholder_that_stays_needs_few_frames(test: EngineTest) -> Steps:
    profile = NpcProfile()
    profile.npc_name, profile.opening = "Idle", "none"
    player = player_in(test, profile=profile, predictive=False, fallback="placeholder")
    yield from until(lambda: player._rests(player._director, True) > 0.0)
    player.request({"expression": "happy"})
    player.progress_ring = False
    assert player._rests(player._director, True) == 0.0
    player.cancel()
    yield from until(lambda: player._rests(player._director, True) > 0.0)
