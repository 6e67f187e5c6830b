"""Random touches in the manner of a player, for automatic playtests.

A player keeps a tool for a while, strokes on to neighbouring places, and varies the pressure; so do
these touches. The order of zones stands for their positions.
"""

import random
from collections.abc import Sequence
from dataclasses import replace

from ..records import ToolInteraction
from .gestures import PATTERNS

__all__ = ["Wandering"]

_DEFAULT_TOOL, _ANYWHERE = "hand", "unknown"
# Probabilities of another tool and another zone, and the largest drift of pressure and speed.
_OTHER_TOOL, _OTHER_ZONE, _DRIFT = 0.2, 0.5, 0.2
# The typical pause; it varies by a factor of 1.6.
_PAUSE_SECONDS, _SPREAD = 2.0, 0.47
_LONGEST_TOUCH_SECONDS = 1.5


class Wandering:
    """A random walk over the tools and zones of an NPC; equal seeds give equal walks.

    Args:
        tools, zones: ids, from `known_tools` and `known_zones`.
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
        """The next touch; the caller sets its timestamp."""
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
