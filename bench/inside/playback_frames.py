"""Measures the effect of generating on a game's frames, while four clips play.

One clip is made, and others are made ahead.
"""

from __future__ import annotations

import statistics
from itertools import count

from npc_video import NpcResponseEvaluator, ProceduralBackend, VideoGenerationManager
from playback_stage import (
    MeasurementError,
    Stage,
    Steps,
    at_rest,
    clip_of,
    percentile,
    player,
    provide,
    wait,
)

_PLAYERS = 4
_WARM_UP = 60  # frames
_ASKED_EVERY = 150  # frames; clips ahead are made between two requests
_NPC = "NPC behind the scenes"


def measure(stage: Stage, rounds: int, frames: int) -> Steps:
    """Measures milliseconds of frames, idle and busy, and the number of clips made meanwhile.

    Args:
        rounds: the number of measurements of both, in turns.
        frames: the length of each.
    """
    p99: list[tuple[float, float]] = []
    walls: dict[str, list[float]] = {"idle": [], "busy": []}
    manager = _manager()
    asked = count()
    for _ in range(rounds):
        yield from wait(_WARM_UP)
        with stage.meter.running() as idle:
            yield from wait(frames)
        _fill(stage, manager)
        yield from wait(_WARM_UP)
        with stage.meter.running() as busy:
            for frame in range(frames):
                if frame % _ASKED_EVERY == 0:
                    number = next(asked)
                    manager.request(at_rest(_NPC, seed=number))
                    manager.hint_next(at_rest(f"NPC to come {number}"))
                yield
        stage.clear()
        manager.remove_npc(_NPC)
        p99.append((percentile(idle.wall, 0.99), percentile(busy.wall, 0.99)))
        walls["idle"] += idle.wall
        walls["busy"] += busy.wall
    stats = manager.stats()
    if not stats.generated or not stats.speculations:
        raise MeasurementError(f"the generator was not busy: {stats}")
    return {
        "added": statistics.median(busy - idle for idle, busy in p99),
        "generated": stats.generated,
        "speculations": stats.speculations,
        **{
            name: {"p50": percentile(wall, 0.5), "p99": percentile(wall, 0.99), "max": max(wall)}
            for name, wall in walls.items()
        },
    }


def _manager() -> VideoGenerationManager:
    clips = [
        clip_of("ember_512.webm", at_rest(npc), preset="balanced", width=512, height=512, fps=24)
        for npc in map(_npc, range(_PLAYERS))
    ]
    sample = player(_npc(0), "balanced")
    made = provide(sample, clips, ProceduralBackend())
    sample.free()
    return made


def _npc(number: int) -> str:
    return f"NPC {number}"


def _fill(stage: Stage, manager: VideoGenerationManager) -> None:
    for number in range(_PLAYERS):
        npc = _npc(number)
        manager.add_npc(npc, NpcResponseEvaluator({"npc": {"id": npc, "name": npc}}))
        stage.add(player(npc, "balanced"), number, _PLAYERS)
