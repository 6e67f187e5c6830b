"""What is on screen, read back from the window."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from engine_tests import EngineTest, Steps, until
from godot import Vector2
from npc_video.face.ember import EmberPainter
from npc_video.face.pose import pose
from npc_video_player import NpcVideoPlayer
from players import player_in
from window import drawn, picture

SIDE = 256
AREA = (SIDE, SIDE)


def background_share(pixels: np.ndarray) -> float:
    """How much of the player's area shows the window's pure blue behind it."""
    area = pixels[:SIDE, :SIDE]
    return float(np.mean((area[..., 2] > 250) & (area[..., 0] < 5) & (area[..., 1] < 5)))


def as_rgb(planes: np.ndarray) -> np.ndarray:
    """What FFmpeg itself makes of a painted picture, which is BT.709 of limited range."""
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    rgb = frame.reformat(
        format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG
    )
    return rgb.to_ndarray().astype(int)


def started(player: NpcVideoPlayer, expression: str) -> Steps:
    heard: list[str] = []
    player.clip_started.connect(lambda info: heard.append(info["expression"]))
    yield from until(lambda: expression in heard, 20.0)


def test_a_placeholder_covers_the_player_at_once(test: EngineTest) -> Steps:
    player = player_in(test, AREA, npc_name="Ember")
    player.react({"tool": "feather"})
    yield from drawn()
    assert background_share(picture(test)) == 0.0


def test_nothing_blank_while_clips_follow_each_other(test: EngineTest) -> Steps:
    player = player_in(test, AREA, crossfade=0.2)
    for expression in ("happy", "angry", "surprised"):
        player.request({"expression": expression, "emotion": expression})
        steps = started(player, expression)
        for _ in steps:
            yield
            assert background_share(picture(test)) == 0.0
        for _ in range(20):
            yield
            assert background_share(picture(test)) == 0.0


def test_the_clip_on_screen_has_the_colours_that_were_painted(test: EngineTest) -> Steps:
    player = player_in(test, AREA, crossfade=0.0)
    player.request({"expression": "happy", "emotion": "happy", "animation": "idle"})
    yield from started(player, "happy")
    yield from drawn()
    shown = picture(test)[:SIDE, :SIDE]
    painter = EmberPainter(SIDE, SIDE)
    painted = [
        as_rgb(painter.paint(pose("happy", "happy", "idle", 0.5, index / 24)))
        for index in range(24)
    ]
    # Whichever of the clip's 24 frames it was.
    errors = [np.abs(shown - frame).mean() for frame in painted]
    assert min(errors) < 4.0, min(errors)


def test_a_clip_moves(test: EngineTest) -> Steps:
    player = player_in(test, AREA, crossfade=0.0)
    player.request({"expression": "ecstatic", "animation": "bounce", "intensity": 1.0})
    yield from started(player, "ecstatic")
    yield from drawn()
    first = picture(test)[:SIDE, :SIDE]
    yield from until(lambda: np.abs(picture(test)[:SIDE, :SIDE] - first).mean() > 2.0)


def test_follows_its_size(test: EngineTest) -> Steps:
    player = player_in(test, AREA)
    player.request({"expression": "curious"})
    yield from started(player, "curious")
    player.set_size(Vector2(300, 280))
    yield from drawn(3)
    corner = picture(test)[270:279, 285:299]
    assert not ((corner[..., 2] > 250) & (corner[..., 0] < 5)).any()


def test_an_opaque_clip_hides_no_older_layers(test: EngineTest) -> Steps:
    """Layers below an opaque one are gone, so quick changes do not pile up."""
    player = player_in(test, AREA, crossfade=0.1)
    for turn in range(12):
        player.request({"expression": "happy", "intensity": turn / 12})
        yield
    yield from until(lambda: player.get_stats()["frames_shown"] > 3, 20.0)
    yield from until(lambda: len(player._director.screen.layers) == 1)
