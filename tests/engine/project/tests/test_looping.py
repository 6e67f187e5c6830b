"""Clips that are played once: their end, what follows them, and what must not begin them again."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
from clips import COUNT, HEIGHT, WIDTH, grey, make_clip
from engine_tests import EngineTest, Steps, until
from npc_video import Fallback, VideoParams
from npc_video_player import NpcVideoPlayer
from npc_video_player.clips.clip_layer import ClipLayer
from players import BARE, player_in
from window import drawn, picture

LAST = 200


def once(test: EngineTest, **properties: Any) -> tuple[NpcVideoPlayer, list[str]]:
    """A player that plays clips once, and what it tells of their ends."""
    player = player_in(test, (WIDTH, HEIGHT), **(BARE | {"loop": False} | properties))
    player.cancel()
    heard: list[str] = []
    player.clip_finished.connect(lambda: heard.append("finished"))
    player.clip_looped.connect(lambda: heard.append("looped"))
    return player, heard


def clip(**params: Any) -> Any:
    """Gets lighter; its last picture is the lightest."""
    return make_clip(grey(lambda index: 20 + (LAST - 20) * index // (COUNT - 1)), **params)


def plays(player: NpcVideoPlayer, made: Any, role: str = "clip") -> Steps:
    player._director.screen.open(made, role)
    yield from until(lambda: top_clip(player) is made)


def top_clip(player: NpcVideoPlayer) -> Any:
    top = player._director.screen.layers.top
    return top.reel.clip if isinstance(top, ClipLayer) else None


def level(test: EngineTest) -> float:
    return float(np.mean(picture(test)[:HEIGHT, :WIDTH]))


def test_a_clip_plays_once_and_keeps_its_last_picture(test: EngineTest) -> Steps:
    for interpolation in ("none", "blend"):
        player, heard = once(test, interpolation=interpolation)
        yield from plays(player, clip(expression=f"once {interpolation}"))
        yield from until(lambda heard=heard: heard)
        yield from drawn(30)
        assert heard == ["finished"], interpolation
        assert abs(level(test) - LAST) < 6.0, interpolation
        player.free()


def test_the_end_is_told_of_a_clip_that_is_over_when_its_first_picture_comes(
    test: EngineTest,
) -> Steps:
    player, heard = once(test, crossfade=0.0)
    params = VideoParams(npc_id="late")
    player._director.screen.cover(Fallback.PROCEDURAL, params, seconds=1.0)
    made = make_clip(islice(grey(lambda index: LAST), 4), expression="late")
    player._director.screen.open(made, in_phase=True)
    opening, player._director.screen._arriving = player._director.screen._arriving, None
    opening.reel.playback.start()
    yield from until(lambda: opening.reel.playback._filling.done())
    opening.waited, player._director.screen._arriving = 100.0, opening
    yield from until(lambda: heard)
    assert top_clip(player) is made
    yield from drawn(30)
    assert heard == ["finished"]
    player.free()


def test_a_clip_that_is_not_as_the_drawn_face_begins_at_its_beginning(test: EngineTest) -> Steps:
    player, heard = once(test)
    player._director.screen.cover(Fallback.PROCEDURAL, VideoParams(npc_id="late"), seconds=1.0)
    player._director.screen.open(clip(expression="all of it"))
    player._director.screen._arriving.waited = 100.0
    yield from until(lambda: player._director.screen.clip is not None)
    assert player._director.screen.clip.reel.position < 0.5
    assert heard == []
    player.free()


def test_a_reaction_after_the_end_plays_again(test: EngineTest) -> Steps:
    player, heard = once(test)
    made = clip(expression="twice")
    yield from plays(player, made)
    yield from until(lambda: heard == ["finished"])
    player._director.screen.open(made)
    yield from until(lambda: heard == ["finished"] * 2)


def test_a_better_clip_does_not_begin_one_again_that_is_over(test: EngineTest) -> Steps:
    player, heard = once(test)
    made = clip(expression="over")
    yield from plays(player, made)
    yield from until(lambda: heard == ["finished"])
    player._director.screen.open(replace(clip(expression="over"), preset="quality"), "upgrade")
    yield from drawn(30)
    assert top_clip(player) is made
    assert heard == ["finished"]


def test_a_better_clip_goes_on_where_the_other_is(test: EngineTest) -> Steps:
    player, heard = once(test)
    yield from plays(player, clip(expression="better"))
    yield from until(lambda: player._director.screen._phase() > 0.3)
    better = replace(clip(expression="better"), preset="quality")
    upgraded: list[Any] = []
    player.quality_upgraded.connect(upgraded.append)
    yield from plays(player, better, "upgrade")
    assert player._director.screen._phase() > 0.3
    assert upgraded[0]["preset"] == "quality"
    yield from until(lambda: heard)
    yield from drawn(30)
    assert heard == ["finished"]


def test_the_end_of_a_similar_clip_is_not_told(test: EngineTest) -> Steps:
    player, heard = once(test)
    yield from plays(player, clip(expression="like it"), "similar")
    yield from until(lambda: player._director.screen.layers.top.reel.is_finished)
    yield from drawn(5)
    assert heard == []


def test_looping_can_be_switched_while_a_clip_plays(test: EngineTest) -> Steps:
    player, heard = once(test, loop=True)
    yield from plays(player, clip(expression="switched"))
    yield from until(lambda: heard == ["looped"])
    player.loop = False
    yield from until(lambda: heard == ["looped", "finished"])
    player.loop = True
    yield from until(lambda: heard[2:] == ["looped"])


def test_who_loops_and_who_does_not_share_no_reel(test: EngineTest) -> Steps:
    first, _ = once(test, loop=True)
    second, heard = once(test)
    made = clip(expression="both")
    yield from plays(first, made)
    yield from plays(second, made)
    yield from until(lambda: heard == ["finished"])
    yield from until(lambda: first._director.screen.layers.top.reel.playback.loops > 0)
    third, told = once(test)
    yield from plays(third, made)
    yield from until(lambda: told == ["finished"])
