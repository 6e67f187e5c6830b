"""Tries an NPC by hand while it is being written: its answers, or why there are none."""

import time
from collections.abc import Callable
from typing import Any

from ..errors import NpcVideoError
from ..graph.tracing import TracedTurn
from ..graph.vocabulary import known_tools, known_zones
from ..records import ToolInteraction, VideoParams
from .evaluator import NpcResponseEvaluator
from .profile import Profile

__all__ = ["Rehearsal"]


class Rehearsal:
    """Keeps the memory of the NPC however often the NPC is changed.

    Args:
        clock: monotonic time in seconds.

    Attributes:
        npc: the present version.
        problems: sentences about its problems.
        tools, zones: known by name; of the last version that worked.
        turn: the last answer, with the values that led to it; None before the first one.
    """

    def __init__(self, npc: Profile, clock: Callable[[], float] = time.perf_counter):
        self._clock = clock
        self._evaluator: NpcResponseEvaluator | None = None
        self._memory: dict[str, Any] | None = None
        self.tools: list[str] = []
        self.zones: list[str] = []
        self.turn: TracedTurn | None = None
        self.change(npc)

    def change(self, npc: Profile) -> None:
        """Replaces the NPC, keeping compatible state."""
        if self._evaluator is not None:
            self._memory = self._evaluator.to_dict()
        self.npc, self.problems = npc, npc.problems()
        try:
            evaluator = NpcResponseEvaluator(
                npc.metadata(), clock=self._clock, apply_profile=npc.apply_profile
            )
        except NpcVideoError:
            self._evaluator = None
            return
        if self._memory is not None:
            evaluator.from_dict(self._memory)
        self._evaluator = evaluator
        self.tools = known_tools(evaluator.metadata)
        self.zones = known_zones(evaluator.metadata)

    def reset(self) -> None:
        """Clears the memory of the NPC."""
        self._memory, self.turn = None, None
        if self._evaluator is not None:
            self._evaluator.reset()

    def react(self, tool: str, zone: str, pressure: float) -> VideoParams | str:
        """The NPC's answer, or a sentence with the reason why there is none.

        Args:
            zone: "" for no particular one.
            pressure: 0 to 1.
        """
        if self._evaluator is None:
            return "The NPC cannot answer until the mistakes in its graph are fixed."
        if not tool:
            return "Choose a tool to touch the NPC with."
        touch = ToolInteraction(tool, tool, pressure=pressure, zone=zone or "unknown")
        now = self._clock()
        turn = self._evaluator.traced_at(touch, now)
        if turn is None:
            return self._evaluator.refusal_at(touch, now)
        self.turn = turn
        return turn.answer
