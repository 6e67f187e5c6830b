"""Lists the scene tree's warnings about a player's settings; resources have their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from godot import DirAccess
from npc_video import VideoParams

from ..clips.speaker import SPEAKERS
from ..resources.game_files import is_writable_for_players
from ..screen.procedural_target import TARGETS
from .options import Fallback, Interpolation
from .player_properties import PlayerProperties
from .visibility import SHOWN_ON

__all__ = ["warnings_of"]


def warnings_of(player: PlayerProperties) -> Iterator[str]:
    """Yields a sentence for each setting that will not do what it says."""
    if player.profile is None and not (player.npc_name or player.npc_id):
        yield "Profile: is empty: choose one, or give the NPC a name of its own."
    portrait = player.portrait if player.profile is None else player.profile.portrait
    yield from _of_embedded(player, portrait)
    if player.backend is not None:
        yield from player.backend.advice()
    if (
        player.fallback is Fallback.FALLBACK_PLACEHOLDER
        and player._npc.picture_of(VideoParams()) is None
    ):
        yield "Portrait: is empty: until there is a clip, only the name's initial is shown."
    if player.fallback is Fallback.FALLBACK_PROCEDURAL and player._moved_picture() is not None:
        if not player.procedural_target:
            yield (
                "Fallback: there is no drawn face of your NPC, so its picture is shown: set"
                " procedural_target to a node that plays its animations, or choose another."
            )
    elif (
        player.fallback is Fallback.FALLBACK_PROCEDURAL
        and not player._draws()
        and not player.procedural_target
    ):
        yield (
            "Fallback: the drawn face is Ember, not your NPC: set procedural_target to a node"
            " that plays your NPC's animations, or choose another fallback."
        )
    if player.procedural_target and not _has(player, player.procedural_target, TARGETS):
        yield (
            "Procedural Target: there is no AnimatedSprite2D or AnimationPlayer at this path:"
            " choose one."
        )
    if player.audio_player and not _has(player, player.audio_player, SPEAKERS):
        yield (
            "Audio Player: there is no AudioStreamPlayer2D, 3D or AudioStreamPlayer at this path:"
            " clips are heard everywhere until there is."
        )
    if player.shown_on and not _has(player, player.shown_on, SHOWN_ON):
        yield (
            "Shown On: there is no Sprite3D, MeshInstance3D or VisibleOnScreenNotifier3D at this"
            " path: the player never rests until there is."
        )
    if player.cache_folder and not is_writable_for_players(player.cache_folder):
        yield "Cache Folder: players can only write below user://, as user://npc_video."
    if player.baked_folder and not DirAccess.dir_exists_absolute(player.baked_folder):
        yield "Baked Folder: there is no such folder: bake clips into it, or leave it empty."
    if player.interpolation is Interpolation.INTERPOLATION_MOTION and player._is_drawn_here():
        yield (
            "Interpolation: motion needs clips in H.264, and the embedded generator makes none:"
            " they are mixed, as with blend."
        )


def _of_embedded(player: PlayerProperties, portrait: Any) -> Iterator[str]:
    """Yields warnings about the embedded generator's picture, if it is probably the wrong one."""
    if player.backend is None and player._generator is None:
        yield (
            "Backend: is empty: while the game runs from the editor, the embedded generator"
            + (
                " draws Ember, a dragon, as there is no portrait."
                if portrait is None
                else " moves the portrait."
            )
            + " Exported games make no clips: choose a backend."
        )
    elif player._draws() and portrait is None and not player._draws_ember():
        yield "Portrait: is empty: the embedded generator draws Ember, a dragon, instead."
    is_told = player.profile is not None and portrait is not None  # by the profile
    if not is_told and len(player._npc.profile.eyes) < len(player._npc.marked_eyes):
        yield "Eyes: not all of them lie in the portrait: mark them in its pixels."


def _has(player: PlayerProperties, path: Any, classes: tuple[Any, ...]) -> bool:
    """Returns whether a node of one of the classes exists, as far as that can be known."""
    return not player.is_inside_tree() or isinstance(player.get_node_or_null(path), classes)
