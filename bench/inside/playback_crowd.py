"""Measures the cost of many players for the main thread: some play, and the others rest."""

from __future__ import annotations

from functools import partial

from godot import Image, ImageTexture, Node, RenderingServer, TextureRect
from npc_video_player import NpcProfile, NpcVideoPlayer
from playback_main_thread import Row, measure_above, npc_name, provide_clips, told
from playback_stage import Stage, Steps, player

_FPS, _SIDE = 24, 512


def measure(stage: Stage, rounds: int, frames: int, count: int, playing: int, rest: int) -> Steps:
    """Measures the rows of a table, each above the empty scene.

    Args:
        rounds: the number of measurements of each row.
        frames: the length of each.
        count: the number of players.
        playing: how many of them play a clip, each its own; the others show their placeholder.
        rest: the number of players in another scene, all of which rest.
    """
    provide_clips("balanced", playing, "ember_512.webm", side=_SIDE, fps=_FPS)
    change = _Pictures(playing)
    rows = [
        Row("empty", 0, _resting, 0),
        Row("bare textures", count, change.make, 0, change),
        Row("ours", count, partial(_ours, playing), _FPS, playing=playing),
        Row("ours, resting", rest, _resting, 0),
    ]
    for _ in range(rounds):
        for row in rows[1:]:
            yield from measure_above(stage, rows[0], row, frames)
    return told(rows)


def _ours(playing: int, number: int) -> NpcVideoPlayer:
    if number >= playing:
        return _resting(number)
    return player(npc_name(number), "balanced", interpolation="none")


def _resting(number: int) -> NpcVideoPlayer:
    made = player("", "balanced", fallback="placeholder")
    made.profile = NpcProfile()
    made.profile.npc_name, made.profile.opening = f"Resting {number}", "none"
    return made


class _Pictures:
    """Shows bare textures, of which the first `playing` change as often as clips do."""

    def __init__(self, playing: int):
        columns, rows = _SIDE, _SIDE * 3 // 2  # as a clip's planes lie in one texture
        self._images = [Image.create_empty(columns, rows, False, Image.FORMAT_R8) for _ in range(2)]
        self._textures = [ImageTexture.create_from_image(self._images[0]) for _ in range(playing)]

    def make(self, number: int) -> Node:
        node = TextureRect()
        node.texture = self._textures[number % len(self._textures)]
        node.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
        return node

    def __call__(self, frame: int) -> None:
        """Changes them two times in five frames, in turns."""
        for number, texture in enumerate(self._textures):
            if (frame + number) % 5 in (0, 2):
                image = self._images[(frame + number) % 2]
                RenderingServer.texture_2d_update(texture.get_rid(), image, 0)
