"""What NPCs remember: when a profile changes, from scene to scene, and in saved games."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from clips import grey, make_clip
from engine_tests import EngineTest, Steps, until
from godot import JSON, Node
from npc_video import CallableBackend
from npc_video.backends.base import GenerationRequest
from npc_video_player import NpcProfile, NpcResponseGraph, NpcVideoPlayer
from players import made_player, player_in
from window import drawn


def npc(npc_id: str, **properties: Any) -> NpcProfile:
    """Fills a meter with each touch; nothing drains it, and it answers at once again."""
    profile = NpcProfile()
    profile.npc_id, profile.npc_name, profile.cooldown = npc_id, npc_id.title(), 0.0
    profile.graph = NpcResponseGraph()
    nodes = [
        {"id": "p", "type": "input.pressure"},
        {"id": "meter", "type": "state.accumulator", "data": {"max": 100}},
        {"id": "text", "type": "video.prompt", "data": {"template": "touched {touched}"}},
        {"id": "out", "type": "video.output"},
    ]
    wires = (("p", "value", "meter", "input"), ("meter", "value", "text", "touched"))
    wires = (*wires, ("text", "prompt", "out", "prompt"))
    connections = [{"from": a, "fromPort": b, "to": c, "toPort": d} for a, b, c, d in wires]
    profile.graph.json = json.dumps({"responseGraph": {"nodes": nodes, "connections": connections}})
    for name, value in properties.items():
        setattr(profile, name, value)
    return profile


def touched(player: NpcVideoPlayer) -> str:
    """What it answers to one more touch."""
    answers: list[dict] = []
    player.reaction_started.connect(answers.append)
    assert player.react({"tool": "hand", "pressure": 1.0})
    player.reaction_started.disconnect(answers.append)
    return str(answers[0]["prompt"].rpartition("touched ")[2])


def test_a_profile_that_changes_leaves_the_memory(test: EngineTest) -> Steps:
    profile = npc("changing")
    player = player_in(test, profile=profile)
    assert touched(player) == "1"
    changes = {
        "base_prompt": "a fox",
        "negative_prompt": "fog",
        "style": "ink",
        "cooldown": 0.001,
        "seed_policy": "reaction",
        "enabled_tools": ["hand"],
        "zones": ["cheek"],
        "npc_name": "Another name",
        "loras": {"x": 0.5},
        "personality": "playful",
        "remember": "scene",
    }
    for count, (name, value) in enumerate(changes.items(), 2):
        setattr(profile, name, value)
        yield from drawn(2)
        assert touched(player) == str(count), name
    profile.npc_id = "somebody else"
    assert touched(player) == "1"


def test_an_npc_that_is_in_the_next_scene_goes_on_where_it_was(test: EngineTest) -> Steps:
    for told in ("touched soon", "after frames"):
        first, second = Node(), Node()
        test.add_child(first)
        profile = npc(f"travelling {told}")
        player = player_in(first, profile=profile)
        assert touched(player) == "1"
        assert touched(player) == "2"
        first.free()
        test.add_child(second)
        if told == "after frames":
            yield from drawn(3)
        again = player_in(second, profile=npc(f"travelling {told}"), preset="fast")
        assert touched(again) == "3", told
        second.free()
    yield


def test_an_npc_that_is_still_elsewhere_is_another_one(test: EngineTest) -> Steps:
    first, second = player_in(test, profile=npc("twin")), player_in(test, profile=npc("twin"))
    assert touched(first) == "1"
    first.free()
    yield from drawn(2)
    assert touched(second) == "1"


def test_several_of_one_id_come_back_as_they_were(test: EngineTest) -> Steps:
    for _ in range(2):
        scene = Node()
        test.add_child(scene)
        players = [player_in(scene, profile=npc("guard")) for _ in range(3)]
        said = [[touched(player) for _ in range(n)] for n, player in enumerate(players, 1)]
        yield from drawn(1)
        scene.free()
    assert said == [["2"], ["3", "4"], ["4", "5", "6"]]


def test_a_scene_is_forgotten_where_that_is_wanted(test: EngineTest) -> Steps:
    for _ in range(2):
        scene = Node()
        test.add_child(scene)
        player = player_in(scene, profile=npc("forgetful", remember="scene"))
        assert touched(player) == "1"
        player.reparent(test)
        yield from drawn(2)
        assert touched(player) == "2"  # it is the same scene's
        player.free()
        scene.free()


def test_one_player_may_show_several_npcs_in_turn(test: EngineTest) -> Steps:
    for remember in ("game", "scene"):
        mara, tom = npc(f"mara {remember}"), npc(f"tom {remember}")
        mara.remember = tom.remember = remember
        player = player_in(test, profile=mara)
        assert touched(player) == "1"
        player.profile = tom
        yield from drawn(2)
        assert touched(player) == "1"
        player.profile = mara
        assert touched(player) == "2"
        yield from drawn(2)
        player.profile = tom
        assert touched(player) == "2"
        player.free()


def test_reset_begins_anew(test: EngineTest) -> Steps:
    player = player_in(test, profile=npc("reborn"))
    assert touched(player) == "1"
    test.remove_child(player)
    other = player_in(test, profile=npc("reborn"))
    assert touched(other) == "2"
    other.reset()
    assert touched(other) == "1"
    assert not other.save_state()["learned"]["habits"]["acts"]["counts"][1:]
    other.reset()
    other.free()
    yield from drawn(2)
    assert touched(player_in(test, profile=npc("reborn"))) == "1"
    player.free()


def test_a_session_that_is_over_can_begin_anew(test: EngineTest) -> Steps:
    profile = npc("tired")
    document = json.loads(profile.graph.json) | {"interaction": {"maxSessionDuration": 30}}
    profile.graph.json = json.dumps(document)
    player = player_in(test, profile=profile)
    assert touched(player) == "1"
    yield from until(lambda: not player.react({"tool": "hand"}))
    player.reset()
    assert touched(player) == "1"


def test_a_saved_game_goes_on_where_it_was(test: EngineTest) -> Steps:
    player = player_in(test, profile=npc("saved"))
    assert [touched(player), touched(player)] == ["1", "2"]
    saved = player.save_state()
    text = JSON.stringify(saved)
    assert touched(player) == "3"
    for state in (saved, JSON.parse_string(text)):
        assert player.load_state(state)
        assert touched(player) == "3"
    player.free()
    yield from drawn(2)
    unborn = NpcVideoPlayer()
    unborn.profile = npc("saved")
    assert unborn.load_state(saved)  # before it is in a scene
    test.add_child(unborn)
    yield from drawn(2)
    assert touched(unborn) == "3"
    assert unborn.save_state()["learned"]["habits"]["acts"] != {}


def test_npcs_that_are_in_no_scene_are_saved_by_a_player_outside_of_it(test: EngineTest) -> Steps:
    def outside() -> NpcVideoPlayer:
        player = NpcVideoPlayer()
        player.profile = npc("absent")
        return player

    shown = player_in(test, profile=npc("absent"))
    assert touched(shown) == "1"
    shown.free()
    yield from drawn(2)
    player = outside()
    saved = player.save_state()
    player.free()
    shown = player_in(test, profile=npc("absent"))
    assert touched(shown) == "2"  # looking at it took nothing away
    shown.free()
    player = outside()
    assert player.load_state(saved)
    player.free()
    shown = player_in(test, profile=npc("absent"))
    assert touched(shown) == "2"
    shown.free()
    player = outside()
    player.reset()
    player.free()
    yield from drawn(2)
    assert touched(player_in(test, profile=npc("absent"))) == "1"


def test_what_is_no_saved_state_is_told_and_changes_nothing(test: EngineTest) -> None:
    player = player_in(test, profile=npc("stubborn"))
    reasons: list[str] = []
    player.generation_failed.connect(reasons.append)
    assert touched(player) == "1"
    saved = player.save_state()
    for wrong in (
        {},
        saved | {"version": 2},
        saved | {"npc": "meek"},
        saved | {"graph": 3},
        saved | {"graph": {}},
        saved | {"learned": "all"},
        saved | {"learned": {"habits": {"acts": 5}}},
        saved | {"learned": saved["learned"] | {"turns": {"counts": [[1]]}}},
        saved | {"learned": saved["learned"] | {"reliability": {"markov": ["a", 1]}}},
    ):
        assert not player.load_state(wrong), wrong
    test.expect_error("load_state: This is ")
    assert not reasons
    assert touched(player) == "2"
    player.load_state(saved)
    assert touched(player) == "2"


class Held:
    """Makes clips, those of other looks than the neutral one not before they are let go."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.is_let_go = False

    async def make(self, request: GenerationRequest) -> bytes:
        look = request.params.expression
        while look != "neutral" and not self.is_let_go:
            await asyncio.sleep(0.01)
        self.made.append(look)
        return make_clip(grey(lambda index: 9 * index)).data


def test_what_was_asked_for_before_another_past_comes_no_more(test: EngineTest) -> Steps:
    held, started = Held(), list[str]()
    player = made_player(profile=npc("other past"), predictive=False, progressive=False)
    player.set_backend(CallableBackend(held.make, finish_started=True))
    player.clip_started.connect(lambda info: started.append(info["expression"]))
    test.add_child(player)
    yield from until(lambda: started == ["neutral"])
    saved = player.save_state()
    for look, go_back in (("happy", lambda: player.load_state(saved)), ("sad", player.reset)):
        started.clear()
        held.is_let_go = False
        player.request({"expression": look})
        yield from drawn(3)
        go_back()
        yield from until(lambda: started == ["neutral"])
        held.is_let_go = True
        yield from until(lambda look=look: look in held.made)
        yield from drawn(20)
        assert started == ["neutral"], look
    player.load_state(saved)
    assert player.request({"expression": "angry"})  # the look that was saved, at once
    yield from until(lambda: started == ["neutral", "angry"])
    player.get_parent().remove_child(player)
    player.load_state(saved)
    test.add_child(player)
    yield from until(lambda: started == ["neutral", "angry", "neutral"])
