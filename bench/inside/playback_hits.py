"""Counts the frames from the request of a cached clip to its first picture on screen."""

from __future__ import annotations

import statistics
from typing import Any

from npc_video_player.sharing import shared
from playback_stage import Silent, Stage, Steps, at_rest, clip_of, player, provide, until, wait

_NPC, _CLIPS = "Ember", 8
_REST = 30  # frames, until the previous clip has faded out


def measure(stage: Stage, hits: int) -> Steps:
    """Counts the frames of each hit, by whether the clip's first picture was kept.

    Args:
        hits: of each kind, in turns.
    """
    node = player(_NPC, "balanced")
    variants = [at_rest(_NPC, emotion="happy", intensity=number / 10) for number in range(_CLIPS)]
    clips = [
        clip_of("ember_512.webm", params, preset="balanced", width=512, height=512, fps=24)
        for params in (at_rest(_NPC), *variants)
    ]
    provide(node, clips, Silent(), progressive=False, predictive=False)
    stage.add(node, 0, 1)
    yield from until(lambda: node.get_stats()["frames_shown"])
    frames: dict[bool, list[int]] = {True: [], False: []}
    for number in range(2 * hits):
        pinned = number % 2 == 0
        clip = clips[1 + number % _CLIPS]
        shared.first_pictures().clear()
        if pinned:
            shared.first_pictures().keep(clip)
            yield from until(lambda clip=clip: shared.first_pictures().of(clip))
        yield from wait(_REST)
        before = len(node.get_stats()["first_reaction_frames"])
        node.request({"emotion": "happy", "intensity": clip.params.intensity})
        yield from until(
            lambda before=before: len(node.get_stats()["first_reaction_frames"]) > before
        )
        frames[pinned].append(node.get_stats()["first_reaction_frames"][-1])
    return {name: _told(frames[pinned]) for name, pinned in (("pinned", True), ("unpinned", False))}


def _told(frames: list[int]) -> dict[str, Any]:
    return {"median": statistics.median(frames), "max": max(frames), "hits": len(frames)}
