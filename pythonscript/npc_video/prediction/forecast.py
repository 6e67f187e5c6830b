"""Forecasts the clips of an NPC, and the share of its reactions that a number of clips covers.

`Forecast` counts requests from any source. `Walk` plays with a copy of the NPC as players might, so
that a forecast is possible before anybody has played.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..graph.vocabulary import known_tools, known_zones
from ..npc.evaluator import NpcResponseEvaluator
from ..records import CacheKey, ToolInteraction, VideoParams
from ..touch.wandering import Wandering

__all__ = ["AIM", "Forecast", "Walk"]

AIM = 0.95
"""The share of reactions to cover with clips; high, because players differ."""

_PLAYS, _PLAY_SECONDS = 36, 300.0
_TOUCHES_AT_ONCE = 8  # some tenths of a millisecond
# In a routine: its number of actions, repetitions of each in a row, and variation between them.
_THINGS, _REPEATS, _TREMBLE = 4, 3, 0.05
_PACES = (1.0, 0.5, 2.0)

_Touches = Iterator[tuple[float, ToolInteraction]]


class Forecast:
    """Counts requests by clip.

    Args:
        opening: the clip before anything has happened; it comes before all others.
    """

    def __init__(self, opening: VideoParams | None = None):
        self._clips: dict[CacheKey, VideoParams] = {}
        self._counts: Counter[CacheKey] = Counter()
        self._opening = opening
        if opening is not None:
            self._clips[opening.cache_key()] = opening

    def add(self, params: VideoParams) -> None:
        """Counts a request."""
        key = params.cache_key()
        self._clips.setdefault(key, params)
        self._counts[key] += 1

    def __len__(self) -> int:
        """The number of different clips."""
        return len(self._clips)

    @property
    def weighted(self) -> list[tuple[VideoParams, float]]:
        """The clips, most frequent first, each with its share of all requests.

        A single request says nothing about frequency, so the share is 0 then.
        """
        total = max(1, self._counts.total())
        opening = None if self._opening is None else self._opening.cache_key()
        ordered = sorted(self._clips, key=lambda key: (key != opening, -self._counts[key]))
        return [
            (self._clips[key], self._counts[key] / total if self._counts[key] > 1 else 0.0)
            for key in ordered
        ]

    def hit_rate(self, count: int) -> float:
        """The share of reactions that the first `count` clips cover, 0 to 1."""
        return sum(share for _, share in self.weighted[:count])

    def count_for(self, rate: float = AIM) -> int:
        """The number of clips that cover this share of reactions; all clips if they cover less."""
        sums = itertools.accumulate(share for _, share in self.weighted)
        return next((count for count, reached in enumerate(sums, 1) if reached >= rate), len(self))


@dataclass(frozen=True, slots=True)
class _Things:
    """Possible actions: the tools and zones in the NPC's lists, or else those that it knows."""

    tools: tuple[str, ...]
    zones: tuple[str, ...]

    def wandering(self, seed: int) -> Wandering:
        return Wandering(self.tools, self.zones, seed)


class Walk:
    """Simulates players for some minutes each, from the present state of the NPC.

    Some players try one thing after another, and some repeat a routine. Some games report nothing
    but the tool. Players differ in speed.

    Args:
        evaluator: of the NPC; it is copied, not changed.
        plays: the number of players; equal walks of equal NPCs have equal results.
        with_opening: whether to include the NPC's opening clip, before all others.

    Attributes:
        forecast: of all interactions so far.
    """

    def __init__(
        self, evaluator: NpcResponseEvaluator, plays: int = _PLAYS, *, with_opening: bool = False
    ):
        rules = evaluator.metadata.interaction
        tools = [tool if isinstance(tool, str) else tool.id for tool in rules.enabled_tools]
        zones = [zone if isinstance(zone, str) else zone.id for zone in rules.zones]
        self._things = _Things(
            tuple(tools or known_tools(evaluator.metadata)),
            tuple(zones or known_zones(evaluator.metadata)),
        )
        self._start = evaluator.copy()
        opening = self._start.asked_for(VideoParams()) if with_opening else None
        self.forecast = Forecast(opening)
        self._answers = self._played(plays)

    def advance(self) -> bool:
        """Simulates for a moment, so that the caller can do other work; False at the end."""
        answers = list(itertools.islice(self._answers, _TOUCHES_AT_ONCE))
        for answer in filter(None, answers):
            self.forecast.add(answer)
        return len(answers) == _TOUCHES_AT_ONCE

    def finish(self) -> Forecast:
        """Simulates all players."""
        while self.advance():
            pass
        return self.forecast

    def _played(self, plays: int) -> Iterator[VideoParams | None]:
        kinds = (_wandering, _routine, _tools_alone)
        began = self._start.state.answered or 0.0
        for seed, (pace, kind) in zip(
            range(plays), itertools.cycle(itertools.product(_PACES, kinds)), strict=False
        ):
            npc, seconds = self._start.copy(), 0.0
            for pause, touch in kind(self._things, seed):
                seconds += pause * pace
                if seconds > _PLAY_SECONDS:
                    break
                yield npc.evaluate_at(touch, began + seconds)


def _wandering(things: _Things, seed: int) -> _Touches:
    walk = things.wandering(seed)
    while True:
        yield walk.pause(), walk.touch()


def _routine(things: _Things, seed: int) -> _Touches:
    """A few actions, each one to three times in a row, again and again."""
    walk, chance = things.wandering(seed), random.Random(seed)
    routine = [walk.touch() for _ in range(_THINGS * _REPEATS)][::_REPEATS]
    while True:
        for touch in routine:
            for _ in range(chance.randint(1, _REPEATS)):
                pressure = touch.pressure + chance.uniform(-_TREMBLE, _TREMBLE)
                yield walk.pause(), replace(touch, pressure=min(1.0, max(0.0, pressure)))


def _tools_alone(things: _Things, seed: int) -> _Touches:
    """Interactions of a game that reports only the tool."""
    for pause, touch in _wandering(things, seed):
        yield pause, ToolInteraction(touch.tool_id, touch.tool_type)
