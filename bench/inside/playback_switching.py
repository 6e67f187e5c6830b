"""Switches players between random clips for long, to see whether memory grows or frames stick."""

from __future__ import annotations

import random
import statistics

from npc_video import GeneratedClip
from npc_video_player import NpcVideoPlayer
from playback_stage import (
    Silent,
    Stage,
    Steps,
    at_rest,
    clip_of,
    percentile,
    player,
    provide,
    resident_bytes,
    wait,
)

_NPC, _PLAYERS, _CLIPS = "Ember", 8, 24
_SWITCH_EVERY, _RENEW_EVERY, _LOOK_EVERY = 15, 600, 60  # frames
_WARM_UP = 60  # frames, in which everything needed is loaded
_LOOKS = 30  # samples for the median: the number of open clips differs from one to the next
_FEELINGS = ("happy", "sad", "curious")


def measure(stage: Stage, frames: int, settled: int) -> Steps:
    """Measures memory in bytes after `settled` and `frames` frames, and frame times in ms."""
    chance = random.Random(4)
    clips = [_clip(number) for number in range(_CLIPS)]
    sample = player(_NPC, "balanced")
    provide(sample, clips, Silent(), progressive=False, predictive=False)
    sample.free()
    players = [_enter(stage, place) for place in range(_PLAYERS)]
    yield from wait(_WARM_UP)
    memory: list[int] = []
    with stage.meter.running() as measured:
        for frame in range(frames):
            if frame % _LOOK_EVERY == 0:
                memory.append(resident_bytes())
            if frame % _RENEW_EVERY == _RENEW_EVERY - 1:
                place = chance.randrange(_PLAYERS)
                stage.remove(players[place])
                players[place] = _enter(stage, place)
            if frame % _SWITCH_EVERY == 0:
                _switch(chance.choice(players), chance.choice(clips))
            yield
    early = settled // _LOOK_EVERY
    return {
        "early": statistics.median(memory[early : early + _LOOKS]),
        "late": statistics.median(memory[-_LOOKS:]),
        "p50": percentile(measured.wall, 0.5),
        "p99": percentile(measured.wall, 0.99),
        "longest": max(measured.wall),
        "switches": frames // _SWITCH_EVERY,
    }


def _clip(number: int) -> GeneratedClip:
    """Returns a clip that is shown at rest, or others of two sizes."""
    is_small = number % 2
    side = 256 if is_small else 512
    params = at_rest(_NPC)
    if number:
        feeling = _FEELINGS[number % len(_FEELINGS)]
        params = at_rest(_NPC, emotion=feeling, intensity=number // len(_FEELINGS) / 10)
    return clip_of(
        f"ember_{side}.webm",
        params,
        # Good enough, so that no better one is requested.
        preset="balanced",
        width=side,
        height=side,
        fps=8 if is_small else 24,
    )


def _enter(stage: Stage, place: int) -> NpcVideoPlayer:
    node = player(_NPC, "balanced")
    stage.add(node, place, _PLAYERS)
    return node


def _switch(node: NpcVideoPlayer, clip: GeneratedClip) -> None:
    params = clip.params
    node.request({"emotion": params.emotion, "intensity": params.intensity})
