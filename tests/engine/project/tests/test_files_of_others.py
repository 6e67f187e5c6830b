"""Clips as other tools write them, on screen: as long, as wide, turned and chosen as they say.

The files are in `tests/data/media`, where it is said how each was made.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from clips import clip_of, make_clip
from engine_tests import EngineTest, Steps, until
from npc_video import GeneratedClip
from npc_video_player import NpcVideoPlayer
from npc_video_player.clips.clip_layer import ClipLayer
from npc_video_player.sharing import shared
from players import BARE, player_in
from window import drawn, picture, time_scale

SIDE = 256
COLOURS = {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 0): "Y"}


def bare(test: EngineTest, **properties: Any) -> tuple[NpcVideoPlayer, list[tuple[str, Any]]]:
    """A player that shows what a test opens, and what it tells."""
    player = player_in(test, (SIDE, SIDE), **(BARE | properties))
    player.cancel()
    heard: list[tuple[str, Any]] = []
    player.clip_started.connect(lambda info: heard.append(("started", info)))
    player.clip_looped.connect(lambda: heard.append(("looped", None)))
    player.clip_finished.connect(lambda: heard.append(("finished", None)))
    player.generation_failed.connect(lambda reason: heard.append(("failed", reason)))
    return player, heard


def opened(player: NpcVideoPlayer, name: str) -> Steps:
    clip = clip_of(name)
    player._director._has_begun = False
    player._director.screen.open(clip)
    yield from until(lambda: is_on_top(player, clip))
    yield from drawn()


def is_on_top(player: NpcVideoPlayer, clip: GeneratedClip) -> bool:
    top = player._director.screen.layers.top
    return isinstance(top, ClipLayer) and top.reel.clip is clip


def test_clip_started_tells_what_the_file_is(test: EngineTest) -> Steps:
    player, heard = bare(test)
    for name, width, height, seconds in (
        ("live5_nodur.webm", 64, 64, 5.0),
        ("slide.mp4", 256, 32, 3.56),
        ("vfr_s.mp4", 64, 64, 2.0),
        ("muxer_zero.mp4", 256, 32, 1.0),
        ("rot90.mp4", 128, 192, 1.0),
        ("sar21.mp4", 256, 128, 1.0),
    ):
        heard.clear()
        yield from opened(player, name)
        (what, info), *_ = heard
        assert what == "started", name
        assert (info["width"], info["height"]) == (width, height), name
        assert abs(info["duration"] - seconds) < 0.001, name


def test_pictures_are_turned_and_as_wide_as_ffmpeg_has_them(test: EngineTest) -> Steps:
    player, _ = bare(test, stretch_mode="keep_aspect_centered")
    for name, width, height, corners in (
        ("rot90.mp4", 170, 256, "GYRB"),
        ("mirror90.mp4", 170, 256, "YGBR"),
        ("sar21.mp4", 256, 128, "RGBY"),
        ("sar12.webm", 256, 256, "RGBY"),
        ("cover_stream0.mp4", 256, 256, "RGBY"),
        ("twovideo.mp4", 256, 256, "RGBY"),
    ):
        yield from opened(player, name)
        pixels = picture(test)[:SIDE, :SIDE]
        found = ""
        for row in (-1, 1):
            for column in (-1, 1):
                y, x = SIDE // 2 + row * (height // 2 - 12), SIDE // 2 + column * (width // 2 - 12)
                found += COLOURS[tuple((pixels[y, x] > 128).astype(int))]
        assert found == corners, name
        # Beside it is the window's blue.
        beside = pixels[SIDE // 2, 2] if width < SIDE else pixels[2, SIDE // 2]
        is_beside = min(width, height) < SIDE
        assert (tuple(beside) == (0, 0, 255)) == is_beside, name


def number_on(test: EngineTest) -> int:
    """The number of the frame, that `muxer_zero.mp4` shows in columns of black and white."""
    row = picture(test)[SIDE // 2, :SIDE, 0]
    columns = [row[SIDE // 16 + SIDE // 8 * bit] > 128 for bit in range(8)]
    return sum(1 << bit for bit, is_set in enumerate(columns) if is_set)


def test_every_frame_is_seen_in_each_loop(test: EngineTest) -> Steps:
    player, heard = bare(test)
    with time_scale(0.25):
        yield from opened(player, "muxer_zero.mp4")
        for loop in range(2):
            heard.clear()
            seen: set[int] = set()
            while not any(what == "looped" for what, _ in heard):
                yield
                seen.add(number_on(test))
            assert loop == 0 or seen >= set(range(24)), sorted(set(range(24)) - seen)


def test_a_loop_is_as_long_as_the_file(test: EngineTest) -> Steps:
    player, heard = bare(test)
    with time_scale(2.0):
        for name, length in (("slide.mp4", 3.56), ("one4s.webm", None)):
            yield from opened(player, name)
            heard.clear()
            times, passed, longest = [], 0.0, 0.0
            while passed < 12.0 and len(times) < 3:
                yield
                passed += player.get_process_delta_time()
                longest = max(longest, player.get_process_delta_time())
                if heard:
                    heard.clear()
                    times.append(passed)
            if length is None:
                assert times == [], name
            else:
                lasts = times[2] - times[1]
                # No more exactly than by the frame of a slow renderer.
                assert abs(lasts - length) < max(0.2, longest), (name, lasts)


def test_a_still_tells_no_loops_and_is_bettered_at_once(test: EngineTest) -> Steps:
    player, heard = bare(test)
    yield from opened(player, "one.mp4")
    yield from drawn(60)
    assert [what for what, _ in heard] == ["started"]
    assert tuple(picture(test)[SIDE // 2, SIDE // 2] > 128) == (True, False, False)
    better = replace(clip_of("one.mp4"), preset="quality")
    player._director.screen.open(better, "upgrade")
    yield from until(lambda: is_on_top(player, better))


def test_a_clip_that_is_too_high_for_the_renderer_is_told_of(test: EngineTest) -> Steps:
    player, heard = bare(test)
    pictures = shared.pictures()
    most, pictures.max_side = pictures.max_side, 4096
    try:
        player._director.screen.open(clip_of("tall444.mp4"))
        yield from until(lambda: heard)
    finally:
        pictures.max_side = most
    what, reason = heard[0]
    assert what == "failed"
    assert "64×8192" in reason
    assert "4096" in reason


def test_a_clip_that_just_fits_the_renderer_is_shown(test: EngineTest) -> Steps:
    player, heard = bare(test)
    assert shared.pictures().max_side >= 4096
    if shared.pictures().max_side < 8192:
        return
    yield from opened(player, "tall444.mp4")
    red, green, blue = picture(test)[SIDE // 2, SIDE // 2]
    assert red > 240
    assert max(green, blue) < 20
    assert [what for what, _ in heard if what == "failed"] == []


def test_one_pixel_is_a_clip(test: EngineTest) -> Steps:
    player, _ = bare(test)
    pixel = (np.full((1, 1, 3), (200, 30, 40), np.uint8) for _ in range(8))
    clip = make_clip(pixel, pixels="yuv444p", expression="one pixel")
    player._director.screen.open(clip)
    yield from until(lambda: is_on_top(player, clip))
    yield from drawn()
    assert np.abs(picture(test)[20 : SIDE - 20 : 40, 20 : SIDE - 20 : 40] - (200, 30, 40)).max() < 8
