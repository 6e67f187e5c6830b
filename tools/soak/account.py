"""Follows every request to the players to its end, from the game's events.

Each accepted request to an `NpcVideoPlayer` ends in `clip_started` or `generation_failed`, unless a
newer one replaces it, the clip is given up, or the player leaves the scene. Any other request is
lost.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Account", "Ask"]

_ENDS = {"started", "failed", "left", "cancelled"}


@dataclass(frozen=True)
class Ask:
    """A request to a player that has not ended.

    Attributes:
        player: Its number.
        at: The time of the request, in seconds.
        clip: The content of its clip.
        generator: The kind of its generator.
    """

    player: int
    at: float
    clip: str
    generator: str


@dataclass
class Account:
    """All requests of a run.

    Attributes:
        asked: The number of requests; `ends`, how they ended.
        wrong: Sentences on clips that began and were not requested.
        longest: The longest wait for a clip or a failure in seconds, by kind of generator.
        given_up: Times at which pending clips may have been given up, in seconds.
        cleared: Times at which finished clips were thrown away.
    """

    asked: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: dict[str, float] = field(default_factory=dict)
    given_up: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    _pending: dict[int, Ask] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        """Reads an event of the game: `e` is its kind, `at` its time, `p` the player's number."""
        what, at = event["e"], float(event["at"])
        if what == "asked":
            if self._pending.pop(event["p"], None) is not None:
                self.ends["superseded"] += 1
            self.asked += 1
            self._pending[event["p"]] = Ask(event["p"], at, event["clip"], event["by"])
        elif what in _ENDS:
            self._settle(event["p"], what, at, event.get("clip", ""))
        if what in ("left", "cancelled", "changed"):
            self.given_up.append(at)
        elif what == "cleared":
            self.cleared.append(at)

    @property
    def pending(self) -> list[Ask]:
        """Returns the requests without an end: they are lost if the game is at rest."""
        return sorted(self._pending.values(), key=lambda ask: ask.at)

    def _settle(self, player: int, end: str, at: float, clip: str) -> None:
        ask = self._pending.get(player)
        if ask is None:
            return  # what it shows at rest, or shows again after it was away
        if end == "started" and clip != ask.clip:
            self.wrong.append(f"player {player} was asked for {ask.clip} and began {clip}")
        del self._pending[player]
        self.ends[end] += 1
        if end in ("started", "failed"):
            longest = self.longest.get(ask.generator, 0.0)
            self.longest[ask.generator] = max(longest, at - ask.at)
