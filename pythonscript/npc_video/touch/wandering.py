"""Touches as a player might make them, for playtests without anybody at the mouse.

Somebody who plays with an NPC keeps a tool for a while, strokes on to what lies near, and presses
now more, now less: so do these. The order in which zones are named stands for where they lie.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from ..records import ToolInteraction
from .gestures import PATTERNS

__all__ = ["Wandering"]

_DEFAULT_TOOL, _ANYWHERE = "hand", "unknown"
# How likely another tool or zone follows, and by how much pressure and speed drift.
_OTHER_TOOL, _OTHER_ZONE, _DRIFT = 0.2, 0.5, 0.2
# People pause about so long; the spread is that of a factor of 1.6.
_PAUSE_SECONDS, _SPREAD = 2.0, 0.47
_LONGEST_TOUCH_SECONDS = 1.5


class Wandering:
    """A random walk over what an NPC knows; equal seeds walk alike.

    Args:
        tools, zones: ids, as `known_tools` and `known_zones` give them.
    """

    def __init__(self, tools: Sequence[str], zones: Sequence[str], seed: int = 0):
        self._tools, self._zones = tuple(tools) or (_DEFAULT_TOOL,), tuple(zones) or (_ANYWHERE,)
        self._chance = random.Random(seed)
        tool = self._chance.choice(self._tools)
        self._place = self._chance.randrange(len(self._zones))
        self._last = ToolInteraction(tool, tool)

    def pause(self) -> float:
        """Seconds until the next touch."""
        return self._chance.lognormvariate(0.0, _SPREAD) * _PAUSE_SECONDS

    def touch(self) -> ToolInteraction:
        """The next one; its timestamp is left to those who have a clock."""
        chance, tool = self._chance, self._last.tool_id
        if chance.random() < _OTHER_TOOL:
            tool = chance.choice(self._tools)
        if chance.random() < _OTHER_ZONE:
            step = chance.choice((-1, 1))
            self._place = min(max(self._place + step, 0), len(self._zones) - 1)
        self._last = replace(
            self._last,
            tool_id=tool,
            tool_type=tool,
            zone=self._zones[self._place],
            pressure=self._drifted(self._last.pressure),
            speed=self._drifted(self._last.speed),
            pattern=chance.choice(PATTERNS),
            duration=chance.uniform(0.0, _LONGEST_TOUCH_SECONDS),
        )
        return self._last

    def _drifted(self, value: float) -> float:
        return min(1.0, max(0.0, value + self._chance.uniform(-_DRIFT, _DRIFT)))
