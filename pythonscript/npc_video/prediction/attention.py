"""Predicts which NPC the player turns to, and how soon."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from .matching import PartialMatching, extended

__all__ = ["Attention", "Turn"]

_STEPS = 3
# Less likely sequences are skipped, so that many NPCs do not take much time.
_LEAST_PROBABILITY = 0.03


@dataclass(frozen=True, slots=True)
class Turn:
    """A possible turn of an NPC.

    Attributes:
        nth: the number of the turn among the NPC's coming ones, from 1.
        step: the number of interactions from now, from 1.
        probability: 0 to 1.
    """

    nth: int
    step: int
    probability: float


class Attention:
    """Learns the order in which the player turns to NPCs."""

    def __init__(self) -> None:
        self._npcs: PartialMatching[str] = PartialMatching()

    @property
    def observed(self) -> int:
        """The number of observed turns."""
        return self._npcs.observed

    def to_dict(self) -> dict[str, Any]:
        """The learned order, as JSON."""
        return self._npcs.to_dict()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Restores the result of `to_dict`.

        Raises:
            InvalidDataError: `data` is something else.
        """
        attention = cls()
        attention._npcs = PartialMatching.from_dict(data, str)
        return attention

    def observe(self, npc_id: str) -> None:
        self._npcs.observe(npc_id)

    def turns(self) -> dict[str, list[Turn]]:
        """Possible next turns by NPC, up to three interactions ahead."""
        chances: dict[str, dict[tuple[int, int], float]] = {}
        futures = [(1.0, self._npcs.context, Counter[str]())]
        for step in range(1, _STEPS + 1):
            following = []
            for probability, context, before in futures:
                for npc_id, share in self._npcs.distribution(context).items():
                    if (chance := probability * share) < _LEAST_PROBABILITY:
                        continue
                    had = before + Counter([npc_id])
                    found = chances.setdefault(npc_id, {})
                    place = (had[npc_id], step)
                    found[place] = found.get(place, 0.0) + chance
                    following.append((chance, extended(context, npc_id), had))
            futures = following
        return {
            npc_id: [Turn(nth, step, chance) for (nth, step), chance in found.items()]
            for npc_id, found in chances.items()
        }
