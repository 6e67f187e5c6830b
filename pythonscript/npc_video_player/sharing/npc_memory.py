"""Keeps the memory of NPCs while no player shows them, as from one scene to the next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator

__all__ = ["Absent", "absent", "learned"]


class Absent:
    """The NPCs that no player shows, by id.

    Of several with one id, the last one that went returns first: scenes are left and entered so.
    """

    def __init__(self) -> None:
        self._by_id: defaultdict[str, list[NpcResponseEvaluator]] = defaultdict(list)

    def went(self, npc_id: str, evaluator: NpcResponseEvaluator) -> None:
        """Keeps an NPC whose state has changed."""
        if npc_id and evaluator.state.started is not None:
            self._by_id[npc_id].append(evaluator)

    def returned(
        self, npc_id: str, mine: NpcResponseEvaluator | None = None
    ) -> NpcResponseEvaluator | None:
        """Takes an NPC that is shown again: `mine` if it is among them; None if there is none."""
        found = self.last(npc_id, mine)
        if found is not None:
            self._by_id[npc_id].remove(found)
        return found

    def last(
        self, npc_id: str, mine: NpcResponseEvaluator | None = None
    ) -> NpcResponseEvaluator | None:
        """Returns the one that would return now."""
        known = self._by_id.get(npc_id, [])
        return mine if mine in known else next(reversed(known), None)

    def forget(self, npc_id: str) -> None:
        """Drops all with this id."""
        self._by_id.pop(npc_id, None)


absent = Absent()
"""The NPCs that remember as long as the game runs."""

learned: dict[str, dict[str, Any]] = {}
"""The results of prediction for NPCs that no player shows now, by id."""
