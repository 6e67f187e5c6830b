"""Helps to try an NPC out while the game runs: simulated touches, and evaluations in the log.

Both use the player's own `react`, so a playtest shows what players will see.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from npc_video import ToolInteraction, VideoParams
from npc_video.graph.vocabulary import known_tools, known_zones
from npc_video.touch.wandering import Wandering

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator


class SimulatedInput:
    """Touches the NPC of `evaluator` now and then: calls `react` with an interaction."""

    def __init__(self, react: Callable[[dict[str, Any]], object], evaluator: NpcResponseEvaluator):
        npc = evaluator.metadata
        self._react = react
        self._wandering = Wandering(known_tools(npc), known_zones(npc), random.getrandbits(32))
        self._left = self._wandering.pause()

    def advance(self, seconds: float) -> None:
        self._left -= seconds
        if self._left > 0.0:
            return
        self._left = self._wandering.pause()
        touch = self._wandering.touch()
        self._react(
            {
                "tool": touch.tool_id,
                "zone": touch.zone,
                "pressure": touch.pressure,
                "speed": touch.speed,
                "pattern": touch.pattern,
                "duration": touch.duration * 1000.0,
                "timestamp": time.perf_counter() * 1000.0,
            }
        )


def line_of(name: str, event: ToolInteraction, answer: VideoParams | str, seconds: float) -> str:
    """Formats one evaluation for the log: the answer, or why there is none, and its duration."""
    told = answer
    if isinstance(answer, VideoParams):
        told = (
            f"{answer.expression}, emotion {answer.emotion}, animation {answer.animation},"
            f" intensity {answer.intensity:.2f}, seed {answer.seed}"
        )
    return (
        f"{name or 'NPC'}: {event.tool_id} on {event.zone} (pressure {event.pressure:.2f},"
        f" speed {event.speed:.2f}, pattern {event.pattern}, {event.duration:.2f} s)"
        f" -> {told} ({seconds * 1e6:.0f} µs)"
    )
