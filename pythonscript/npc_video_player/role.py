"""Who a player shows: its profile, or its own few properties, and the evaluator of that NPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import npc_video
from npc_video import Profile, VideoParams

from .profile import NpcProfile, record_of

if TYPE_CHECKING:
    from npc_video import NpcResponseEvaluator


class Role:
    """The NPC of `player`, as it is set now."""

    def __init__(self, player: Any):
        self._player = player
        self._read: NpcProfile | None = None
        self._record: Profile | None = None
        self._evaluated: Profile | None = None
        self._evaluator: NpcResponseEvaluator | None = None

    @property
    def npc(self) -> Profile:
        profile = self._player.profile
        if profile is None:
            return Profile(name=self._player.npc_name, id=self._player.npc_id)
        if profile is not self._read:
            if self._read is not None:
                self._read.changed.disconnect(self._forget)
            profile.changed.connect(self._forget)
            self._read, self._record = profile, None
        if self._record is None:
            self._record = record_of(profile)
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

    def _forget(self) -> None:
        self._record = None
