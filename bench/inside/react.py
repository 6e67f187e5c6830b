"""Times `react` inside the engine; `bench/react.py` starts it."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from typing import Any

import numpy as np
from godot import Node, Vector2, exposed
from measurement import Measurement
from npc_video.templates import template_text
from npc_video_player import NpcProfile, NpcResponseGraph, NpcVideoPlayer

_HITS = 10
_PATIENCE = 1800  # frames in which a clip is made


@exposed
class ReactBench(Measurement, Node):
    """The scene of the measurement."""

    def _ready(self) -> None:
        self.begin(_measure)


def _measure(root: Node, turns: int, frames: int) -> Generator[None, None, dict[str, Any]]:
    player = NpcVideoPlayer()
    player.profile = _profile()
    player.size = Vector2(256.0, 256.0)
    begun: list[object] = []
    player.clip_started.connect(begun.append)
    root.add_child(player)
    yield
    first = _react(player, 1)
    for duration in range(1, 1 + _HITS):
        before = len(begun)
        if duration > 1:
            _react(player, duration)
        for _ in range(_PATIENCE):
            if len(begun) > before:
                break
            yield
    times: dict[str, list[float]] = {"hit": [], "miss": []}
    exact = {"hit": 0, "miss": 0}
    for turn in range(turns):
        kind = "miss" if turn % 2 else "hit"
        for number in range(1, 1 + _HITS):
            before = _exact(player)
            times[kind].append(_react(player, number + (1000 * turn if turn % 2 else 0)))
            exact[kind] += _exact(player) - before
            for _ in range(frames):
                yield
    rows = {kind: {**_told(times[kind]), "exact": exact[kind]} for kind in times}
    return {"first": first, **rows}


def _profile() -> NpcProfile:
    """Returns an NPC whose prompt mentions the duration of the touch."""
    document = json.loads(template_text("tickle_game"))
    graph = document["responseGraph"]
    prompt = next(node for node in graph["nodes"] if node["type"] == "video.prompt")
    prompt["data"]["template"] += ", {duration}"
    graph["nodes"].append({"id": "duration", "type": "input.duration", "data": {}})
    graph["connections"].append(
        {
            "id": "duration",
            "from": "duration",
            "fromPort": "value",
            "to": prompt["id"],
            "toPort": "duration",
        }
    )
    profile = NpcProfile()
    profile.cooldown = 0.0
    profile.graph = NpcResponseGraph()
    profile.graph.json = json.dumps(document)
    return profile


def _react(player: NpcVideoPlayer, duration: int) -> float:
    """Returns the milliseconds of the call by a script."""
    touch = {"tool": "feather", "zone": "belly", "pressure": 0.4, "duration": duration}
    started = time.perf_counter()
    has_answered = player.call("react", touch)
    milliseconds = (time.perf_counter() - started) * 1e3
    assert has_answered
    return milliseconds


def _exact(player: NpcVideoPlayer) -> int:
    return int(player.get_stats()["fallback_counts"].get("exact", 0))


def _told(times: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(times, (50, 99))
    return {"p50": float(p50), "p99": float(p99), "max": max(times), "times": len(times)}
