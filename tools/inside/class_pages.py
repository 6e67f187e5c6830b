"""Writes the pages of the addon's classes for `tools/class_pages.py`, then ends the engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from godot import OS, Node, exposed
from godot._object.registry import registered
from godot._register.help import page


@exposed
class ClassPages(Node):
    """The one node of the project: writes the file that the command line names."""

    def _ready(self) -> None:
        pages = [page(cls) for cls in registered.values() if _is_public(cls)]
        Path(OS.get_cmdline_user_args()[0]).write_text(json.dumps(pages), "utf-8")
        if tree := self.get_tree():
            tree.quit()


def _is_public(cls: Any) -> bool:
    return cls.__module__.startswith("npc_video_player.") and not cls._unlisted
