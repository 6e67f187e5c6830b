"""How one clip gives way to another: when, for how long, and what is seen meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from clips import COUNT, HEIGHT, WIDTH, grey, make_clip
from engine_tests import EngineTest, Steps, until
from npc_video import GeneratedClip
from npc_video_player import NpcVideoPlayer, shared
from npc_video_player.clip_layer import ClipLayer
from players import BARE, player_in
from window import drawn, picture

DARK, LIGHT = 40, 190
LONGEST_WAIT = 0.5
_BAR, _APART = 24, 20  # pixels


def player_of(test: EngineTest, **properties: Any) -> NpcVideoPlayer:
    player = player_in(test, (WIDTH, HEIGHT), **(BARE | {"crossfade": 0.4} | properties))
    player.cancel()
    return player


def clip_on(player: NpcVideoPlayer) -> GeneratedClip | None:
    top = player._screen.layers.top
    return top.reel.clip if isinstance(top, ClipLayer) else None


def alone(player: NpcVideoPlayer, clip: GeneratedClip) -> Steps:
    """Shows it, and nothing else any more."""
    player._screen.open(clip)
    yield from until(lambda: clip_on(player) is clip and len(player._screen.layers) == 1)


def pinned(clip: GeneratedClip) -> Steps:
    """Its first picture is there."""
    shared.first_pictures().keep(clip)
    yield from until(lambda: shared.first_pictures().of(clip))


def bars(right: float) -> Iterable[Any]:
    """Soft bars, none like the other, that stand still so far to the right."""
    levels = np.random.default_rng(5).uniform(40.0, 216.0, WIDTH // _BAR + 8)
    at = (np.arange(WIDTH) - right) / _BAR + 4.0
    bar, part = at.astype(int), (1.0 - np.cos(np.pi * (at % 1.0))) / 2.0
    row = np.rint(levels[bar] * (1.0 - part) + levels[bar + 1] * part).astype(np.uint8)
    return [np.broadcast_to(row[None, :, None], (HEIGHT, WIDTH, 3)).copy()] * COUNT


def contrast(test: EngineTest) -> float:
    """That of the bars on screen, but for the edges, where something comes from outside."""
    return float(np.std(picture(test)[:HEIGHT, 2 * _APART : WIDTH - 2 * _APART, 1]))


def fade_of(player: NpcVideoPlayer) -> float:
    """Seconds in which what is on top fades in."""
    return player._screen.layers._stack[-1].seconds


def test_a_clip_that_comes_late_waits_for_what_is_most_like_it(test: EngineTest) -> Steps:
    player = player_of(test)
    flashes = make_clip(grey(lambda i: LIGHT if i % 4 > 1 else DARK), expression="flashes")
    yield from alone(player, flashes)
    for number in range(3):
        # What it will show is known.
        yield from until(lambda: player._screen.layers.top.reel.playback.sketches.are_all)
        light = make_clip(grey(lambda index: LIGHT + 4), expression=f"light {number}")
        player._screen.open(light)
        yield from until(lambda light=light: clip_on(player) is light)
        below = next(iter(player._screen.layers))
        assert below.reel.clip is flashes
        assert abs(below.coming(0.0)[0][1].mean() - LIGHT) < 8
        assert fade_of(player) < 0.1
        yield from alone(player, flashes)


def test_no_clip_waits_for_longer_than_half_a_second(test: EngineTest) -> Steps:
    """What is on screen becomes more and more like it."""
    player = player_of(test)
    lighter = make_clip(grey(lambda index: DARK + 6 * index), expression="lighter")
    yield from alone(player, lighter)
    yield from until(lambda: player._screen.layers.top.has_looped)
    light = make_clip(grey(lambda index: LIGHT), expression="light")
    player._screen.open(light)
    opening = player._screen._opening
    yield from until(lambda: opening.reel.playback.is_ready)
    passed = last = 0.0
    while clip_on(player) is not light:
        assert passed - last <= LONGEST_WAIT
        yield
        last = test.get_process_delta_time()
        passed += last
    assert passed > 0.2


def test_a_hit_is_there_with_the_next_frame_whatever_is_on_screen(test: EngineTest) -> Steps:
    for interpolation in ("none", "motion"):
        player = player_of(test, interpolation=interpolation)
        lighter = make_clip(grey(lambda index: DARK + 6 * index), expression=interpolation)
        yield from alone(player, lighter)
        hit = make_clip(grey(lambda index: LIGHT), expression=f"hit {interpolation}")
        yield from pinned(hit)
        player._screen.open(hit, at_once=True)
        yield
        assert clip_on(player) is hit
        player.free()


def test_what_is_asked_for_and_there_is_shown_at_once(test: EngineTest) -> Steps:
    player = player_of(test, npc_name="At once")
    began: list[str] = []
    player.clip_started.connect(lambda info: began.append(info["expression"]))
    for expression in ("happy", "sad"):
        player.request({"expression": expression})
        yield from until(lambda expression=expression: expression in began)
    yield from until(lambda: len(player._screen.layers) == 1)
    player.request({"expression": "happy"})
    assert player.get_stats()["rungs"]["exact"] == 1
    yield from drawn()
    assert player.get_stats()["first_reaction_frames"][-1] <= 1
    assert clip_on(player).params.expression == "happy"


def test_a_fade_is_the_shorter_the_more_alike_clips_are(test: EngineTest) -> Steps:
    player = player_of(test)
    lengths = []
    for level in (DARK + 1, DARK + 50, DARK + 180):
        dark = make_clip(grey(lambda index: DARK), expression=f"before {level}")
        yield from alone(player, dark)
        other = make_clip(grey(lambda index, level=level: level), expression=f"{level}")
        player._screen.open(other)
        yield from until(lambda other=other: clip_on(player) is other)
        lengths.append(fade_of(player))
    assert lengths == sorted(lengths)
    assert lengths[0] < 0.1
    assert lengths[2] == 0.4


def contrasts(test: EngineTest, player: NpcVideoPlayer, name: str) -> Any:
    """While a clip fades into one that shows the same a bit to the right, by whether it is warped.

    They are parts of the usual contrast.
    """
    yield from alone(player, make_clip(bars(0.0), options={"qp": "8"}, expression=name))
    usual = contrast(test)
    moved = make_clip(bars(_APART), options={"qp": "8"}, expression=f"{name} moved")
    player._screen.open(moved)
    yield from until(lambda: clip_on(player) is moved)
    found = {False: [1.0], True: [1.0]}
    while len(player._screen.layers) > 1:
        warp = player._screen._warp
        is_warped = warp is not None and warp.is_shown
        yield
        found[is_warped].append(contrast(test) / usual)
    return found


def test_clips_are_warped_towards_each_other(test: EngineTest) -> Steps:
    mixed = player_of(test, crossfade=2.0, interpolation="blend")
    found = yield from contrasts(test, mixed, "mixed")
    assert min(found[False]) < 0.8
    assert len(found[True]) == 1
    mixed.free()
    warped = player_of(test, crossfade=2.0, interpolation="motion")
    found = yield from contrasts(test, warped, "warped")
    assert len(found[True]) > 3
    assert min(found[True]) > 0.88
    assert warped._screen._warp is None


def test_the_warp_of_one_player_is_not_seen_in_another(test: EngineTest) -> Steps:
    still, warped = (player_of(test, crossfade=2.0, interpolation="motion") for _ in range(2))
    still.position = (WIDTH, 0.0)
    before = make_clip(bars(0.0), options={"qp": "8"}, expression="apart")
    after = make_clip(bars(_APART), options={"qp": "8"}, expression="apart moved")
    yield from alone(still, after)
    yield from alone(warped, before)
    yield from drawn()
    usual = picture(test)[:HEIGHT, WIDTH : 2 * WIDTH]
    warped._screen.open(after)
    yield from until(lambda: clip_on(warped) is after)
    assert warped._screen.layers.top.reel is still._screen.layers.top.reel
    seen = []
    while len(warped._screen.layers) > 1:
        yield
        warp = warped._screen._warp
        seen.append(warp is not None and warp.is_shown)
        now = picture(test)[:HEIGHT, WIDTH : 2 * WIDTH]
        assert np.abs(now - usual).max() <= 6
    assert any(seen)


def test_quick_reactions_neither_jump_nor_leave_anything_blank(test: EngineTest) -> Steps:
    levels = (60, 150, 90, 200, 70)
    for interpolation in ("blend", "motion"):
        player = player_of(test, interpolation=interpolation)
        clips = [
            make_clip(grey(lambda index, level=level: level), expression=f"{interpolation} {level}")
            for level in levels
        ]
        yield from alone(player, clips[0])
        yield from drawn()
        before = picture(test)[:HEIGHT, :WIDTH].mean()
        for number in range(60):
            if number % 4 == 0:
                clip = clips[number // 4 % len(clips)]
                player._screen.open(clip, at_once=number % 8 == 0)
            yield
            area = picture(test)[:HEIGHT, :WIDTH]
            assert np.ptp(area) < 12, "nothing but grey is seen"
            # What was drawn may be that of the frame before, and took as long.
            most = 1200.0 * max(test.get_process_delta_time(), 1.0 / 60.0)
            assert abs(area.mean() - before) < 2.0 * most
            before = area.mean()
        yield from until(lambda player=player: len(player._screen.layers) == 1)
        assert player._screen._warp is None
        player.free()
