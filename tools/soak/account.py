"""What became of everything that the players were asked for, from what the game tells of it.

Whoever asks an `NpcVideoPlayer` for a clip and is told that one will come hears `clip_started` or
`generation_failed`, unless something newer is asked for, the clip is given up, or the player leaves
the scene. Anything else is a lost job.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Account", "Ask"]

_ENDS = {"started", "failed", "left", "cancelled"}


@dataclass(frozen=True)
class Ask:
    """Something that a player was asked for, and that is not settled.

    Attributes:
        player: Its number.
        at: When, in seconds.
        clip: What its clip shows.
        generator: The kind of the one that had to make it.
    """

    player: int
    at: float
    clip: str
    generator: str


@dataclass
class Account:
    """All that was asked for.

    Attributes:
        asked: How often something was asked for; `ends`, how that ended.
        wrong: Sentences on clips that began and were not what was asked for.
        longest: Seconds that somebody waited for a clip or a failure, by kind of generator.
        given_up: When clips that were on their way may have been given up, in seconds.
        cleared: When those that were there were thrown away.
    """

    asked: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: dict[str, float] = field(default_factory=dict)
    given_up: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    _pending: dict[int, Ask] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        """One line of the game's: `e` says what, `at` when, `p` of which player."""
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
        """What is not settled: lost, if the game has come to rest."""
        return sorted(self._pending.values(), key=lambda ask: ask.at)

    def _settle(self, player: int, end: str, at: float, clip: str) -> None:
        ask = self._pending.get(player)
        if ask is None:
            return  # what it shows at rest, or what it shows again after it was away
        if end == "started" and clip != ask.clip:
            self.wrong.append(f"player {player} was asked for {ask.clip} and began {clip}")
        del self._pending[player]
        self.ends[end] += 1
        if end in ("started", "failed"):
            longest = self.longest.get(ask.generator, 0.0)
            self.longest[ask.generator] = max(longest, at - ask.at)
