"""The overlay with numbers and the timeline, read back from the window."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from engine_tests import EngineTest, Steps, until
from godot import Color, Control, Rect2, Theme, Vector2
from npc_video.timeline import SHOWN, Timeline
from npc_video_player import NpcVideoPlayer
from npc_video_player.canvas import theme
from npc_video_player.stats.overlay import _LEGEND, Overlay
from window import picture

SIZES = ((290, 290), (400, 260), (200, 290), (120, 90), (30, 30), (8, 8), (1, 1), (0, 0))


def overlay_in(test: EngineTest) -> tuple[Overlay, Timeline]:
    parent, timeline = Control(), Timeline()
    test.add_child(parent)
    return Overlay(parent, timeline), timeline


def drawn(frames: int = 2) -> Steps:
    for _ in range(frames):
        yield


def has_colour(pixels: np.ndarray, name: str) -> bool:
    wanted = np.array(theme.COLOURS[name][:3]) * 255.0
    return bool((np.abs(pixels - wanted).max(axis=2) < 5.0).any())


def lane(pixels: np.ndarray) -> list[str]:
    """What the longest row of the timeline shows from left to right."""
    names = [name for name in theme.COLOURS if name.removeprefix("timeline_") in SHOWN]
    colours = np.array([theme.COLOURS[name][:3] for name in names]) * 255.0
    away = np.abs(pixels[:, :, None, :] - colours).max(axis=3)
    found = np.where(away.min(axis=2) < 5.0, away.argmin(axis=2), -1)
    row = found[(found >= 0).sum(axis=1).argmax()]
    kinds = [names[kind].removeprefix("timeline_") for kind in row if kind >= 0]
    return [kind for index, kind in enumerate(kinds) if index == 0 or kinds[index - 1] != kind]


def test_everything_that_can_be_on_screen_has_a_colour_of_its_own(test: EngineTest) -> None:
    colours = [theme.COLOURS[f"timeline_{what}"] for what in (*SHOWN, "making", "touch")]
    assert len(set(colours)) == len(colours)


def test_the_legend_names_everything_that_can_be_on_screen(test: EngineTest) -> None:
    assert set(_LEGEND) == {"", *SHOWN, "making", "touch"}


def test_the_timeline_shows_what_followed_what(test: EngineTest) -> Steps:
    overlay, timeline = overlay_in(test)
    now = time.perf_counter()
    for ago, what in (
        (25.0, "placeholder"),
        (20.0, "procedural"),
        (12.0, "exact"),
        (5.0, "freeze"),
    ):
        timeline.screen.turn(what, now - ago)
    timeline.making.turn("clip", now - 20.0)
    timeline.making.turn(None, now - 12.0)
    timeline.touch(now - 20.0)
    overlay.place(Rect2(0, 0, 240, 240))
    yield from drawn()
    pixels = picture(test)[:240, :240]
    assert lane(pixels) == ["placeholder", "procedural", "exact", "freeze"]
    assert has_colour(pixels, "timeline_making")
    assert has_colour(pixels, "timeline_touch")
    overlay.close()


def test_it_stays_within_the_player_at_every_size(test: EngineTest) -> Steps:
    overlay, timeline = overlay_in(test)
    yield from drawn()
    empty = picture(test)
    timeline.screen.turn("exact", time.perf_counter() - 5.0)
    for width, height in SIZES:
        overlay.place(Rect2(0, 0, width, height))
        yield from drawn()
        changed = (picture(test) != empty).any(axis=2)
        assert not changed[height:].any(), (width, height)
        assert not changed[:, width:].any(), (width, height)
        assert changed.any() or width < 60, (width, height)
    overlay.close()
    yield from drawn()
    assert (picture(test) == empty).all()


def test_a_tiny_player_gets_the_timeline_alone(test: EngineTest) -> Steps:
    overlay, _ = overlay_in(test)
    heights = []
    for side in (295, 200):
        yield from drawn()
        overlay.place(Rect2(0, 0, side, side))
        yield from drawn()
        pixels = picture(test)[:side, :side]
        is_panel = ~((pixels[..., 2] > 250) & (pixels[..., 0] < 5))
        heights.append(is_panel.any(axis=1).sum() / side)
    assert heights[1] < 0.25 < heights[0] < 0.6, heights
    overlay.close()


def test_it_draws_four_times_a_second_at_most(test: EngineTest) -> Steps:
    overlay, _ = overlay_in(test)
    overlay.place(Rect2(0, 0, 300, 300))
    times = 0
    draw = overlay._draw_lanes

    def counted(now: float) -> None:
        nonlocal times
        times += 1
        draw(now)

    overlay._draw_lanes = counted  # type: ignore[method-assign]
    for _ in range(240):
        overlay.advance(1 / 60)
    assert 14 <= times <= 16
    overlay.close()
    yield


def test_a_theme_changes_its_colours(test: EngineTest) -> Steps:
    overlay, timeline = overlay_in(test)
    timeline.screen.turn("exact", time.perf_counter() - 20.0)
    own = Theme()
    own.set_color("timeline_exact", "NpcVideoPlayer", Color(1.0, 0.0, 0.0))
    test.get_child(0).theme = own
    overlay.place(Rect2(0, 0, 200, 200))
    yield from drawn()
    pixels = picture(test)[:200, :200]
    assert ((pixels[..., 0] > 250) & (pixels[..., 1] < 5) & (pixels[..., 2] < 5)).sum() > 100
    overlay.close()


def test_the_player_shows_it_and_takes_it_away_as_it_is_told(test: EngineTest) -> Steps:
    player = NpcVideoPlayer()
    player.preset, player.predictive, player.progressive = "realtime", False, False
    player.fallback, player.interpolation = "procedural", "none"
    player.set_size(Vector2(300, 300))
    test.add_child(player)
    started: list[Any] = []
    player.clip_started.connect(started.append)
    yield from until(lambda: started, 20.0)
    player.react({"tool": "feather", "zone": "cheek"})

    def timeline_is_seen() -> bool:
        return has_colour(picture(test)[150:300, :300], "timeline_making")

    assert not timeline_is_seen()
    player.overlay = True
    yield from until(timeline_is_seen)
    player.overlay = False
    yield from until(lambda: not timeline_is_seen())
    player.overlay = True
    yield from until(timeline_is_seen)
    test.remove_child(player)
    assert player._overlay is None
    test.add_child(player)
    yield from until(timeline_is_seen)


def test_it_goes_on_while_the_clip_is_played_in_other_ways(test: EngineTest) -> Steps:
    player = NpcVideoPlayer()
    player.preset, player.predictive, player.progressive = "realtime", False, False
    player.fallback, player.interpolation, player.overlay = "procedural", "none", True
    player.set_size(Vector2(300, 300))
    test.add_child(player)
    started: list[Any] = []
    player.clip_started.connect(started.append)
    yield from until(lambda: started, 20.0)
    for name, value in (("interpolation", "motion"), ("loop", False)):
        reel = player._director.screen.clip.reel
        setattr(player, name, value)
        yield from until(lambda reel=reel: player._director.screen.clip.reel is not reel)
        assert player.get_stats()["timeline"][-1]["what"] == "exact", name
        yield from until(lambda: has_colour(picture(test)[150:300, :300], "timeline_exact"))
