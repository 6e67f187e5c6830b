"""Who a player shows: its profile, or its own few properties, and the evaluator of that NPC."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import npc_video
from npc_video import Profile, VideoParams

from ..resources.game_files import picture_name
from ..resources.profile import eyes_in, record_of
from ..resources.stills_backend import NpcStillsBackend
from ..sharing import memory

if TYPE_CHECKING:
    from godot import Rect2, Texture2D
    from npc_video import NpcResponseEvaluator

    from ..resources.backend_resources import NpcBackend
    from ..resources.profile import NpcProfile


class NpcSettings(Protocol):
    """The properties of a player by which it shows an NPC."""

    profile: NpcProfile | None
    npc_name: str
    npc_id: str
    portrait: Texture2D | None
    eyes: list[Rect2]
    backend: NpcBackend | None

    def is_inside_tree(self) -> bool: ...


class CurrentNpc:
    """The NPC of `player`, as it is set now."""

    def __init__(self, player: NpcSettings):
        self._player = player
        self._record: Profile | None = None
        self._evaluated: Profile | None = None
        self._evaluator: NpcResponseEvaluator | None = None
        # NPCs that this player has shown, and that remember no longer than its scene is there.
        self._of_scene = memory.Absent()

    @property
    def profile(self) -> Profile:
        if self._record is None:
            self._record = self._found()
        return self._record

    @property
    def id(self) -> str:
        """Tells its clips from those of others."""
        return self.profile.own_id

    @property
    def portrait(self) -> Any:
        profile = self._player.profile
        return self._player.portrait if profile is None else profile.portrait

    @property
    def marked_eyes(self) -> list[Any]:
        """In pixels of the portrait, or of the neutral still where there is none."""
        profile = self._player.profile
        return list(self._player.eyes if profile is None else profile.eyes)

    def picture_of(self, params: VideoParams) -> Any:
        """A still for what `params` ask for: one of its own, or the portrait."""
        backend = self._stills
        if backend is None:
            return self.portrait
        return backend._still(params) or self.portrait or backend._still(params, least=0.0)

    def words_of_pictures(self) -> list[str]:
        """Words that the NPC's pictures go by, where it has pictures."""
        backend = self._stills
        return [] if backend is None else list(backend.stills())

    @property
    def _stills(self) -> NpcStillsBackend | None:
        """The pictures by expression that clips are made of, be it by a part of the backend."""
        backend = self._player.backend
        parts = () if backend is None else backend._leaves()
        return next((each for each in parts if isinstance(each, NpcStillsBackend)), None)

    @property
    def evaluator(self) -> NpcResponseEvaluator:
        """What answers; a new one when the NPC has changed.

        Raises:
            GraphError: the NPC's graph is wrong.
        """
        npc = self.profile
        if not npc.document:
            self._refuse_unreadable()
        if self._evaluator is None or npc != self._evaluated:
            made = npc_video.NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
            is_same = self._is_same_npc(npc)
            if is_same:
                made.from_dict(self._evaluator.to_dict())
            else:
                self._leave()
            self._evaluator, self._evaluated = made, npc
            if not is_same:
                self._return()
        return self._evaluator

    def params(self, wanted: dict[str, Any]) -> VideoParams:
        """What the game asks for, as a reaction that shows it would ask for it.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: a field is unknown or has a wrong value.
        """
        return self.evaluator.asked_for(VideoParams.from_dict(wanted))

    def leave_scene(self) -> None:
        """The player is in no scene any more; the NPC remembers, if it is to."""
        if self._absent is memory.absent:
            self._leave()

    def enter_scene(self) -> None:
        """The player is in a scene; the NPC may have been in another one meanwhile."""
        if self._evaluator is not None:
            self._return()

    def begin_anew(self, state: dict[str, Any] | None = None) -> None:
        """The NPC goes on from a saved state, or from none; of other scenes nothing counts more.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: `state` is none that was saved; nothing is changed then.
        """
        evaluator = self.evaluator
        if state is None:
            evaluator.reset()
        else:
            evaluator.from_dict(state)
        for known in (memory.absent, self._of_scene):
            known.forget(self.id)
        if not self._player.is_inside_tree():
            self.leave_scene()

    def forget(self) -> None:
        """The player or its profile has changed."""
        self._record = None

    @property
    def _absent(self) -> memory.Absent:
        """Where the NPC that is shown is when it is not shown."""
        is_kept = self._evaluated is not None and self._evaluated.remember == "game"
        return memory.absent if is_kept else self._of_scene

    def _is_same_npc(self, npc: Profile) -> bool:
        return self._evaluated is not None and npc.own_id == self._evaluated.own_id

    def _leave(self) -> None:
        """Another NPC is shown, or none."""
        if self._evaluated is not None and self._evaluator is not None:
            self._absent.went(self._evaluated.own_id, self._evaluator)

    def _return(self) -> None:
        """Goes on where the NPC was when it was shown the last time."""
        take = self._absent.returned if self._player.is_inside_tree() else self._absent.last
        before = take(self._evaluated.own_id, self._evaluator)
        if before is not None and before is not self._evaluator:
            self._evaluator.from_dict(before.to_dict())

    def _refuse_unreadable(self) -> None:
        """A text that is no JSON has no document, which would be as if there were no graph."""
        profile = self._player.profile
        graph = None if profile is None else profile.graph
        if graph is not None and graph.json:
            npc_video.load_metadata(graph.json)

    def _found(self) -> Profile:
        player = self._player
        eyes = eyes_in(self.picture_of(VideoParams()), self.marked_eyes)
        if player.profile is not None:
            return replace(record_of(player.profile), eyes=eyes)
        portrait = picture_name(player.portrait)
        return Profile(name=player.npc_name, id=player.npc_id, portrait=portrait, eyes=eyes)
