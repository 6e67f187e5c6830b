"""Who a player shows: its profile, or its own few properties, and the evaluator of that NPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import npc_video
from npc_video import Profile, VideoParams

from .profile import record_of

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator


class Role:
    """The NPC of `player`, as it is set now."""

    def __init__(self, player: Any):
        self._player = player
        self._record: Profile | None = None
        self._evaluated: Profile | None = None
        self._evaluator: NpcResponseEvaluator | None = None

    @property
    def npc(self) -> Profile:
        if self._record is None:
            self._record = self._found()
        return self._record

    @property
    def id(self) -> str:
        """Tells its clips from those of others."""
        return self.npc.id or self.npc.name

    @property
    def portrait(self) -> Any:
        profile = self._player.profile
        return self._player.portrait if profile is None else profile.portrait

    @property
    def evaluator(self) -> NpcResponseEvaluator:
        """What answers; a new one when the NPC has changed.

        Raises:
            GraphError: the NPC's graph is wrong.
        """
        npc = self.npc
        if not npc.document:
            self._refuse_unreadable()
        if self._evaluator is None or npc != self._evaluated:
            self._evaluator = npc_video.NpcResponseEvaluator(npc.metadata(), dress=npc.dress)
            self._evaluated = npc
        return self._evaluator

    def params(self, wanted: dict[str, Any]) -> VideoParams:
        """What the game asks for, as a clip of this NPC.

        Raises:
            InvalidDataError: a field is unknown or has a wrong value.
        """
        return self.npc.dress(VideoParams.from_dict(wanted))

    def forget(self) -> None:
        """The player or its profile has changed."""
        self._record = None

    def _refuse_unreadable(self) -> None:
        """A text that is no JSON has no document, which would be as if there were no graph."""
        profile = self._player.profile
        graph = None if profile is None else profile.graph
        if graph is not None and graph.json:
            npc_video.load_metadata(graph.json)

    def _found(self) -> Profile:
        player = self._player
        if player.profile is not None:
            return record_of(player.profile)
        portrait = "" if player.portrait is None else player.portrait.resource_path
        return Profile(name=player.npc_name, id=player.npc_id, portrait=portrait)
