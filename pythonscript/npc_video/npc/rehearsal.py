"""An NPC tried by hand, while it is being written: what it answers, or why it does not."""

import time
from collections.abc import Callable
from typing import Any

from ..errors import NpcVideoError
from ..graph.vocabulary import known_tools, known_zones
from ..records import ToolInteraction, VideoParams
from .evaluator import NpcResponseEvaluator
from .profile import Profile

__all__ = ["Rehearsal"]


class Rehearsal:
    """Keeps what the NPC remembers, however often it is changed.

    Args:
        clock: seconds, never going back.

    Attributes:
        npc: as it is now.
        problems: what is wrong with it, each a sentence.
        tools, zones: those that it knows by name; of the last version that worked.
    """

    def __init__(self, npc: Profile, clock: Callable[[], float] = time.perf_counter):
        self._clock = clock
        self._evaluator: NpcResponseEvaluator | None = None
        self._memory: dict[str, Any] | None = None
        self.tools: list[str] = []
        self.zones: list[str] = []
        self.change(npc)

    def change(self, npc: Profile) -> None:
        """The NPC is another one now; what both can remember it remembers."""
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
        """The NPC forgets what happened."""
        self._memory = None
        if self._evaluator is not None:
            self._evaluator.reset()

    def react(self, tool: str, zone: str, pressure: float) -> VideoParams | str:
        """What the NPC answers, or a sentence on why it does not.

        Args:
            zone: "" for no particular one.
            pressure: 0 to 1.
        """
        if self._evaluator is None:
            return "The NPC cannot answer until the mistakes in its graph are mended."
        if not tool:
            return "Choose what the NPC is touched with."
        touch = ToolInteraction(tool, tool, pressure=pressure, zone=zone or "unknown")
        now = self._clock()
        return self._evaluator.evaluate_at(touch, now) or self._evaluator.refusal_at(touch, now)
