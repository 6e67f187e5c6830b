"""What NPCs remember while nobody shows them: a game goes from scene to scene, and they go on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator

__all__ = ["Absent", "absent", "learned"]


class Absent:
    """NPCs that are shown nowhere now, by id.

    Of several with one id that which went last returns first: so scenes are left and entered.
    """

    def __init__(self) -> None:
        self._by_id: defaultdict[str, list[NpcResponseEvaluator]] = defaultdict(list)

    def went(self, npc_id: str, evaluator: NpcResponseEvaluator) -> None:
        """Keep an NPC to which something has happened."""
        if npc_id and evaluator.state.started is not None:
            self._by_id[npc_id].append(evaluator)

    def returned(
        self, npc_id: str, mine: NpcResponseEvaluator | None = None
    ) -> NpcResponseEvaluator | None:
        """Take one that is shown again: `mine` if that is among them; None if there is none."""
        found = self.last(npc_id, mine)
        if found is not None:
            self._by_id[npc_id].remove(found)
        return found

    def last(
        self, npc_id: str, mine: NpcResponseEvaluator | None = None
    ) -> NpcResponseEvaluator | None:
        """The one that would return now."""
        known = self._by_id.get(npc_id, [])
        return mine if mine in known else next(reversed(known), None)

    def forget(self, npc_id: str) -> None:
        """Keep none with this id any more."""
        self._by_id.pop(npc_id, None)


absent = Absent()
"""Those that remember as long as the game runs."""

learned: dict[str, dict[str, Any]] = {}
"""What prediction has learned of NPCs that are shown nowhere now, by id."""
