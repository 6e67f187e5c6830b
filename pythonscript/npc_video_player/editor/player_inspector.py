"""Adds the button that bakes an NPC's common looks."""

from __future__ import annotations

from typing import Any

from godot import EditorInspectorPlugin, EditorInterface, exposed

from ..player.player import NpcVideoPlayer
from .bake_dialog import BakeDialog, bake_button

__all__ = ["NpcPlayerInspector"]


@exposed(hidden=True)
class NpcPlayerInspector(EditorInspectorPlugin):
    """Adds "Bake Common States" above the baked folder of players."""

    def _can_handle(self, edited: Any) -> bool:
        return isinstance(edited, NpcVideoPlayer)

    def _parse_property(self, edited: Any, _type: int, name: str, *_: object) -> bool:
        if name == "baked_folder":
            self.add_custom_control(bake_button(lambda: _bake(edited)))
        return False


def _bake(player: NpcVideoPlayer) -> None:
    def keep(folder: str) -> None:
        if folder != player.baked_folder:
            actions = EditorInterface.get_editor_undo_redo()
            actions.create_action("Set baked_folder")
            actions.add_do_property(player, "baked_folder", folder)
            actions.add_undo_property(player, "baked_folder", player.baked_folder)
            actions.commit_action()

    npc, preset = player._npc.profile, player.preset.word
    BakeDialog(npc, player.backend, preset, player.baked_folder, keep).open()
