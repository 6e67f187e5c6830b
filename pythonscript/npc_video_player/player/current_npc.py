"""Holds the NPC of a player: its profile, or the player's own properties, and its evaluator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import npc_video
from npc_video import Profile, VideoParams

from ..resources.game_files import picture_name
from ..resources.profile import eyes_in, record_of
from ..resources.stills_backend import NpcStillsBackend
from ..sharing import npc_memory

if TYPE_CHECKING:
    from godot import Rect2, Texture2D
    from npc_video import NpcResponseEvaluator

    from ..resources.backend_resources import NpcBackend
    from ..resources.profile import NpcProfile


class NpcSettings(Protocol):
    """The properties of a player that define its NPC."""

    profile: NpcProfile | None
    npc_name: str
    npc_id: str
    portrait: Texture2D | None
    eyes: list[Rect2]
    backend: NpcBackend | None

    def is_inside_tree(self) -> bool: ...


class CurrentNpc:
    """The present NPC of `player`."""

    def __init__(self, player: NpcSettings):
        self._player = player
        self._record: Profile | None = None
        # The NPC that was evaluated last, and its evaluator.
        self._evaluated: tuple[Profile, NpcResponseEvaluator] | None = None
        # NPCs that this player has shown, and that forget when its scene is left.
        self._of_scene = npc_memory.Absent()

    @property
    def profile(self) -> Profile:
        if self._record is None:
            self._record = self._found()
        return self._record

    @property
    def id(self) -> str:
        """Returns the id that distinguishes its clips from those of others."""
        return self.profile.own_id

    @property
    def portrait(self) -> Texture2D | None:
        profile = self._player.profile
        return self._player.portrait if profile is None else profile.portrait

    @property
    def marked_eyes(self) -> list[Any]:
        """Returns the marked eyes, in pixels of the portrait, else of the neutral still."""
        profile = self._player.profile
        return list(self._player.eyes if profile is None else profile.eyes)

    def picture_of(self, params: VideoParams) -> Texture2D | None:
        """Returns the picture for `params`: a still of the NPC, or the portrait."""
        backend = self._stills
        if backend is None:
            return self.portrait
        return backend._still(params) or self.portrait or backend._still(params, least=0.0)

    def words_of_pictures(self) -> list[str]:
        """Returns the words of the NPC's pictures, if it has pictures."""
        backend = self._stills
        return [] if backend is None else list(backend.stills())

    @property
    def _stills(self) -> NpcStillsBackend | None:
        """Returns the backend of stills that makes its clips, alone or as a part of another."""
        backend = self._player.backend
        parts = () if backend is None else backend._leaves()
        return next((each for each in parts if isinstance(each, NpcStillsBackend)), None)

    @property
    def evaluator(self) -> NpcResponseEvaluator:
        """Returns the evaluator of the NPC; a new one when the NPC has changed.

        Raises:
            GraphError: the NPC's graph is wrong.
        """
        npc = self.profile
        if not npc.document:
            self._refuse_unreadable()
        if self._evaluated is not None and self._evaluated[0] == npc:
            return self._evaluated[1]
        made = npc_video.NpcResponseEvaluator(npc.metadata(), apply_profile=npc.apply_profile)
        before = self._evaluated
        if before is not None and before[0].own_id == npc.own_id:
            made.from_dict(before[1].to_dict())
            self._evaluated = npc, made
        else:
            self._leave()
            self._evaluated = npc, made
            self._return()
        return made

    def params(self, wanted: dict[str, Any]) -> VideoParams:
        """Completes a game's request with the prompts that a reaction of this look has.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: a field is unknown or has a wrong value.
        """
        return self.evaluator.asked_for(VideoParams.from_dict(wanted))

    def leave_scene(self) -> None:
        """Keeps the NPC's memory, if the profile says so, when the player leaves its scene."""
        if self._absent is npc_memory.absent:
            self._leave()

    def enter_scene(self) -> None:
        """Takes the NPC's memory, perhaps from another scene, when the player enters one."""
        self._return()

    def begin_anew(self, state: dict[str, Any] | None = None) -> None:
        """Restarts the NPC from a saved state, or from none, and drops its memory of other scenes.

        Raises:
            GraphError: the NPC's graph is wrong.
            InvalidDataError: `state` was not saved by this; nothing is changed then.
        """
        evaluator = self.evaluator
        if state is None:
            evaluator.reset()
        else:
            evaluator.from_dict(state)
        for known in (npc_memory.absent, self._of_scene):
            known.forget(self.id)
        if not self._player.is_inside_tree():
            self.leave_scene()

    def forget(self) -> None:
        """Notes that the player or its profile has changed."""
        self._record = None

    @property
    def _absent(self) -> npc_memory.Absent:
        """Returns the memory of the NPC while no player shows it."""
        is_kept = self._evaluated is not None and self._evaluated[0].remember == "game"
        return npc_memory.absent if is_kept else self._of_scene

    def _leave(self) -> None:
        """Stores the memory of the NPC that the player showed."""
        if self._evaluated is not None:
            npc, evaluator = self._evaluated
            self._absent.went(npc.own_id, evaluator)

    def _return(self) -> None:
        """Restores the memory that the NPC had when it was last shown."""
        if self._evaluated is None:
            return
        npc, evaluator = self._evaluated
        take = self._absent.returned if self._player.is_inside_tree() else self._absent.last
        before = take(npc.own_id, evaluator)
        if before is not None and before is not evaluator:
            evaluator.from_dict(before.to_dict())

    def _refuse_unreadable(self) -> None:
        """Raises for a text that is no JSON, which would otherwise count as no graph."""
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
