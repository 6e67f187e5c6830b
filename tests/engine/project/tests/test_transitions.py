"""How one clip gives way to another: when, for how long, and what is seen meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from clips import COUNT, HEIGHT, WIDTH, grey, make_clip
from engine_tests import EngineTest, Steps, until
from npc_video import GeneratedClip
from npc_video_player import NpcVideoPlayer
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.sharing import shared
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
    top = player._director.screen.layers.top
    return top.reel.clip if isinstance(top, ClipLayer) else None


def alone(player: NpcVideoPlayer, clip: GeneratedClip) -> Steps:
    """Shows it, and nothing else any more."""
    player._director.screen.open(clip)
    yield from until(lambda: clip_on(player) is clip and len(player._director.screen.layers) == 1)


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
    return player._director.screen.layers._stack[-1].seconds


def test_a_clip_that_comes_late_waits_for_what_is_most_like_it(test: EngineTest) -> Steps:
    player = player_of(test)
    flashes = make_clip(grey(lambda i: LIGHT if i % 4 > 1 else DARK), expression="flashes")
    yield from alone(player, flashes)
    for number in range(3):
        # What it will show is known.
        yield from until(lambda: player._director.screen.layers.top.reel.playback.sketches.are_all)
        light = make_clip(grey(lambda index: LIGHT + 4), expression=f"light {number}")
        player._director.screen.open(light)
        yield from until(lambda light=light: clip_on(player) is light)
        below = next(iter(player._director.screen.layers))
        assert below.reel.clip is flashes
        assert abs(below.coming(0.0)[0][1].mean() - LIGHT) < 8
        assert fade_of(player) < 0.1
        yield from alone(player, flashes)


def test_no_clip_waits_for_longer_than_half_a_second(test: EngineTest) -> Steps:
    """What is on screen becomes more and more like it."""
    player = player_of(test)
    lighter = make_clip(grey(lambda index: DARK + 6 * index), expression="lighter")
    yield from alone(player, lighter)
    yield from until(lambda: player._director.screen.layers.top.has_looped)
    light = make_clip(grey(lambda index: LIGHT), expression="light")
    player._director.screen.open(light)
    opening = player._director.screen._arriving
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
        player._director.screen.open(hit, at_once=True)
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
    yield from until(lambda: len(player._director.screen.layers) == 1)
    player.request({"expression": "happy"})
    assert player.get_stats()["fallback_counts"]["exact"] == 1
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
        player._director.screen.open(other)
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
    player._director.screen.open(moved)
    yield from until(lambda: clip_on(player) is moved)
    found = {False: [1.0], True: [1.0]}
    while len(player._director.screen.layers) > 1:
        warp = player._director.screen._warp
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
    assert warped._director.screen._warp is None


def test_the_warp_of_one_player_is_not_seen_in_another(test: EngineTest) -> Steps:
    still, warped = (player_of(test, crossfade=2.0, interpolation="motion") for _ in range(2))
    still.position = (WIDTH, 0.0)
    before = make_clip(bars(0.0), options={"qp": "8"}, expression="apart")
    after = make_clip(bars(_APART), options={"qp": "8"}, expression="apart moved")
    yield from alone(still, after)
    yield from alone(warped, before)
    yield from drawn()
    usual = picture(test)[:HEIGHT, WIDTH : 2 * WIDTH]
    warped._director.screen.open(after)
    yield from until(lambda: clip_on(warped) is after)
    assert warped._director.screen.layers.top.reel is still._director.screen.layers.top.reel
    seen = []
    while len(warped._director.screen.layers) > 1:
        yield
        warp = warped._director.screen._warp
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
                player._director.screen.open(clip, at_once=number % 8 == 0)
            yield
            area = picture(test)[:HEIGHT, :WIDTH]
            assert np.ptp(area) < 12, "nothing but grey is seen"
            # What was drawn may be that of the frame before, and took as long.
            most = 1200.0 * max(test.get_process_delta_time(), 1.0 / 60.0)
            assert abs(area.mean() - before) < 2.0 * most
            before = area.mean()
        yield from until(lambda player=player: len(player._director.screen.layers) == 1)
        assert player._director.screen._warp is None
        player.free()


def there_and_back(name: str, *, is_seamless: bool = True) -> GeneratedClip:
    """Dark for four frames, light in between and dark for four; as told whether it is seamless."""
    rise = np.sin(np.pi * np.clip((np.arange(COUNT) - 3) / (COUNT - 7), 0.0, 1.0))
    clip = make_clip(grey(lambda index: DARK + int(120 * rise[index])), expression=name)
    return replace(clip, seamless=is_seamless)


def switched(
    test: EngineTest, player: NpcVideoPlayer, clip: GeneratedClip, **options: Any
) -> Steps:
    """Opens it; returns whether it was mixed with what was on screen, and all that was seen."""
    player._director.screen.open(clip, **options)
    is_mixed, seen = False, []
    while clip_on(player) is not clip or len(player._director.screen.layers) > 1:
        yield
        is_mixed = is_mixed or len(player._director.screen.layers) > 1
        seen.append(picture(test)[:HEIGHT, :WIDTH].mean())
    return is_mixed, seen


def close_to_its_end(player: NpcVideoPlayer) -> Steps:
    """It is still light, and dark within less than half a second."""
    playback = player._director.screen.layers.top.reel.playback
    yield from until(lambda: playback.sketches.are_all and 0.7 < playback.phase < 0.8)


def test_seamless_clips_follow_each_other_at_their_ends_without_a_fade(test: EngineTest) -> Steps:
    for interpolation in ("none", "motion"):
        player = player_of(test, crossfade_at="loop", interpolation=interpolation)
        yield from alone(player, there_and_back(f"first {interpolation}"))
        for number in range(2):
            clip = there_and_back(f"{interpolation} {number}")
            is_mixed, seen = yield from switched(test, player, clip)
            assert not is_mixed
            assert abs(seen[-1] - DARK) < 30
        player.free()


def test_a_seamless_clip_that_comes_late_waits_for_the_end_of_the_other(test: EngineTest) -> Steps:
    for interpolation in ("none", "motion"):
        player = player_of(test, interpolation=interpolation)
        yield from alone(player, there_and_back(f"first {interpolation}"))
        clip = there_and_back(f"late {interpolation}")
        yield from pinned(clip)
        yield from close_to_its_end(player)
        is_mixed, seen = yield from switched(test, player, clip)
        assert not is_mixed
        assert abs(seen[-1] - DARK) < 30
        player.free()


def test_clips_of_which_one_is_not_seamless_are_faded(test: EngineTest) -> Steps:
    player = player_of(test, crossfade_at="loop")
    for before, after in ((True, False), (False, True), (False, False)):
        name = f"{before} {after}"
        yield from alone(player, there_and_back(f"first {name}", is_seamless=before))
        clip = there_and_back(f"second {name}", is_seamless=after)
        is_mixed, _ = yield from switched(test, player, clip)
        assert is_mixed


def test_seamless_clips_are_faded_where_they_do_not_fit(test: EngineTest) -> Steps:
    player = player_of(test)
    yield from alone(player, there_and_back("first"))
    hit = there_and_back("hit")
    yield from pinned(hit)
    playback = player._director.screen.layers.top.reel.playback
    yield from until(lambda: 0.4 < playback.phase < 0.5)
    is_mixed, _ = yield from switched(test, player, hit, at_once=True)
    assert is_mixed
    other = replace(make_clip(grey(lambda index: LIGHT), expression="other"), seamless=True)
    player.crossfade_at = "loop"
    is_mixed, _ = yield from switched(test, player, other)
    assert is_mixed


def test_what_follows_a_seamless_clip_that_is_over_needs_no_fade(test: EngineTest) -> Steps:
    player = player_of(test, loop=False)
    yield from alone(player, there_and_back("once"))
    yield from until(lambda: player._director.screen.layers.top.reel.is_finished)
    clip = there_and_back("next")
    yield from pinned(clip)
    is_mixed, _ = yield from switched(test, player, clip, at_once=True)
    assert not is_mixed


def test_a_better_seamless_clip_goes_on_without_a_fade(test: EngineTest) -> Steps:
    player = player_of(test)
    yield from alone(player, there_and_back("same"))
    better = replace(there_and_back("same"), preset="quality")
    told: list[bool] = []
    player.quality_upgraded.connect(lambda info: told.append(info["seamless"]))
    is_mixed, _ = yield from switched(test, player, better, role="upgrade")
    assert not is_mixed
    assert told == [True]


def test_a_seamless_clip_begins_again_without_a_jump(test: EngineTest) -> Steps:
    player = player_of(test)
    yield from alone(player, there_and_back("loop"))
    yield from close_to_its_end(player)
    ends = []
    while not player._director.screen.layers.top.has_looped or len(ends) < 3:
        ends.append(picture(test)[:HEIGHT, :WIDTH].mean())
        yield
    yield from drawn()
    assert abs(picture(test)[:HEIGHT, :WIDTH].mean() - ends[-1]) < 6
    assert len(player._director.screen.layers) == 1
